//! Lines of Python and C, read as lines of sockpit: from tables, from whole programs (`tests/foreign/NAME.py`, with what it
//! is here in `NAME.sock`), and back from what the calls' examples are in Python.

use std::fs;
use std::path::PathBuf;

use sockpit::command;
use sockpit::help::foreign::{self, Foreign};
use sockpit::help::python;
use sockpit::lang::{self, Source};

use crate::common;
use crate::files::under;
use crate::house::root;

tests![
    examples_come_back_from_python,
    lines_of_python_are_lines_here,
    what_has_no_form_says_so,
    lines_of_c_are_lines_here,
    names_without_a_counterpart_say_what_to_use,
    whole_programs_are_read,
    prompts_before_a_line_are_passed_over,
    no_line_of_sockpit_is_foreign,
    what_is_offered_is_what_is_meant,
    what_is_foreign_is_never_run,
];

fn read(text: &str) -> Option<Foreign> {
    foreign::read(text, &|name| name == "known")
}

/// The lines to write, each on a line.
fn written(text: &str) -> Option<String> {
    read(text).filter(|f| f.without.is_none()).map(|f| f.write.join("\n"))
}

/// What is said where nothing is to be written.
fn said(text: &str) -> String {
    let found = read(text).unwrap_or_else(|| panic!("not recognised: {text}"));
    assert!(found.write.is_empty(), "{text}: {found:?}");
    found.says.unwrap_or_default()
}

