"""The workloads that asyncio is for: peers_asyncio.py NAME N. What it does not have ends with status 3."""

import asyncio
import socket
import sys


async def pair():
    srv = socket.create_server(("127.0.0.1", 0))
    a = socket.create_connection(srv.getsockname())
    b, _ = srv.accept()
    a.setblocking(False)
    b.setblocking(False)
    return a, b


async def pingpong(n):
    loop = asyncio.get_running_loop()
    a, b = await pair()
    m = b"x" * 64
    for _ in range(n):
        await loop.sock_sendall(a, m)
        d = await loop.sock_recv(b, 64)
        await loop.sock_sendall(b, d)
        d = await loop.sock_recv(a, 64)


async def bulk(n):
    loop = asyncio.get_running_loop()
    a, b = await pair()

    async def reader():
        while await loop.sock_recv(b, 65536):
            pass

    task = asyncio.create_task(reader())
    m = b"x" * 65536
    for _ in range(n):
        await loop.sock_sendall(a, m)
    a.close()
    await task


async def linesock(n):
    a, b = socket.socketpair()
    reader, _ = await asyncio.open_connection(sock=b)
    _, writer = await asyncio.open_connection(sock=a)
    lines = b"0123456789012345678901234567890\n" * 100
    for _ in range(n):
        writer.write(lines)
        for _ in range(100):
            await reader.readline()


async def server(_):
    async def serve(reader, writer):
        while d := await reader.read(65536):
            writer.write(d)
            await writer.drain()
        writer.close()

    srv = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print("%s:%d" % srv.sockets[0].getsockname(), flush=True)
    await srv.serve_forever()


async def start(_):
    socket.socket()


ALL = dict(pingpong=pingpong, bulk=bulk, linesock=linesock, server=server, start=start)
if sys.argv[1] not in ALL:
    sys.exit(3)
asyncio.run(ALL[sys.argv[1]](int(sys.argv[2])))
