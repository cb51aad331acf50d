#!/usr/bin/python3
# A server that welcomes. Mended: the port, and the loopback address where this machine's name leads nowhere.
import socket
import sys

serversocket = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM)

host = socket.gethostname()
port = int(sys.argv[1])

try:
    serversocket.bind((host, port))
except OSError:
    serversocket.bind(('127.0.0.1', port))

serversocket.listen(5)
print('port', serversocket.getsockname()[1])

while True:
    clientsocket,addr = serversocket.accept()

    print("连接地址: %s" % str(addr))

    msg='欢迎访问菜鸟教程!'+ "\r\n"
    clientsocket.send(msg.encode('utf-8'))
    clientsocket.close()
