# One client after another. Mended: the loopback address, the port, and an option that was set after bind.
import socket
import sys


def tcp_server():
    tss = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tss.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
    tss.bind(('127.0.0.1', int(sys.argv[1])))
    tss.listen(128)
    print('port', tss.getsockname()[1])
    while True:
        try:
            new_s, ip_port = tss.accept()
            new_s.send('back_data'.encode(encoding='utf-8'))
            res = new_s.recv(1024)
            res_data = res.decode('utf-8')
            print(f'{ip_port}: {res_data}')
            new_s.close()
        except:
            print('断开连接')


tcp_server()
