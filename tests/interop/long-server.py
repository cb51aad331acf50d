# Messages until 886. Mended: the port.
import socket
import sys

if __name__ == '__main__':
    ser_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    ser_socket.bind(('127.0.0.1', int(sys.argv[1])))
    ser_socket.listen(128)
    print('port', ser_socket.getsockname()[1])
    accept_socket, client_info = ser_socket.accept()
    while True:
        recv_data = accept_socket.recv(1024).decode('utf-8')
        print(f'服务端收到信息: {recv_data}')
        if recv_data == '886':
            break
    accept_socket.close()
