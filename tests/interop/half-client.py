# Ends its half, and hears the answer.
import socket
import sys

s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s.sendall(b'hello')
s.shutdown(socket.SHUT_WR)
print(s.recv(1024).decode())
s.close()
