"""
编写cs架构的软件,实现客户端可以下载服务端的文件,如图片、视频、文本等
"""
# Mended: the port, and the end of the input, which ends it.
import os
import json
import sys
from socket import *

client = socket(AF_INET, SOCK_STREAM)
client.connect(("127.0.0.1", int(sys.argv[1])))

def progress(percent, symbol='#', width=50):
    if percent > 1:
        percent = 1
    show_progress = ("[%%-%ds]" % width) % (int(percent * width) * symbol)
    print("\r%s %.2f%%" % (show_progress, percent * 100), end='')

while True:
    try:
        cmd = input("[下载: get /路径/路径../文件]请输入命令>>: ").strip()
    except EOFError:
        break
    if not cmd:
        continue

    cmd_list = cmd.split()
    if len(cmd_list) != 2:
        print('对不起, 输入错误!')
        continue

    cmd, path = cmd_list
    if cmd != 'get':
        print("对不起, 下载文件请执行命令get")
        continue
    client.send(path.encode('utf-8'))

    import struct

    header_bytes = client.recv(4)
    json_dic_bytes_length = struct.unpack('i', header_bytes)[0]
    json_dic_bytes = client.recv(json_dic_bytes_length)
    dic = json.loads(json_dic_bytes.decode('utf-8'))
    print(dic)

    request = dic['request']
    if not request:
        print(dic['warn'])
        continue
    info, file_size, file_name = dic['info'], dic['file_size'], dic['file_name']

    print(info)
    print("start recv........")
    with open(file_name, 'wb') as f:
        recv_size = 0
        while recv_size < file_size:
            data_bytes = client.recv(1024)
            f.write(data_bytes)
            recv_size += len(data_bytes)
            percent = recv_size / file_size
            progress(percent)
    print("\nend recv........")

client.close()
