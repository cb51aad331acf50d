//! The Python form of a call is true: each line of each example is run here and, as help shows it, in python3, and
//! what the two gave is compared value by value. What the kernel chooses (ports, descriptors, process ids) must agree
//! in where it is the same and where it is not.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::rc::Rc;

use crate::common::{Folder, has};
use serde_json::{Value as Json, json};
use sockpit::command::{self, Group};
use sockpit::help::python::{PythonLine, form, lines};
use sockpit::lang::Source;
use sockpit::linux::constants::{EPOLL_EVENTS, MSG_FLAGS, POLL_EVENTS, find_any};
use sockpit::linux::state::State;
use sockpit::session::{Event, Main, Session, Show, Sink, What};
use sockpit::value::{Addr, Value};
use sockpit::world::Socket;

tests![
    only_what_python_cannot_follow_is_left_out,
    every_form_is_python,
    forms_show_parameters_and_results,
    lines_become_pythons,
    what_has_no_form_has_none;
    alone every_example_gives_the_same_in_python,
];

/// The calls whose examples Python does not follow, beside those that only look at the session: they are sockpit's own,
/// or need a def, a task, a process.
const WITHOUT: &[&str] = &[
    "bpf",
    "cancel",
    "coroutine",
    "current_task",
    "exitcode",
    "getppid",
    "hexdump",
    "input",
    "is_alive",
    "jobs",
    "join",
    "kill",
    "mpqueue",
    "pid",
    "pipe",
    "pool",
    "process",
    "procstate",
    "repr",
    "resume",
    "sendmsg_afalg",
    "signal",
    "spawn",
    "splice",
    "submit",
    "tasks",
    "terminate",
    "wait",
    "yield",
];

/// The call on a socket that Python has only for streams of asyncio.
const OF_ASYNCIO: &str = "recvuntil";

/// The call that root alone may make: its example takes either answer, in a block.
const OF_ROOT: &str = "sethostname";

/// Calls whose examples ask for processes, or for modules beside the socket's, which the session that follows has not.
const OF_PROCESSES: [&str; 3] = ["mkdtemp", "mplock", "ps"];

fn is_followed(command: &command::Command) -> bool {
    !matches!(command.group, Group::Views | Group::Hosts)
        && !matches!(command.name, OF_ASYNCIO | OF_ROOT)
        && !OF_PROCESSES.contains(&command.name)
        && !WITHOUT.contains(&command.name)
}

/// The other lines of examples that have no Python form: which call's example, and how many.
const LINES_WITHOUT: &[(&str, usize)] = &[("event", 1), ("poll", 1), ("state", 2)];

/// What a line came to.
#[derive(Debug)]
enum Came {
    Values(Vec<Value>),
    Error(String),
}

/// Takes down what each line gave.
#[derive(Clone, Default)]
struct Taken(Rc<RefCell<BTreeMap<u32, Came>>>);

impl Sink for Taken {
    fn event(&mut self, event: &Event) -> bool {
        let came = match &event.what {
            What::Reply { values, .. } => Came::Values(values.iter().map(as_it_is).collect()),
            What::Failed { failure, .. } => Came::Error(failure.name.as_str().to_string()),
            _ => return true,
        };
        self.0.borrow_mut().insert(event.at.span.line, came);
        true
    }

    fn flush(&mut self) -> bool {
        true
    }
}

/// The value as it is now: a list may be changed later.
fn as_it_is(value: &Value) -> Value {
    match value {
        Value::List(list) => Value::list(list.items().iter().map(as_it_is).collect()),
        other => other.clone(),
    }
}

fn in_sockpit(example: &str) -> BTreeMap<u32, Came> {
    let taken = Taken::default();
    let mut session = Session::new(Box::new(taken.clone()), Show::All, &[]);
    session.start(&Source::new("example", example)).unwrap();
    while *session.status.main() == Main::Running {
        session.turn(None).unwrap();
    }
    drop(session);
    taken.0.take()
}

/// Runs the lines it reads as JSON and writes what each gave, with its type.
const RUNNER: &str = r"
import array, base64, errno, fcntl, hashlib, json, os, queue, select, signal, socket, struct, sys, termios, threading, time

