import socket


def tcp_server():
    # 创建套接字对象
    tss = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tss.bind(('', 2121))
    tss.listen(128)
    while True:
        try:
            new_s, ip_port = tss.accept()
            new_s.send('back_data'.encode(encoding='utf-8'))
            res = new_s.recv(1024)
            res_data = res.decode('utf-8')
            print(f'{ip_port}: {res_data}')
            new_s.close()
            tss.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        except:
            print('断开连接')


# 释放资源
tcp_server()
