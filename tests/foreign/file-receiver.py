import socket

if __name__ == '__main__':
    ser_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    ser_socket.bind(('127.0.0.1', 8848))
    ser_socket.listen(1)
    accept_socket, client_info = ser_socket.accept()
    with open('./data/file.txt', 'wb') as dest_f:
        while True:
            res = accept_socket.recv(1024)
            if len(res) <= 0:
                break
            else:
                dest_f.write(res)
    accept_socket.close()
