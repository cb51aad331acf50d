# A file is written as it comes. Mended: the port and the file's path.
import socket
import sys

if __name__ == '__main__':
    ser_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    ser_socket.bind(('127.0.0.1', int(sys.argv[1])))
    ser_socket.listen(1)
    print('port', ser_socket.getsockname()[1])
    accept_socket, client_info = ser_socket.accept()
    with open(sys.argv[2], 'wb') as dest_f:
        while True:
            res = accept_socket.recv(1024)
            if len(res) <= 0:
                break
            else:
                dest_f.write(res)
    accept_socket.close()
    print('over')
