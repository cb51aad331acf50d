import socket


if __name__ == '__main__':
    cli_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    cli_socket.connect(('127.0.0.1', 8848))
    with open('data/data.txt', 'rb') as src_f:
        # cli_socket.send('hang.txt'.encode('utf-8'))
        while True:
            data = src_f.read(1024)
            cli_socket.send(data)
            if len(data) <= 0:
                break
    cli_socket.close()
