# A file from each client. Mended: the loopback address, the port, and the files' names, which str.join made no names of.
import socket
import sys

if __name__ == '__main__':
    ser_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    ser_socket.bind(('127.0.0.1', int(sys.argv[1])))
    ser_socket.listen(10)
    print('port', ser_socket.getsockname()[1])
    try:
        cnt = 0
        while True:
            cnt += 1
            filename = sys.argv[2] + str(cnt) + '.txt'
            accept_socket, client_info = ser_socket.accept()
            with open(filename, 'wb') as dest_f:
                while True:
                    res = accept_socket.recv(1024)
                    if len(res) <= 0:
                        break
                    dest_f.write(res)
            accept_socket.send('文件上传成功'.encode('utf-8'))
            print(f'服务器端收到客户端:{client_info}的文件, 接收成功')
            accept_socket.close()
    except:
        pass
