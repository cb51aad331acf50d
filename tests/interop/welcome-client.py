#!/usr/bin/python3
# The client to it. Mended as the server is.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

host = socket.gethostname()
port = int(sys.argv[1])

try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).bind((host, 0))
except OSError:
    host = '127.0.0.1'

s.connect((host, port))

msg = s.recv(1024)

s.close()

print (msg.decode('utf-8'))
