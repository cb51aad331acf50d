# The client to it. Mended: the loopback address and the port.
import socket
import sys

if __name__ == '__main__':
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect(("127.0.0.1", int(sys.argv[1])))
    recv_data = client_socket.recv(1024).decode("utf-8")
    print(f'客户端收到: {recv_data}')
    client_socket.send('有内鬼, 终止交易! Over'.encode("utf-8"))
    client_socket.close()
