# The greeting server of a Python course. Mended: the loopback address, and a port that is given, or chosen and printed.
import socket
import sys

if __name__ == '__main__':
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.bind(("127.0.0.1", int(sys.argv[1])))
    server_socket.listen(5)
    print('port', server_socket.getsockname()[1])
    print('等待客户端连接中.....')
    accept_socket, client_info = server_socket.accept()
    accept_socket.send(b'Welcome to study socket!')
    recv_data_bys = accept_socket.recv(1024)
    recv_data = recv_data_bys.decode('utf-8')
    print(f'服务器端收到 {client_info} 发送的信息: {recv_data}')
    accept_socket.close()
