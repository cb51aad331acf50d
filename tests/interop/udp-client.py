# Datagrams: the one who begins.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b'Welcome to study socket!', ('127.0.0.1', int(sys.argv[1])))
data, addr = s.recvfrom(1024)
print('发送端收到:', data.decode('utf-8'))
