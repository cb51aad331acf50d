"""
编写cs架构的软件,实现客户端可以下载服务端的文件,如图片、视频、文本等
"""
# Mended: the port, and the folder, which is given.
import socketserver
import os
import json
import struct
import sys


def base_path(*paths):
    return os.path.normpath(os.path.join(sys.argv[2], *paths))


class MyRequestHandler(socketserver.BaseRequestHandler):
    DB_PATH = base_path()

    def header(self, request=False, warn=None, info=None, file_name=None, file_size=None):
        dic = {
            'request': request,
            'file_name': file_name,
            'file_size': file_size,
            'warn': warn,
            'info': info,
        }
        dic_json_bytes = json.dumps(dic).encode('utf-8')
        header_bytes = struct.pack('i', len(dic_json_bytes))
        self.request.send(header_bytes)
        self.request.send(dic_json_bytes)

    def verify_path(self, path_json):
        current_path = base_path(*path_json.split('/'))
        print('current_path:', current_path)
        if not os.path.isfile(current_path):
            return
        if len(self.DB_PATH) >= len(current_path):
            return
        return current_path

    def send(self, current_path):
        file_size = os.path.getsize(current_path)
        file_name = os.path.basename(current_path)
        info = '执行命令成功! 正在为您下载文件....'
        self.header(True, file_size=file_size, file_name=file_name, info=info)
        with open(current_path, 'rb') as f:
            for line in f:
                self.request.send(line)

    def handle(self):
        print('客户端访问:', self.client_address)
        while True:
            try:
                path_json = self.request.recv(1024).decode('utf-8')
                print('path_json:', path_json)
                if not path_json:
                    break
                current_path = self.verify_path(path_json)

                if not current_path:
                    self.header(warn='对不起, 您的文件路径不存在!')
                    continue

                self.send(current_path)
            except ConnectionResetError:
                break
            except Exception:
                break
        print("客户端断开连接:", self.client_address)
        self.request.close()


s = socketserver.ThreadingTCPServer(('127.0.0.1', int(sys.argv[1])), MyRequestHandler)
print('port', s.server_address[1])
s.serve_forever()
