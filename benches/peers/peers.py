"""The workloads in Python: peers.py NAME N. What it does not have ends with status 3."""

import sys

if sys.argv[1] == "start":
    import socket

    socket.socket()
    sys.exit()

import os
import socket
import struct
import threading

LINES = b"0123456789012345678901234567890\n" * 100
PATH = "/tmp/sockpit-peers-lines"


def pair():
    srv = socket.create_server(("127.0.0.1", 0))
    a = socket.create_connection(srv.getsockname())
    return a, srv.accept()[0]


def pingpong(n):
    a, b = pair()
    m = b"x" * 64
    for _ in range(n):
        a.send(m)
        d = b.recv(64)
        b.send(d)
        d = a.recv(64)


def calls(n):
    for _ in range(n):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.getsockname()
        s.close()


def churn(n):
    srv = socket.create_server(("127.0.0.1", 0))
    at = srv.getsockname()
    for _ in range(n):
        a = socket.socket()
        a.connect(at)
        b, _peer = srv.accept()
        a.close()
        b.close()


def udp(n):
    a = socket.socket(type=socket.SOCK_DGRAM)
    a.bind(("127.0.0.1", 0))
    at = a.getsockname()
    b = socket.socket(type=socket.SOCK_DGRAM)
    m = b"x" * 64
    for _ in range(n):
        b.sendto(m, at)
        a.recvfrom(64)


def getsockname(n):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    for _ in range(n):
        s.getsockname()


def echo(n):
    a, b = socket.socketpair()
    for _ in range(50):
        a.send(b"x" * 64)
    for _ in range(n):
        d = b.recv(64)
        a.sendall(d)


def add(count):
    n = 0
    for _ in range(count):
        n = n + 1


def branch(n):
    i = even = 0
    while i < n:
        if i % 2 == 0:
            even = even + 1
        i = i + 1


def same(x):
    return x


def define(n):
    for _ in range(n):
        same(1)


def coroutine(n):
    def give():
        while True:
            yield 1

    c = give()
    for _ in range(n):
        next(c)


def pack(n):
    for _ in range(n):
        struct.pack("!BHI", 1, 2, 3)


def encode(n):
    t = "hello, 黑马"
    for _ in range(n):
        t.encode()


def drained(receive, send):
    a, b = pair()
    reader = threading.Thread(target=receive, args=(b,))
    reader.start()
    send(a)
    a.close()
    reader.join()


def reader(size):
    def read(s):
        while s.recv(size):
            pass

    return read


def bulk(n):
    def send(a):
        m = b"x" * 65536
        for _ in range(n):
            a.sendall(m)

    drained(reader(65536), send)


def waitall(n):
    def receive(s):
        for _ in range(n):
            s.recv(1 << 20, socket.MSG_WAITALL)

    def send(a):
        m = b"x" * (1 << 20)
        for _ in range(n):
            a.sendall(m)

    drained(receive, send)


def sendall(n):
    drained(reader(1 << 18), lambda a: a.sendall(b"x" * (1 << 20) * n))


def linesock(n):
    a, b = socket.socketpair()
    f = b.makefile()
    for _ in range(n):
        a.sendall(LINES)
        for _ in range(100):
            f.readline()


def linefile(n):
    with open(PATH, "wb") as f:
        f.write(LINES)
    for _ in range(n):
        with open(PATH) as f:
            for _ in range(100):
                f.readline()
    os.unlink(PATH)


def server(_):
    def serve(c):
        while d := c.recv(65536):
            c.sendall(d)
        c.close()

    srv = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print("%s:%d" % srv.getsockname(), flush=True)
    while True:
        threading.Thread(target=serve, args=(srv.accept()[0],), daemon=True).start()


ALL = dict(pingpong=pingpong, calls=calls, churn=churn, udp=udp, getsockname=getsockname, echo=echo, add=add,
           branch=branch, coroutine=coroutine, pack=pack, encode=encode, bulk=bulk, waitall=waitall, sendall=sendall,
           linesock=linesock, linefile=linefile, server=server)
ALL["def"] = define
if sys.argv[1] not in ALL:
    sys.exit(3)
ALL[sys.argv[1]](int(sys.argv[2]))
