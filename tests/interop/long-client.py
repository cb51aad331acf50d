# The client to it. Mended: the port.
import socket
import sys

if __name__ == '__main__':
    cli_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    cli_socket.connect(('127.0.0.1', int(sys.argv[1])))
    while True:
        data = input('客户端输入信息:')
        cli_socket.send(data.encode('utf-8'))
        if data == '886':
            break
    cli_socket.close()