def shown(v):
    if v is None: return {'none': None}
    if isinstance(v, bool): return {'bool': v}
    if isinstance(v, int): return {'int': int(v)}
    if isinstance(v, float): return {'float': v}
    if isinstance(v, str): return {'text': v}
    if isinstance(v, (bytes, bytearray)): return {'bytes': v.hex()}
    if isinstance(v, (tuple, list)): return {'list': [shown(x) for x in v]}
    if isinstance(v, dict): return {'object': [[k, shown(x)] for k, x in v.items()]}
    if isinstance(v, socket.socket): return {'socket': [int(v.family), int(v.type)]}
    return {'handle': type(v).__name__}

def named(e):
    if isinstance(e, TimeoutError): return 'timeout' if e.errno is None else errno.errorcode[e.errno]
    if isinstance(e, socket.gaierror):
        return next(n for n in dir(socket) if n.startswith('EAI_') and getattr(socket, n) == e.errno)
    if isinstance(e, OSError) and e.errno: return errno.errorcode[e.errno]
    if isinstance(e, (UnicodeError, json.JSONDecodeError)): return 'Decode'
    if isinstance(e, queue.Empty): return 'Empty'
    if isinstance(e, queue.Full): return 'Full'
    if isinstance(e, AssertionError): return 'Assert'
    return 'Usage: ' + repr(e)

def run(line, space):
    try:
        for statement in line['before']: exec(statement, space)
        if line['value'].startswith('assert '):
            exec(line['value'], space)
            return {'value': shown(None)}
        result = eval(line['value'], space)
        names = line['names']
        if len(names) == 1: space[names[0]] = result
        elif names:
            for name, value in zip(names, result, strict=True): space[name] = value
        return {'value': shown(result)}
    except BaseException as e:
        return {'error': named(e)}

def too_long(*_): raise RuntimeError('it never ends')

signal.signal(signal.SIGALRM, too_long)
for folder, lines in json.load(sys.stdin):
    os.chdir(folder)
    signal.alarm(20)
    space = dict(globals())
    print(json.dumps([run(line, space) for line in lines]))
";

/// What a Python program says that reads this as JSON.
fn python(program: &str, input: &Json) -> String {
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-W", "ignore", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap()
}

