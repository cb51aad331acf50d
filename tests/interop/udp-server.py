# Datagrams: the one who waits. The course has tables of these calls and no program.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', int(sys.argv[1])))
print('port', s.getsockname()[1])
data, addr = s.recvfrom(1024)
print('接收端收到:', data.decode('utf-8'))
s.sendto('有内鬼, 终止交易! Over'.encode('utf-8'), addr)
