import socket
import select
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('0.0.0.0', 8080))
server.listen()
server.setblocking(False)
inputs = [server]
while inputs:
    readable, _, _ = select.select(inputs, [], [])
    for s in readable:
        if s is server:
            conn, addr = s.accept()
            inputs.append(conn)
        else:
            data = s.recv(1024)
            if data:
                s.sendall(data)
            else:
                inputs.remove(s)
                s.close()
