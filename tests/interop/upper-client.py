# The course has no client to it: this one asks once.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(('127.0.0.1', int(sys.argv[1])))
s.send(b'a: hello')
print(s.recv(1024).decode('utf-8'))
s.close()
