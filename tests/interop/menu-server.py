# Upload and download: two lengths, a head, the content, both ways.
import json
import os
import socketserver
import struct
import sys


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while lengths := self.rfile.read(8):
            n, size = struct.unpack('!II', lengths)
            head = json.loads(self.rfile.read(n))
            content = self.rfile.read(size)
            path = os.path.join(sys.argv[2], os.path.basename(head['name']))
            body, info = b'', '对不起, 您的文件路径不存在!'
            if head['op'] == 'put':
                with open(path, 'wb') as f:
                    f.write(content)
                info = '文件上传成功'
            elif os.path.isfile(path):
                with open(path, 'rb') as f:
                    body = f.read()
                info = '执行命令成功! 正在为您下载文件....'
            answer = json.dumps({'request': True, 'file_name': head['name'], 'info': info}).encode()
            self.wfile.write(struct.pack('!II', len(answer), len(body)) + answer + body)


server = socketserver.ThreadingTCPServer(('127.0.0.1', int(sys.argv[1])), Handler)
print('port', server.server_address[1])
server.serve_forever()
