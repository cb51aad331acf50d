# Reads to the end of the stream, and answers then.
import socket
import sys

srv = socket.create_server(('127.0.0.1', int(sys.argv[1])))
print('port', srv.getsockname()[1])
conn, peer = srv.accept()
total = 0
while data := conn.recv(1024):
    total += len(data)
conn.sendall(f'{total} bytes'.encode())
conn.close()
print('over')
