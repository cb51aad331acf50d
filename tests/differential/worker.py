# Runs programs of socket calls, one after another: each comes as a line of JSON with its text, and for each goes out a
# line with what every call of it gave or failed with.
import base64, errno, faulthandler, fcntl, gc, io, json, os, select, struct, sys, termios, threading, time
from socket import *
import _socket
import socket as module

# With the longest limits a program of a dozen calls that all wait takes that long.
LONGEST = 60
SHORT = 0.01
SETTLED = 0.2
SO_PEEK_OFF = 42
SIOCATMARK = 0x8905
IP_RECVTTL = 12
IP_PKTINFO = 8
SOL_NETLINK, SOL_PACKET = 270, 263
NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 3, 4, 5, 10, 11
PACKET_AUXDATA, PACKET_ORIGDEV, PACKET_QDISC_BYPASS, PACKET_IGNORE_OUTGOING = 8, 9, 20, 23


def value(v):
    """A value as sockpit's events write it."""
    if v is None or isinstance(v, (bool, str, float)):
        return v
    if isinstance(v, int):
        return int(v)
    if isinstance(v, (bytes, bytearray)):
        v = bytes(v)
        try:
            return {"bytes": v.decode(), "encoding": "utf-8"}
        except UnicodeDecodeError:
            return {"bytes": base64.b64encode(v).decode(), "encoding": "base64"}
    if isinstance(v, Address):
        return v.shown
    if isinstance(v, dict):
        return {"object": {k: value(x) for k, x in v.items()}}
    if isinstance(v, (list, tuple)):
        return [value(x) for x in v]
    return {"socket": True} if isinstance(v, socket) else {"epoll": True} if isinstance(v, Epoll) else {"file": True}


# Whether the last call of a thread came to something only when it was tried without its timeout.
late = threading.local()


def tried(name, flags=None):
    """A call that with a timeout is tried as sockpit tries it. Python polls, and makes the call only if that has something
    to say. When it has not, the call is made all the same: what it comes to is what sockpit's first try came to. Where
    there are threads it is made before, for they go on while Python polls, and so does the kernel if that is long."""
    real = getattr(_socket.socket, name)

    def now(self, args):
        if self.fileno() == -1:
            raise BlockingIOError
        # Less than SO_RCVLOWAT asks for is nothing to sockpit either, but for the urgent byte.
        low = name.startswith("recv") and self.getsockopt(SOL_SOCKET, SO_RCVLOWAT) > 1
        if low and self.type == SOCK_STREAM and not (len(args) > flags and args[flags] & MSG_OOB):
            raise BlockingIOError
        blocks = flags is None and os.get_blocking(self.fileno())
        if blocks:
            os.set_blocking(self.fileno(), False)
        if flags is not None:
            args = [*args, *[0] * (flags + 1 - len(args))]
            args[flags] |= MSG_DONTWAIT
        # One that does not block, whatever the open file does.
        bare = _socket.socket(self.family, self.type | SOCK_NONBLOCK, self.proto, self.fileno())
        try:
            return getattr(bare, name)(*args)
        finally:
            if blocks:
                os.set_blocking(bare.fileno(), True)
            bare.detach()

    def call(self, *args):
        if not self.gettimeout():
            return real(self, *args)
        try:
            # Arguments that are wrong are so in either.
            first = threading.active_count() > 1 or self.gettimeout() > SHORT
            return now(self, args) if first else real(self, *args)
        except BlockingIOError:
            return real(self, *args)
        except TimeoutError as e:
            if e.errno is not None:
                raise
            over = e
        late.is_so = True
        try:
            return now(self, args)
        except BlockingIOError:
            late.is_so = False
            raise over from None

    return call


class Tried(socket):
    recv, recvfrom, recvmsg, recv_into = tried("recv", 1), tried("recvfrom", 1), tried("recvmsg", 2), tried("recv_into", 2)
    send, sendto, sendmsg, _accept = tried("send", 1), tried("sendto", 1), tried("sendmsg", 2), tried("_accept")

    def sendall(self, data, flags=0):
        if not self.gettimeout():
            return super().sendall(data, flags)
        rest = memoryview(data)
        while True:
            rest = rest[self.send(rest, flags):]
            if not rest:
                return None


socket = module.socket = Tried


