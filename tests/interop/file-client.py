# A file is sent in pieces. Mended: the port and the file's path.
import socket
import sys

if __name__ == '__main__':
    cli_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    cli_socket.connect(('127.0.0.1', int(sys.argv[1])))
    with open(sys.argv[2], 'rb') as src_f:
        while True:
            data = src_f.read(1024)
            cli_socket.send(data)
            if len(data) <= 0:
                break
    cli_socket.close()
