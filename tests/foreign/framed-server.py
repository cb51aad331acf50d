import socket
import struct
import json
HOST = '127.0.0.1'
PORT = 9000
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print(f"Connected by {addr}")
        while True:
            head = conn.recv(4)
            if not head:
                break
            n = struct.unpack('!I', head)[0]
            body = b''
            while len(body) < n:
                body += conn.recv(n - len(body))
            msg = json.loads(body.decode())
            print(msg['text'])
            try:
                conn.sendall(struct.pack('!I', len(body)) + body)
            except (BrokenPipeError, ConnectionResetError) as e:
                print('lost', e)
                break
            finally:
                print('done')