class Address:
    """An address, as Python gave it and as it is shown."""

    def __init__(self, given):
        self.given = given
        if isinstance(given, tuple) and isinstance(given[-1], bytes):
            self.shown = dict(zip(("ifname", "proto", "pkttype", "hatype", "addr"), given), family=17, addr=value(given[-1]))
        elif isinstance(given, tuple) and isinstance(given[0], int):
            self.shown = dict(zip(("pid", "groups"), given), family=16)
        elif isinstance(given, tuple):
            self.shown = dict(zip(("host", "port", "flowinfo", "scope_id"), given))
        elif isinstance(given, bytes) and given[:1] == b"\0":
            self.shown = {"abstract": value(given[1:]) if not given[1:].isascii() else given[1:].decode()}
        else:
            self.shown = given if given is None else os.fsdecode(given)


def plain(address):
    if isinstance(address, Address) and address.given is None:
        raise TypeError("no address")
    return address.given if isinstance(address, Address) else address


def accept(s):
    conn, address = s.accept()
    return conn, Address(address)


def recvfrom(s, n, flags):
    data, address = s.recvfrom(n, flags)
    return data, Address(sender(s, address))


def sender(s, address):
    """Who sent a message; one without a name has the empty one."""
    return "" if address is None and s.family == AF_UNIX else address


BESIDE = {
    (IPPROTO_IP, IP_TTL): "IP_TTL", (IPPROTO_IP, IP_TOS): "IP_TOS", (IPPROTO_IP, IP_PKTINFO): "IP_PKTINFO",
    (IPPROTO_IPV6, IPV6_HOPLIMIT): "IPV6_HOPLIMIT", (IPPROTO_IPV6, IPV6_TCLASS): "IPV6_TCLASS",
    (IPPROTO_IPV6, IPV6_PKTINFO): "IPV6_PKTINFO",
}
FLAGS = ["MSG_OOB", "MSG_CTRUNC", "MSG_TRUNC", "MSG_EOR", "MSG_ERRQUEUE"]