/// What is made of a call's Python form is that call again: it has the same Python form.
fn examples_come_back_from_python() {
    let python = |line: &str| {
        let mut all = python::lines(line).ok()?;
        let (_, first) = all.pop().filter(|_| all.is_empty())?;
        first.filter(|l| l.expect.is_none()).map(|l| l.text())
    };
    let mut wrong = Vec::new();
    let mut count = 0;
    for command in command::all() {
        for line in command.example.lines() {
            // What stands without a parameter in braces is a shape, and no line.
            let Some(theirs) = python(line).filter(|t| !t.contains("VALUE")) else { continue };
            count += 1;
            let back = written(&theirs.replace("; ", "\n")).unwrap_or_default();
            if back != line && python(&back).as_ref() != Some(&theirs) {
                wrong.push(format!("{}: {line}  =>  {theirs}  =>  {back}", command.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 250, "{count}");
}

/// What each line of Python is here.
const LINES: &[(&str, &str)] = &[
    ("s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)", "s = socket AF_INET SOCK_STREAM"),
    ("s = socket(AF_INET, SOCK_DGRAM)", "s = socket AF_INET SOCK_DGRAM"),
    ("s=socket.socket()", "s = socket"),
    ("s = socket.socket(type=socket.SOCK_DGRAM, family=socket.AF_INET)", "s = socket AF_INET SOCK_DGRAM"),
    (
        "serversocket = socket.socket(\n    socket.AF_INET, socket.SOCK_STREAM)",
        "serversocket = socket AF_INET SOCK_STREAM",
    ),
    ("s.bind(('127.0.0.1', 9999))", "bind s 127.0.0.1:9999"),
    ("s.bind((\"localhost\",9999))", "bind s localhost:9999"),
    ("s.bind((host, port))", "bind s $host $port"),
    ("s.bind(('', 9999))", "bind s :9999"),
    ("s.bind(('', port))", "bind s :$port"),
    ("s.bind(('127.0.0.1', port))", "bind s 127.0.0.1 $port"),
    ("s.bind(('::1', 80))", "bind s [::1]:80"),
    ("s.bind(ADDR)", "bind s $ADDR"),
    ("s.bind('/tmp/x.sock')", "bind s /tmp/x.sock"),
    ("s.bind('\\0name')", "bind s @name"),
    ("s.bind((socket.gethostname(), 80))", "name = gethostname\nbind s $name 80"),
    ("name, aliases, ips = socket.gethostbyaddr('127.0.0.1')", "name, aliases, ips = gethostbyaddr \"127.0.0.1\""),
    (
        "f = socket.fromfd(s.fileno(), socket.AF_INET, socket.SOCK_STREAM)",
        "fd = fileno s\nf = fromfd $fd AF_INET SOCK_STREAM",
    ),
    ("s.set_inheritable(True)", "set_inheritable s on"),
    ("c = socket.create_connection(('127.0.0.1', 80), 5)", "c = create_connection 127.0.0.1:80 timeout=5"),
    ("c = socket.create_connection(addr, all_errors=True)", "c = create_connection $addr all_errors=on"),
    (
        "data, anc, flags, addr = s.recvmsg(9, socket.CMSG_LEN(4))",
        "length = CMSG_LEN 4\ndata, anc, flags, addr = recvmsg s 9 $length",
    ),
    ("if s.family == socket.AF_INET:", "if ${s.family} == AF_INET"),
    ("print(f'{s.family}, {s.type}x')", "print \"${s.family}, ${s.type}x\""),
    ("flags = socket.MSG_PEEK | socket.MSG_OOB", "let flags = MSG_PEEK | MSG_OOB"),
    ("n = socket.SOMAXCONN * 2", "let n = $SOMAXCONN * 2"),
    ("if err == errno.ECONNREFUSED:", "if $err == ECONNREFUSED"),
    ("except socket.herror as e:", "except herror as e"),
    ("s.listen(5)", "listen s 5"),
    ("conn, addr = s.accept()", "conn, addr = accept s"),
    ("conn,addr=s.accept()", "conn, addr = accept s"),
    ("(conn, (ip, port)) = s.accept()", ""),
    ("s.connect((host, port))", "connect s $host $port"),
    ("err = s.connect_ex(('127.0.0.1', 1))", "err = connect_ex s 127.0.0.1:1"),
    ("data = s.recv(1024)", "data = recv s 1024"),
    ("s.recv(1024)", "recv s 1024"),
    ("s.recv(10, socket.MSG_PEEK | socket.MSG_DONTWAIT)", "recv s 10 MSG_PEEK|MSG_DONTWAIT"),
    ("data = conn.recv(1024).decode('utf-8')", "data = recv conn 1024\ndata = decode $data utf-8"),
    ("x = conn.recv(BUFSIZ).decode()", "data = recv conn $BUFSIZ\nx = decode $data"),
    ("s.send(b'hello')", "send s \"hello\""),
    ("s.send(msg.encode('utf-8'))", "send s $msg"),
    ("s.send(msg.encode(encoding='utf-8'))", "send s $msg"),
    ("s.send('你好'.encode('gbk'))", "data = encode \"你好\" gbk\nsend s $data"),
    ("s.send(bytes(msg, 'utf-8'))", "data = encode $msg utf-8\nsend s $data"),
    ("s.send(('Hello, %s!' % name).encode())", "send s \"Hello, $name!\""),
    ("s.send(f'{n}\\r\\n'.encode())", "send s \"$n\\r\\n\""),
    ("s.send(b'\\x00\\xff')", "send s \"\\0\\xff\""),
    ("s.send(str(n).encode())", "text = str $n\nsend s $text"),
    ("conn.send(conn.recv(1024))", "data = recv conn 1024\nsend conn $data"),
    ("conn.sendall(data.upper())", "text = upper $data\nsendall conn $text"),
    ("s.sendto(b'hi', ('127.0.0.1', 9000))", "sendto s \"hi\" 127.0.0.1:9000"),
    ("s.sendto(data, addr)", "sendto s $data $addr"),
    ("s.sendto(data, (host, port))", "sendto s $data $host:$port"),
    ("data, addr = s.recvfrom(1024)", "data, addr = recvfrom s 1024"),
    ("s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)", "setsockopt s SOL_SOCKET SO_REUSEADDR 1"),
    (
        "s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [a.fileno(), b.fileno()]))])",
        "sendmsg s fds=a,b \"x\"",
    ),
    (
        "s.sendmsg([b'x'], [(socket.IPPROTO_IP, socket.IP_TTL, struct.pack('i', 33))], 0, ('127.0.0.1', 9999))",
        "data = pack \"i\" 33\nentry = list IPPROTO_IP IP_TTL $data\nsendmsg s anc=$entry flags=0 to=127.0.0.1:9999 \"x\"",
    ),
    (
        "s.sendmsg([b'x'], [(0, 8, raw), (SOL_SOCKET, SCM_RIGHTS, array.array('i', [fd, a.fileno()]))])",
        "entry = list 0 8 $raw\nseveral = list $fd $a\nentry2 = list SOL_SOCKET SCM_RIGHTS $several\n\
         anc = list $entry $entry2\nsendmsg s anc=$anc \"x\"",
    ),
    ("s.sendmsg([b'x'], anc)", "sendmsg s anc=$anc \"x\""),
    ("s.sendmsg([b'x'], [], socket.MSG_OOB)", "sendmsg s flags=MSG_OOB \"x\""),
    (
        "pid, uid, gid = struct.unpack('3i', s.getsockopt(SOL_SOCKET, SO_PEERCRED, 12))",
        "pid, uid, gid = getsockopt s SOL_SOCKET SO_PEERCRED",
    ),
    (
        "s.setsockopt(SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE)",
        "setsockopt s SOL_SOCKET SO_TIMESTAMPING SOF_TIMESTAMPING_RX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE",
    ),
    ("s.setsockopt(SOL_SOCKET, SO_REUSEADDR, True)", "setsockopt s SOL_SOCKET SO_REUSEADDR true"),
    (
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
        "setsockopt s SOL_SOCKET SO_LINGER 1 0",
    ),
    (
        "s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, struct.pack('4sL', inet_aton('224.0.0.1'), INADDR_ANY))",
        "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 224.0.0.1 0.0.0.0",
    ),
    ("n = s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)", "n = getsockopt s SOL_SOCKET SO_RCVBUF"),
    ("s.settimeout(2.5)", "settimeout s 2.5"),
    ("s.settimeout(None)", "settimeout s none"),
    ("s.setblocking(False)", "setblocking s off"),
    ("s.shutdown(socket.SHUT_WR)", "shutdown s SHUT_WR"),
    ("s.close()", "close s"),
    ("host = socket.gethostname()", "host = gethostname"),
    ("ip, port = s.getsockname()", "ip, port = getsockname s"),
    ("print(s.getpeername())", "addr = getpeername s\nprint $addr"),
    ("s = socket.create_connection(('localhost', 80), timeout=3)", "s = create_connection localhost:80 timeout=3"),
    ("r, w, x = select.select([a, b], [], [], 1)", "r, w, x = select a,b none none 1"),
    ("ready, _, _ = select.select(inputs, [], [])", "ready = select inputs"),
    ("p = select.poll()\np.register(s, select.POLLIN)\nev = p.poll(1000)", "ev = poll s IN 1"),
    (
        "p = select.poll()\np.register(a, select.POLLIN)\np.register(b, select.POLLIN | select.POLLOUT)\np.register(c)\n\
         ev = p.poll(1000)",
        "ev = poll a:IN,b:IN|OUT,c seconds=1",
    ),
    (
        "for i, n in enumerate(names):\n    print(i, n)",
        "let i = -1\nfor n in $names\n  let i = $i + 1\n  print $i $n\nend",
    ),
    ("for i, n in enumerate(names, 1):\n    print(n)", "let i = 0\nfor n in $names\n  let i = $i + 1\n  print $n\nend"),
    (
        "for host, port in pairs:\n    print(host)",
        "for one in $pairs\n  let host = ${one[0]}\n  let port = ${one[1]}\n  print $host\nend",
    ),
    (
        "for s, events in ep.poll(1):\n    print(s, events)",
        "ready = epoll_wait ep 1\nfor one in $ready\n  let s = ${one.socket}\n  let events = ${one.events}\n  print $s $events\nend",
    ),
    // Statements.
    ("while True:", "loop"),
    ("while 1:", "loop"),
    ("while n < 3:", "while $n < 3"),
    ("while len(x) < 3:", "loop\n  count = len $x\n  if not $count < 3\n    break\n  end"),
    ("for i in range(3):", "for i in 0 1 2"),
    ("for i in range(1, 4):", "for i in 1 2 3"),
    ("for _ in range(5):", "repeat 5"),
    ("for t in threads:", "for t in $threads"),
    ("for x in ('a', 'b'):", "for x in \"a\" \"b\""),
    ("if 2 == 2:", "if 2 == 2"),
    ("if not data:", "if not $data"),
    ("if not data: break", "if not $data\n  break\nend"),
    ("if data == b'exit' or data.decode('utf-8') == 'q':", "if $data == \"exit\" or $data == \"q\""),
    ("if x is None and not (a or b):", "if $x == none and not ( $a or $b )"),
    ("if 0 < n < 5:", "if 0 < $n and $n < 5"),
    ("if len(data) <= 0:", "count = len $data\nif $count <= 0"),
    ("elif x > 3:", "elif $x > 3"),
    ("else:", "else"),
    ("try:", "try"),
    ("except:", "except"),
    ("except OSError as e:", "except as e"),
    ("except socket.error as e:", "except as e"),
    ("except socket.error, e:", "except as e"),
    ("except socket.timeout:", "except timeout"),
    ("except (ConnectionResetError, BrokenPipeError):", "except ECONNRESET EPIPE"),
    ("except BlockingIOError:", "except EAGAIN EINPROGRESS"),
    ("finally:", "finally"),
    ("def f(x):", "def f x"),
    ("def f(a: int, b) -> int:", "def f a b"),
    ("def end():", "def end_"),
    ("return data", "return $data"),
    ("return a, b", "return $a $b"),
    ("return s.recv(10)", "data = recv s 10\nreturn $data"),
    ("with open('a.txt', 'rb') as f:", "f = open a.txt rb"),
    ("if x: print(1)\nelif y: print(2)\nelse: print(3)", "if $x\n  print 1\nelif $y\n  print 2\nelse\n  print 3\nend"),
    ("import time; time.sleep(1)", "sleep 1"),
    // Values.
    ("port = 9999", "let port = 9999"),
    ("host = '127.0.0.1'", "let host = \"127.0.0.1\""),
    ("host, port = '127.0.0.1', 80", "let host = \"127.0.0.1\"\nlet port = 80"),
    ("a = b = 5", "let a = 5\nlet b = 5"),
    ("msg='欢迎访问菜鸟教程!'+ \"\\r\\n\"", "let msg = \"欢迎访问菜鸟教程!\" + \"\\r\\n\""),
    ("x += 1", "let x = $x + 1"),
    ("n = -1", "let n = -1"),
    ("n = (a + b) * 2 // 3", "let n = ( $a + $b ) * 2 // 3"),
    ("t = 'n=' + str(n)", "let t = \"n=$n\""),
    ("x = [1, 2, 3]", "x = list 1 2 3"),
    ("x = []", "x = list"),
    ("x = data[:4]", "x = slice $data none 4"),
    ("x = data[2:]", "x = slice $data 2"),
    ("x = ports[0]", "x = item ports 0"),
    ("x = obj['age']", "x = field $obj \"age\""),
    ("n = len(data)", "n = len $data"),
    ("n = int(x)", "n = int $x"),
    ("head = struct.pack('!I', len(body))", "count = len $body\nhead = pack \"!I\" $count"),
    ("n = struct.unpack('!I', head)[0]", "n = unpack \"!I\" $head"),
    ("a, b = struct.unpack('!HH', head)", "a, b = unpack \"!HH\" $head"),
    ("words = line.split()", "words = split $line"),
    ("obj = json.loads(text)", "obj = loads $text"),
    ("print(data)", "print $data"),
    ("print(\"hello\", x, 5)", "print \"hello\" $x 5"),
    ("print()", "print \"\""),
    ("print (msg.decode('utf-8'))", "text = decode $msg utf-8\nprint $text"),
    ("print(s.recv(1024).decode('utf-8'))", "data = recv s 1024\ntext = decode $data utf-8\nprint $text"),
    ("print(\"连接地址: %s\" % str(addr))", "print \"连接地址: $addr\""),
    ("print('from %s:%s...' % addr)", "print \"from $addr...\""),
    ("print('%s is %d' % (name, n))", "print \"$name is $n\""),
    ("print(f'{a}b{c}: {d}')", "print \"${a}b$c: $d\""),
    ("print(f'{addr[0]}:{addr[1]} came')", "print \"$addr came\""),
    ("print('{} and {}'.format(a, b))", "print \"$a and $b\""),
    ("print('{1} {0} {x}'.format(a, b, x=c))", "print \"$b $a $c\""),
    ("print('-' * 20)", "let value = \"-\" * 20\nprint $value"),
    ("print('100%')", "print \"100%\""),
    ("print('$5 \"x\"')", "print \"$$5 \\\"x\\\"\""),
    // Tasks.
    ("threading.Thread(target=f, args=(1,)).start()", "spawn f 1"),
    ("t = threading.Thread(target=f, args=(c, a))", "t = spawn f $c $a"),
    ("t = Thread(target=f, daemon=True)", "t = spawn -d f"),
    ("p = multiprocessing.Process(target=f, args=('x', 2))", "p = process f \"x\" 2"),
    ("p = Process(target=f, kwargs={'n': 2})", "p = process f n=2"),
    ("t.join()", "join t"),
    ("t.join(2)", "join t 2"),
    ("t.is_alive()", "is_alive t"),
    ("lock = threading.Lock()", "lock = lock"),
    ("lock.acquire()", "acquire lock"),
    ("q = queue.Queue(3)", "q = queue 3"),
    ("q.put(x)", "put q $x"),
    ("x = q.get(timeout=1)", "x = get q 1"),
    ("time.sleep(0.5)", "sleep 0.5"),
    ("start = time.time()", "start = time"),
    ("start = time.perf_counter()", "start = now"),
    ("print(\"a\" + \"b\")", "print \"ab\""),
    ("print(\"你好,%s!\" % name)", "print \"你好,$name!\""),
    ("buf += data", "let buf = $buf + $data"),
    ("x = a and not b", "let x = $a and not $b"),
    ("x = u'abc'", "let x = \"abc\""),
    ("conn.close(); s.close()", "close conn\nclose s"),
    ("except Exception as e: print(e)", "except as e\n  print $e"),
    ("while not q.empty():", "loop\n  empty = empty q\n  if $empty\n    break\n  end"),
    ("socket.getaddrinfo('localhost', 80)", "getaddrinfo \"localhost\" 80"),
    ("with lock: n += 1", "acquire lock\nlet n = $n + 1\nrelease lock"),
    ("e.wait(3)", "wait e 3"),
    ("f = open('f', 'r', encoding='utf-8')", "f = open f r"),
    ("json.dumps({'a': 1, 'b': x})", "dumps a=1 b=$x"),
    (">>>s.close()", "close s"),
    ("data = s.recv(1024).strip()", "data = recv s 1024\ndata = strip $data"),
    ("s.send(data + b'\\n')", "send s \"$data\\n\""),
    ("x = len('abc') + len('de')", "count = len \"abc\"\ncount2 = len \"de\"\nlet x = $count + $count2"),
    ("send(a, \"hello, world\")", "send a \"hello, world\""),
    ("bind(s, ('127.0.0.1', 80))", "bind s 127.0.0.1:80"),
    ("data = recv(conn, 1024)", "data = recv conn 1024"),
    ("l.append(x)", "append l $x"),
    ("for i in range(100):", "list = range 100\nfor i in $list"),
    ("name = input('name: ')", "name = input \"name: \""),
    ("if x in names:", "found = contains names $x\nif $found"),
    ("line = ', '.join(words)", "line = join \", \" $words"),
    ("n = yield x", "n = yield $x"),
    ("next(c)", "resume c"),
    ("known(1, x)", "known 1 $x"),
    // Of the interpreter.
    ("quit()", "quit"),
    ("exit()", "quit"),
    ("sys.exit(1)", "quit 1"),
    ("help(socket.socket)", "help socket"),
    ("dir(s)", "info s"),
    ("dir()", "vars"),
];

fn lines_of_python_are_lines_here() {
    let mut wrong = Vec::new();
    for (python, ours) in LINES {
        let found = written(python).unwrap_or_default();
        if found != *ours {
            wrong.push(format!(
                "{python}\n  is     {found:?} {:?}\n  not    {ours:?}",
                read(python).and_then(|f| f.says)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn what_has_no_form_says_so() {
    for (python, what) in [
        ("import socket", "nothing is imported"),
        ("import socket, sys", "nothing is imported"),
        ("from socket import *", "nothing is imported"),
        ("from threading import Thread, Lock", "nothing is imported"),
        ("import socketserver", "socketserver"),
        ("import asyncio", "the module asyncio has no form"),
        ("class A(socketserver.BaseRequestHandler):", "a class has no form"),
        ("@decorated", "a decorator has no form"),
        ("async def f():", "`async` has no form"),
        ("x = [a for a in b]", "a comprehension has no form"),
        ("x = lambda a: a", "`lambda` has no form"),
        ("n = s.recv_into(buf)", "there are no buffers to fill"),
        ("n, anc, flags, addr = s.recvmsg_into([buf])", "there are no buffers to fill"),
        ("print(x if x else y)", "`X if C else Y` has no form"),
        ("print('%.2f' % x)", "a format such as `%.2f` has no form"),
        ("print(f'{x:>10}')", "a format of its own in a text has no form"),
        ("print(x, end='')", "print's `end=` has no form"),
        ("raise OSError", "`raise` has no form"),
        ("def f(a, b=1):", "a parameter with a default has no form"),
        ("for c in 'abc':", "over the characters of a text"),
        ("a, b = b, a", "an exchange of values"),
        ("x = 2 ** 3", "`**` has no form"),
        ("foo(1)", "`foo(...)`, as it is called here, has no form"),
        ("s.foo(1)", "`foo(...)`, as it is called here, has no form"),
        ("if __name__ == '__main__':", "a program begins with its first line"),
        ("pass", "`pass` is not needed"),
        ("t.start()", "from its `spawn` on"),
        ("t.setDaemon(True)", "spawn -d"),
        ("t.daemon = True", "spawn -d"),
        ("s = socket.socket(", "goes on"),
        ("with conn:", "stands where it ends"),
    ] {
        let text = said(python);
        assert!(text.contains(what), "{python}: {text}");
    }
}

fn lines_of_c_are_lines_here() {
    for (c, ours) in [
        ("int fd = socket(AF_INET, SOCK_STREAM, 0);", "fd = socket AF_INET SOCK_STREAM"),
        ("if ((fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) {", "fd = socket AF_INET SOCK_STREAM"),
        ("bind(fd, (struct sockaddr*)&addr, sizeof(addr));", "bind fd $addr"),
        ("if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0) {", "bind fd $addr"),
        ("listen(fd, 5);", "listen fd 5"),
        ("struct servent *sv = getservbyport(htons(80), \"tcp\");", "sv = getservbyport 80 \"tcp\""),
        ("struct servent *sv = getservbyport(htons(port), \"tcp\");", "sv = getservbyport $port \"tcp\""),
        ("struct protoent *p = getprotobyname(\"tcp\");", "p = getprotobyname \"tcp\""),
        ("unsigned int i = if_nametoindex(\"lo\");", "i = if_nametoindex \"lo\""),
        ("if_indextoname(i, name);", "name = if_indextoname $i"),
        ("struct hostent *h = gethostbyname(\"localhost\");", "h = gethostbyname \"localhost\""),
        ("sethostname(\"box\", 3);", "sethostname \"box\""),
        ("int c = accept(fd, (struct sockaddr *)&peer, &len);", "c, peer = accept fd"),
        ("connect(fd, (struct sockaddr *)&addr, sizeof(addr));", "connect fd $addr"),
        ("ssize_t n = recv(fd, buf, 1024, 0);", "buf = recv fd 1024"),
        ("n = recv(fd, buf, sizeof(buf), MSG_PEEK);", "buf = recv fd 1024 MSG_PEEK"),
        ("send(fd, \"hello\\r\\n\", 7, 0);", "send fd \"hello\\r\\n\""),
        ("setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);", "setsockopt fd SOL_SOCKET SO_REUSEADDR $on"),
        ("shutdown(fd, SHUT_WR);", "shutdown fd SHUT_WR"),
        ("close(fd);", "close fd"),
        ("exit(1);", "quit 1"),
    ] {
        assert_eq!(written(c).as_deref(), Some(ours), "{c}: {:?}", read(c));
    }
}

fn names_without_a_counterpart_say_what_to_use() {
    for (line, what) in [
        ("fcntl(fd, F_SETFL, O_NONBLOCK);", "setblocking S off"),
        ("fcntl s F_SETFL O_NONBLOCK", "setblocking S off"),
        ("ioctl s FIONREAD", "inq S"),
        ("ioctl(fd, FIONREAD, &n);", "inq S"),
        ("read(fd, buf, 100);", "recv S 1024"),
        ("write(fd, \"x\", 1);", "send S DATA"),
        ("perror(\"bind\");", "`why`"),
        ("perror bind", "`why`"),
        ("strerror 98", "`why`"),
        ("errno", "`why`"),
        ("send_fds s x 3", "fds=A,B"),
        ("recv_fds s 10", "recvmsg S"),
        ("inet_addr 127.0.0.1", "bind S 127.0.0.1:9999"),
        ("malloc 100", "memory"),
        ("memset(&addr, 0, sizeof(addr));", "memory"),
        ("struct sockaddr_in addr;", "an address is written as it is"),
        ("char buf[1024];", "memory"),
        ("printf(\"%d\\n\", n);", "print"),
        ("pthread_create t f", "spawn"),
        ("fork", "nothing is forked"),
        ("pid_t pid = fork();", "nothing is forked"),
        ("int main() {", "no main"),
        ("while (1) {", "no braces"),
        ("}", "no braces"),
        ("int x = 5;", "let x = 5"),
    ] {
        let error = common::run(&["-c", line]).err;
        assert!(error.contains(what), "{line}: {error}");
    }
}

/// The programs, and what each is here.
fn programs() -> Vec<(PathBuf, String, PathBuf)> {
    let all = under("tests/foreign", "py");
    all.into_iter()
        .map(|(_, path)| (path.clone(), fs::read_to_string(&path).unwrap(), path.with_extension("sock")))
        .collect()
}

fn whole_programs_are_read() {
    let programs = programs();
    assert!(programs.len() >= 15);
    for (path, text, ours) in programs {
        let found = read(&text).unwrap_or_else(|| panic!("{} is no Python", path.display()));
        assert_eq!(found.without, None, "{}: {:?}", path.display(), found.says);
        let lines = found.write.join("\n") + "\n";
        if std::env::var_os("BLESS").is_some() {
            fs::write(&ours, &lines).unwrap();
        }
        assert_eq!(lines, fs::read_to_string(&ours).unwrap_or_default(), "{}", path.display());
        let checked = common::run(&["-c", &format!("quit\n{lines}")]);
        assert_eq!(checked.status, 0, "{}: {}", path.display(), checked.err);
    }
}

fn prompts_before_a_line_are_passed_over() {
    for (copied, ours) in [
        (">>> s.listen(5)", "listen s 5"),
        (">>> while True:\n...     s.accept()\n... \n", "loop\n  accept s\nend"),
        (">>> s.recv(10)\nb'hello'\n>>> s.close()", "recv s 10\nclose s"),
        ("sockpit> bind s :0", "bind s :0"),
        ("sockpit> s = socket\ns = <TCP/IPv4 socket, fd 3>\nsockpit> close s\nok", "s = socket\nclose s"),
        ("sockpit> repeat 2\n    ...> print 1\n    ...> end\n1\n1", "repeat 2\nprint 1\nend"),
    ] {
        assert_eq!(written(copied).as_deref(), Some(ours), "{copied}");
    }
}

/// Scripts are read as they were: none of their statements is refused for a colon or a parenthesis, and what is refused
/// elsewhere is not taken for Python that has a form.
fn no_line_of_sockpit_is_foreign() {
    let mut count = 0;
    for folder in ["scripts", "tests/facts"] {
        for (_, path) in under(folder, "sock") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(lang::parse(&Source::new("x", &text)).is_ok(), "{}", path.display());
            for line in text.lines() {
                count += 1;
                let defs = |name: &str| text.contains(&format!("def {name}"));
                let error = foreign::refusal(line, &defs);
                assert!(error.is_none(), "{}: {line}: {error:?}", path.display());
            }
        }
    }
    assert!(count > 1000, "{count}");
    assert!(root().join("tests/foreign").is_dir());
}

/// At the prompt the line that is offered is the one that is right, whatever else is known of the line.
fn what_is_offered_is_what_is_meant() {
    for (line, ours) in [
        ("print(\"a\" + \"b\")", "write: print \"ab\""),
        ("print('%s!' % name)", "write: print \"$name!\""),
        ("buf += data", "write: let buf = $buf + $data"),
        ("x = a and b", "write: let x = $a and $b"),
        ("s =socket", "write: s = socket"),
        ("close(fd);", "write: close fd"),
        ("int fd = socket(AF_INET, SOCK_STREAM, 0);", "write: fd = socket AF_INET SOCK_STREAM"),
    ] {
        let error = common::run(&["-c", line]).err;
        assert!(error.contains(ours), "{line}: {error}");
    }
}

/// In a script, a pipe and `-c` a line of another language is an error that tells the line, and nothing runs after it.
fn what_is_foreign_is_never_run() {
    let folder = common::Folder::new();
    let line = "s.bind(('127.0.0.1', 9999))";
    let text = format!("print first\n{line}\nprint never\n");
    let file = folder.file("program.sock", text.as_bytes());
    let runs = [common::run(&[&file]), common::run(&["-c", &text]), common::piped(&[], text.as_bytes())];
    for (run, where_) in runs.iter().zip(["file", "-c", "pipe"]) {
        assert_eq!(run.status, 1, "{where_}");
        assert!(run.err.contains("  write: bind s 127.0.0.1:9999"), "{where_}: {}", run.err);
        assert!(!run.out.contains("never"), "{where_}: {}", run.out);
    }
    // A block that is refused at its first line takes nothing in.
    let piped = common::piped(&[], b"while True:\n    print(1)\nprint never\n");
    assert_eq!(piped.status, 1);
    assert!(piped.err.contains("write: loop") && piped.out.is_empty(), "{}{}", piped.out, piped.err);
    for line in ["for i in range(3):", "if 2 == 2:", "while True:", "for i in range(3): print(i)", "else:", "try:"] {
        let run = common::run(&["-c", &format!("{line}\n  print never\nend")]);
        assert!(
            run.status == 1 && run.out.is_empty() && run.err.contains("no colon here"),
            "{line}: {}{}",
            run.out,
            run.err
        );
    }
    let python = folder.file("server.py", b"#!/usr/bin/python3\nimport socket\ns = socket.socket()\n");
    let run = common::run(&[&python]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("nothing is imported") && run.err.contains("end in .sock"), "{}", run.err);
}
