import socket
cli = socket.socket()
cli.connect(('127.0.0.1', 6666))
while True:
    data = input('客户端输入信息:')
    cli.send(data.encode('utf-8'))
    if data == '886': break
cli.close()
