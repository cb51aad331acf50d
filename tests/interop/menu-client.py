# The client to it, with its menu.
import json
import socket
import struct
import sys

s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
f = s.makefile('rwb')


def request(op, name, content=b''):
    head = json.dumps({'op': op, 'name': name}).encode()
    f.write(struct.pack('!II', len(head), len(content)) + head + content)
    f.flush()
    n, size = struct.unpack('!II', f.read(8))
    print(json.loads(f.read(n))['info'])
    return f.read(size)


for line in sys.stdin:
    words = line.rstrip('\n').split(' ', 2)
    if words[0] == 'q':
        break
    if words[0] == '1':
        request('put', words[1], words[2].encode())
    else:
        print('收到', words[1] + ':', request('get', words[1]).decode())