/// What the lines of each example come to, by example.
fn in_python(examples: &[Example]) -> Vec<Vec<Json>> {
    let folders: Vec<Folder> = examples.iter().map(|_| Folder::new()).collect();
    let line = |l: &PythonLine| json!({ "before": l.before, "value": l.value, "names": l.names });
    let row = |(e, folder): (&Example, &Folder)| json!([folder.path(), e.lines.iter().map(line).collect::<Vec<_>>()]);
    let input: Vec<Json> = examples.iter().zip(&folders).map(row).collect();
    let text = python(RUNNER, &Json::from(input));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An entry of ancillary data: its level and type.
fn ancillary(ours: &Value, python: &Json) -> bool {
    let Value::Object(fields) = ours else { return false };
    let number = |name: &str| {
        let value = fields.iter().find(|(key, _)| &**key == name).map(|(_, v)| v.to_string())?;
        find_any(&value)
    };
    number("level") == python["list"][0]["int"].as_i64() && number("type") == python["list"][1]["int"].as_i64()
}

/// A call's example, as far as Python follows it.
struct Example {
    call: &'static str,
    text: &'static str,
    lines: Vec<PythonLine>,
}

/// What the kernel chose in sockpit's run, and in Python's.
#[derive(Default)]
struct Chosen {
    there: BTreeMap<(&'static str, i128), i128>,
    back: BTreeMap<(&'static str, i128), i128>,
}

impl Chosen {
    /// Whether two numbers stand for the same thing everywhere.
    fn same(&mut self, what: &'static str, a: i128, b: i128) -> bool {
        *self.there.entry((what, a)).or_insert(b) == b && *self.back.entry((what, b)).or_insert(a) == a
    }
}

/// The call whose results are compared, and what was chosen so far.
struct Comparison<'a> {
    call: &'a str,
    chosen: &'a mut Chosen,
}

impl Comparison<'_> {
    fn values(&mut self, ours: &[Value], python: &Json) -> bool {
        match (self.call, ours) {
            (_, []) => python.get("none").is_some(),
            ("state", [Value::Text(name)]) => {
                python["int"].as_u64().is_some_and(|n| State::tcp(n as u8).map(State::name) == Some(name))
            }
            ("poll", [Value::Text(events)]) => {
                let mask = python["list"][0]["list"][1]["int"].as_i64().unwrap_or(0);
                POLL_EVENTS.join(mask as i32) == **events
            }
            ("epoll_wait", [Value::List(entries)]) => {
                let entries = entries.to_vec();
                let theirs = python["list"].as_array().unwrap();
                let same = |(ours, theirs): (&Value, &Json)| {
                    let Value::Object(fields) = ours else { return false };
                    let number = |i: usize| theirs["list"][i]["int"].as_i64().unwrap_or(0);
                    let fd = fields[0].1.downcast::<Socket>().map(Socket::fileno);
                    EPOLL_EVENTS.join(number(1) as i32) == fields[1].1.to_string()
                        && fd.is_some_and(|fd| self.chosen.same("descriptor", fd.into(), number(0).into()))
                };
                entries.len() == theirs.len() && entries.iter().zip(theirs).all(same)
            }
            ("recvmsg", [data, Value::List(entries), flags, addr]) => {
                let theirs = python["list"].as_array().unwrap();
                let beside = theirs[1]["list"].as_array().unwrap();
                let entries = entries.to_vec();
                let pairs = entries.iter().zip(beside);
                entries.len() == beside.len()
                    && pairs.into_iter().all(|(e, t)| ancillary(e, t))
                    && self.value(data, &theirs[0])
                    && theirs[2]["int"].as_i64().is_some_and(|n| flags.to_string() == MSG_FLAGS.join(n as i32))
                    && self.value(addr, &theirs[3])
            }
            // A structure has names here.
            ("getsockopt", [Value::Object(fields)]) => {
                self.list(&fields.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>(), python)
            }
            (_, [one]) => self.value(one, python),
            (_, several) => self.list(several, python),
        }
    }

    fn list(&mut self, ours: &[Value], python: &Json) -> bool {
        let Some(theirs) = python["list"].as_array() else { return false };
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| self.value(a, b))
    }

    fn value(&mut self, ours: &Value, python: &Json) -> bool {
        match ours {
            Value::None => python.get("none").is_some(),
            Value::Bool(b) => python["bool"] == json!(b),
            Value::Int(n) => python["int"].as_i64().map(i128::from).is_some_and(|m| match self.call {
                "fileno" | "detach" if *n >= 0 => self.chosen.same("descriptor", *n, m),
                "getpid" => self.chosen.same("process", *n, m),
                _ => *n == m,
            }),
            // A clock.
            Value::Float(_) if ["now", "time"].contains(&self.call) || self.call.is_empty() => python["float"].is_f64(),
            Value::Float(x) => python["float"].as_f64() == Some(*x),
            // A constant goes by its name here.
            Value::Text(s) if self.call == "getaddrinfo" && python.get("int").is_some() => {
                find_any(s) == python["int"].as_i64()
            }
            Value::Text(s) => python["text"] == json!(&**s),
            // By chance.
            Value::Bytes(b) if self.call == "random" => {
                python["bytes"].as_str().is_some_and(|hex| hex.len() == 2 * b.len())
            }
            Value::Bytes(b) => python["bytes"] == json!(b.iter().map(|b| format!("{b:02x}")).collect::<String>()),
            Value::List(items) => self.list(&items.items(), python),
            Value::Object(pairs) => python["object"].as_array().is_some_and(|theirs| {
                let mut both = pairs.iter().zip(theirs);
                pairs.len() == theirs.len() && both.all(|((k, v), t)| t[0] == json!(&**k) && self.value(v, &t[1]))
            }),
            Value::Addr(addr) => self.address(addr, python),
            Value::Handle(_) => match ours.downcast::<Socket>() {
                Some(socket) => python["socket"] == json!([socket.family, socket.kind]),
                None => python.get("handle").is_some(),
            },
        }
    }

    fn address(&mut self, ours: &Addr, python: &Json) -> bool {
        let parts = python["list"].as_array();
        let mut ip = |ip: String, port: u16| {
            parts.is_some_and(|p| {
                let theirs = i128::from(p[1]["int"].as_i64().unwrap());
                // A port is chosen by the kernel unless it is a well-known one.
                let same = if port < 1024 {
                    theirs == i128::from(port)
                } else {
                    self.chosen.same("port", port.into(), theirs)
                };
                p[0]["text"] == json!(ip) && same
            })
        };
        match ours {
            Addr::V4(a) => ip(a.ip().to_string(), a.port()),
            Addr::V6(a) => ip(a.ip().to_string(), a.port()),
            Addr::Path(path) => python["text"] == json!(String::from_utf8_lossy(path)),
            Addr::Abstract(name) => {
                let hex: String = name.iter().map(|b| format!("{b:02x}")).collect();
                python["bytes"] == json!(format!("00{hex}"))
            }
            Addr::Unnamed => python["text"] == json!("") || python.get("none").is_some(),
            Addr::Special(_) | Addr::Other(..) => false,
        }
    }
}