def recvmsg(s, n, room, flags):
    data, came, flags, address = s.recvmsg(n, room, flags)
    entries = []
    for level, kind, raw in came:
        if (level, kind) == (SOL_SOCKET, SCM_RIGHTS):
            fds = struct.unpack(f"{len(raw) // 4}i", raw[: len(raw) // 4 * 4])
            entries.append([socket(fileno=fd) for fd in fds])
        else:
            entries.append({"type": BESIDE.get((level, kind), f"{level} {kind}"), "data": raw})
    names = [name for name in FLAGS if flags & getattr(module, name)]
    return data, entries, "|".join(names), Address(sender(s, address))


def sendfds(s, data, flags, *sockets):
    fds = [x.fileno() for x in sockets]
    return s.sendmsg([data], [(SOL_SOCKET, SCM_RIGHTS, struct.pack(f"{len(fds)}i", *fds))], flags)


EVENTS = [("IN", select.POLLIN), ("PRI", select.POLLPRI), ("OUT", select.POLLOUT), ("ERR", select.POLLERR),
          ("HUP", select.POLLHUP), ("NVAL", select.POLLNVAL), ("RDHUP", select.POLLRDHUP)]


def poll(s, seconds):
    p = select.poll()
    p.register(opened(s), select.POLLIN | select.POLLPRI | select.POLLOUT | select.POLLRDHUP)
    there = dict(p.poll(1000 * seconds)).get(s.fileno(), 0)
    return "|".join(sorted(name for name, bit in EVENTS if there & bit))


def bits(names, prefix):
    return sum(getattr(select, prefix + n) for n in names.split("|"))


def told(there, prefix):
    return "|".join(prefix * (prefix == "EPOLL") + name for name, bit in EVENTS if there & bit)


def poll_of(asked, seconds):
    p, names = select.poll(), {}
    for name, s, events in asked:
        p.register(opened(s), bits(events, "POLL"))
        names[s.fileno()] = name
    return [{"socket": names[fd], "events": told(there, "POLL")} for fd, there in p.poll(1000 * seconds)]


def select_of(r, w, x, seconds):
    sets = [{opened(s): name for name, s in some.items()} for some in (r, w, x)]
    found = select.select(*sets, seconds)
    return [[names[s] for s in some] for names, some in zip(sets, found)]


class Epoll:
    def __init__(self):
        self.epoll, self.names = select.epoll(), {}

    def opened(self):
        if self.epoll.closed:
            raise OSError(errno.EBADF, "closed")
        return self.epoll

    def ctl(self, op, name, s, events):
        epoll, fd = self.opened(), opened(s).fileno()
        if op == "DEL":
            return epoll.unregister(fd)
        (epoll.register if op == "ADD" else epoll.modify)(fd, bits(events.replace("EPOLL", ""), "EPOLL"))
        self.names[fd] = name

    def wait(self, *args):
        return [{"socket": self.names[fd], "events": told(there, "EPOLL")} for fd, there in self.opened().poll(*args)]

    def close(self):
        self.opened().close()


def opened(s):
    if s.fileno() == -1:
        raise OSError(errno.EBADF, "closed")
    return s


def detach(s):
    return opened(s).detach()


def makefile(s, mode, **named):
    # What is asked for is looked at first.
    f = s.makefile(mode, **named)
    opened(s)
    return f


def ioctl(s, number):
    opened(s)
    return struct.unpack("i", fcntl.ioctl(s.fileno(), number, bytes(4)))[0]


def inq(s):
    return ioctl(s, termios.FIONREAD)


def atmark(s):
    return ioctl(s, SIOCATMARK) != 0


def getaddrinfo(*args):
    infos = module.getaddrinfo(*args)
    return [[family.name, kind.name, proto, name, Address(at)] for family, kind, proto, name, at in infos]


def write(f, data):
    """What is text is text to sockpit where the file is of text."""
    try:
        return f.write(data.decode() if isinstance(f, io.TextIOBase) else data)
    except UnicodeDecodeError:
        raise TypeError("bytes") from None


def timeval(seconds):
    return struct.pack("ll", int(seconds), round(seconds % 1 * 1e6))


# The system calls that wait, where their numbers are known: poll, connect, accept, those that send and receive.
X86 = {"7", "42", "43", "44", "45", "46", "47", "271", "288"}


def is_blocked(thread):
    """Whether a thread waits in a call on a socket, and not for the interpreter."""
    try:
        with open(f"/proc/self/task/{thread.native_id}/syscall") as f:
            at = f.read().split()[0]
            return at in X86 if os.uname().machine == "x86_64" else at != "running"
    except OSError:
        return not thread.is_alive()


class Program:
    def __init__(self, text):
        self.outcomes = []
        self.threads = []
        self.main = threading.get_ident()
        self.space = {k: v for k, v in globals().items() if not k.startswith("_")}
        self.space.update(gave=self.gave, failed=self.failed, spawn=self.spawn, join=self.join)
        exec(compile(text, "program", "exec"), self.space)
        for thread in self.threads:
            thread.join()

    def settle(self):
        """Go on when every other thread waits in the kernel or is over; one that goes round is not waited for."""
        calm, until = 0, time.monotonic() + SETTLED
        while calm < 2 and time.monotonic() < until:
            calm = calm + 1 if all(not t.is_alive() or is_blocked(t) for t in self.threads) else 0
            time.sleep(0.0002)

    def came(self, call, what):
        if late.__dict__.pop("is_so", False):
            what["late"] = True
        self.outcomes.append([call, what])
        if self.threads and threading.get_ident() == self.main:
            self.settle()

    def gave(self, call, *results):
        self.came(call, {"gave": [value(r) for r in results]})

    def failed(self, call, e):
        self.came(call, {"failed": name(e)})

    def spawn(self, target):
        thread = threading.Thread(target=target)
        self.threads.append(thread)
        thread.start()
        self.settle()
        return thread

    def join(self, thread):
        thread.join()


def name(e):
    """The name that sockpit has for an error."""
    if isinstance(e, io.UnsupportedOperation):
        return "Usage"
    if isinstance(e, gaierror):
        return next(n for n, v in vars(module).items() if n.startswith("EAI_") and v == e.errno)
    if isinstance(e, OSError):
        if e.errno is None:
            return "timeout" if isinstance(e, TimeoutError) else "Usage"
        if e.errno < 0:
            return name(gaierror(e.errno, ""))
        # One number, two names.
        return "EOPNOTSUPP" if e.errno == errno.EOPNOTSUPP else errno.errorcode.get(e.errno, str(e))
    if isinstance(e, (NameError, UnboundLocalError)):
        return "Unbound"
    if isinstance(e, UnicodeError):
        return "Decode"
    return "Usage"


def run(line):
    setdefaulttimeout(None)
    return Program(json.loads(line)).outcomes


sys.stderr = open(os.devnull, "w")
sys.unraisablehook = lambda *_: None
gc.collect()
gc.freeze()
for line in sys.stdin:
    faulthandler.dump_traceback_later(LONGEST, exit=True, file=sys.__stderr__)
    outcomes = run(line)
    faulthandler.cancel_dump_traceback_later()
    gc.collect()
    print(json.dumps(outcomes), flush=True)