/// Compare an example's lines.
fn compare(example: &Example, theirs: &[Json], wrong: &mut Vec<String>) {
    let here = Folder::new();
    std::env::set_current_dir(here.path()).unwrap();
    let ours = in_sockpit(example.text);
    let mut chosen = Chosen::default();
    for (line, their) in example.lines.iter().zip(theirs) {
        let our = ours.get(&line.number);
        let same = match our {
            // `assert` shows nothing.
            None => line.call.is_none() && their.get("value").is_some(),
            Some(Came::Error(name)) => their["error"].as_str().is_some_and(|e| e.split(": ").next() == Some(name)),
            Some(Came::Values(values)) => {
                let mut comparison = Comparison { call: line.call.unwrap_or(""), chosen: &mut chosen };
                their.get("value").is_some_and(|value| comparison.values(values, value))
            }
        };
        if !same {
            let (call, text) = (example.call, line.text());
            wrong.push(format!("{call}, line {}: {text}\n  sockpit: {our:?}\n  python3: {their}", line.number));
        }
    }
}

fn every_example_gives_the_same_in_python() {
    if !has("python3") {
        return;
    }
    let (mut wrong, mut examples) = (Vec::new(), Vec::new());
    for command in command::all().filter(|c| is_followed(c)) {
        let lines = lines(command.example).unwrap();
        let left_out: Vec<u32> = lines.iter().filter(|(_, line)| line.is_none()).map(|(n, _)| *n).collect();
        let allowed = LINES_WITHOUT.iter().find(|(name, _)| *name == command.name).map_or(0, |(_, n)| *n);
        if left_out.len() != allowed {
            wrong.push(format!("{}: lines {left_out:?} of its example have no Python form", command.name));
        }
        let lines = lines.into_iter().filter_map(|(_, line)| line).collect();
        examples.push(Example { call: command.name, text: command.example, lines });
    }
    let theirs = in_python(&examples);
    assert_eq!(theirs.len(), examples.len(), "python3 ran all examples");
    for (example, theirs) in examples.iter().zip(&theirs) {
        compare(example, theirs, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let compared: usize = examples.iter().map(|e| e.lines.len()).sum();
    assert!(compared >= 300, "only {compared} lines were compared");
    let covered: BTreeSet<_> = examples.iter().flat_map(|e| e.lines.iter().filter_map(|line| line.call)).collect();
    let uncovered: Vec<_> =
        command::all().filter(|c| is_followed(c) && !covered.contains(c.name)).map(|c| c.name).collect();
    assert!(uncovered.is_empty(), "{uncovered:?} were never compared");
}

fn only_what_python_cannot_follow_is_left_out() {
    for name in WITHOUT {
        let command = command::find(name).unwrap_or_else(|| panic!("{name} is no call"));
        let groups = [Group::Readiness, Group::Data, Group::Octets, Group::Files, Group::Tasks, Group::Processes];
        assert!(groups.contains(&command.group), "{name} is a socket call");
    }
}

/// Says which names of modules in the forms it reads do not exist, and which forms are no Python.
const READER: &str = r"
import importlib, json, re, sys
modules = r'\b(array|base64|concurrent\.futures|fcntl|hashlib|json|multiprocessing|os|queue|select|socket|struct|sys|termios|threading|time)\.(\w+)'
for form in json.load(sys.stdin):
    for module, name in re.findall(modules, form):
        if not hasattr(importlib.import_module(module), name): print(form, 'has no', name)
    try:
        if not set('{<') & set(form): compile('def f():\n ' + form, 'form', 'exec')
    except SyntaxError as e: print(form, e)
";

fn every_form_is_python() {
    if !has("python3") {
        return;
    }
    let forms: Vec<&str> = command::all().map(|c| c.python).filter(|form| !form.is_empty()).collect();
    let output = python(READER, &json!(forms));
    assert_eq!(output, "");
}

/// A line in Python, as it is shown.
fn translated(line: &str) -> Option<String> {
    lines(line).unwrap().remove(0).1.map(|line| line.text())
}

fn forms_show_parameters_and_results() {
    for (call, shown) in [
        ("recv", "data = S.recv(N[, FLAGS])"),
        ("accept", "conn, addr = S.accept()"),
        ("socket", "s = socket.socket([FAMILY[, TYPE[, PROTO]]][, fileno=FILENO])"),
        ("setsockopt", "S.setsockopt(LEVEL, OPT, VALUE)"),
        ("poll", "p = select.poll(); p.register(S[, EVENTS]); events = p.poll(1000 * SECONDS)"),
        ("spawn", "t = threading.Thread(target=NAME, args=(ARGS, ...)); t.start()"),
        ("jobs", ""),
    ] {
        assert_eq!(form(command::find(call).unwrap()), shown, "{call}");
    }
}

fn lines_become_pythons() {
    for (line, python_line) in [
        ("s = socket", "s = socket.socket()"),
        ("s = socket udp", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"),
        ("s = socket inet6 SOCK_STREAM", "s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)"),
        ("t = socket fileno=$fd", "t = socket.socket(fileno=fd)"),
        ("bind s :9999", "s.bind(('', 9999))"),
        ("bind s 127.0.0.1 $port", "s.bind(('127.0.0.1', port))"),
        ("bind u @name", "u.bind('\\x00name')"),
        ("connect s $where", "s.connect(where)"),
        ("recv s 10 MSG_PEEK|MSG_DONTWAIT", "s.recv(10, socket.MSG_PEEK | socket.MSG_DONTWAIT)"),
        ("sendto s hi 0 localhost:9", "s.sendto(b'hi', 0, ('localhost', 9))"),
        ("send s \"\\r\\n\" \n", "s.send(b'\\r\\n')"),
        ("send s 黑", "s.send('黑'.encode())"),
        ("shutdown s wr", "s.shutdown(socket.SHUT_WR)"),
        ("setsockopt s SO_LINGER 1 5", "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 5))"),
        ("setsockopt s IPPROTO_TCP TCP_NODELAY on", "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)"),
        ("expect EPIPE send s x", "s.send(b'x')  # fails: EPIPE"),
        ("x = slice $t 1", "x = t[1:]"),
        ("let n = ( $a + 1 ) * 2", "n = (a + 1) * 2"),
        ("select a b timeout=0", "select.select([a, b], [], [], 0)[0]"),
    ] {
        assert_eq!(translated(line).as_deref(), Some(python_line), "{line}");
    }
}

fn what_has_no_form_has_none() {
    for line in ["jobs", "x = recv s 10 &", "connect s AF_UNSPEC", "print hello", "sendmsg s x flags=MSG_OOB"] {
        assert_eq!(translated(line), None, "{line}");
    }
}
