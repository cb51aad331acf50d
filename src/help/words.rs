//! What help says of the words of the language, and of topics that are no call.

pub use super::errors::ERRORS;
pub use super::topic::Topic;

const WORD: &str = "word of the language";
/// What a topic is.
pub(super) const TOPIC: &str = "topic";

/// The words of the language, in the order in which the manual explains them.
pub static LANGUAGE: &[Topic] = &[
    Topic {
        names: &["language", "lines", "names"],
        noun: TOPIC,
        usage: "CALL ARGS...\nNAME[, NAME...] = CALL ARGS...",
        summary: "one line is one call, written as the documentation names it",
        notes: &[
            "Calls do not nest: each is one step, and its result is shown or gets names. A call with several results \
             is taken apart by several names: `conn, addr = accept srv`. Parameters come in the documented order; an \
             optional one may be given by name: `recv s 1024 flags=MSG_PEEK`.",
            "A socket that nobody names gets a name from sockpit (s1, c1), which says so. When an open socket loses \
             its last name, it is closed. A name that is given again stands for the new value. Inside a def names \
             are its own, unless `global` says otherwise.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  conn, addr = accept srv",
        related: &["words", "values", "addresses", "&", "expect", "def"],
    },
    Topic {
        names: &["words", "$", "#", "quotes", "escapes"],
        noun: TOPIC,
        usage: "words, quotes, escapes, $NAME",
        summary: "how a line is split into words, and what is put into them",
        notes: &[
            "Words are parted by spaces; quotes keep spaces, and # starts a comment, as in a shell. \"...\" decodes escapes \
             and puts names in; '...' decodes escapes and leaves $ alone; r'...' leaves all as it is; b\"...\" is bytes, and \
             so is a word with \\xNN. All else is text, which goes over the wire as UTF-8. Escapes: \\r \\n \\t \\0 \\\\ \\xNN \
             \\u{...}.",
            "$name is a name's value, ${name} where letters follow, $$ a dollar sign; $1 is a script's argument, ${1:-9999} one \
             with a default. In braces stand parts of a value: ${data[0:4]}, ${list[0]}, ${row.state}, ${addr.port}, \
             ${s.family}. A constant's name that nobody gave is its number: $AF_INET is 2.",
            "A word that is $name alone keeps the value's type; within other text the value is put in as text. Values are put \
             in last: what came from the network can never become a word, an option or a call.",
        ],
        example: "who = str 黑马\nlet greeting = \"Hello, ${who}!\\r\\n\"\nleft, right = socketpair\n\
                  send left $greeting\nsend left b\"\\x00\\xff\"\ndata = recv right 100\nprint ${data[0:5]} 'costs $5'",
        related: &["values", "encode", "let", "arguments", "f-string"],
    },
    Topic {
        names: &["values", "None", "True", "False", "NULL"],
        noun: TOPIC,
        usage: "values",
        summary: "what a name can hold: numbers, text, bytes, addresses, lists, objects, sockets",
        notes: &[
            "A number is a word that looks like one: 5, 0x10, 2.5. none, on, off, true and false are words. Text is \
             shown in quotes, bytes as b\"...\" with what is not printable as \\xNN, an address as 127.0.0.1:9999.",
            "False are none, off, 0 and whatever is empty; all else is true. Bytes and text are equal when their \
             bytes are, a constant's name and its number are (AF_INET == 2), and | & ^ ~ take such names.",
            "A socket, a file, a task, a lock or a queue is named bare (send conn ...) or by value (send $conn ...).",
        ],
        example: "let n = 0x10\nt = str 5\nb = encode 黑\nl = list 1 two \\x03\nvars",
        related: &["words", "let", "list", "loads", "encode", "pack"],
    },
    Topic {
        names: &["addresses", "address", "地址"],
        noun: TOPIC,
        usage: "HOST:PORT, HOST PORT, [V6]:PORT, :PORT, ./PATH, @NAME",
        summary: "how the address of a socket is written",
        notes: &[
            "127.0.0.1:9999 or 127.0.0.1 9999: IPv4. [::1]:9999: IPv6, with an interface where one is needed: \
             [fe80::1%eth0]:9999. localhost:9999: a host's name, which is looked up in the socket's family.",
            ":9999 is the wildcard: to bind, every address of this machine; to connect, this machine. Port 0 lets \
             the kernel choose a free one; getsockname tells which.",
            "Anything with a / in it is a path, of at most 107 bytes, for AF_UNIX; @name is an abstract one, which \
             is no file and is gone with its last socket. $addr is an address that a call gave.",
        ],
        example: "s = socket\nbind s 127.0.0.1:0\naddr = getsockname s\nu = socket unix\nbind u @sockpit-example",
        related: &["bind", "connect", "getsockname", "getaddrinfo", "AF_UNIX"],
    },
    Topic {
        names: &["&", "background"],
        noun: WORD,
        usage: "[NAME, ... =] CALL ARGS... &",
        summary: "make a call in the background: it is a job with a number",
        notes: &["The session goes on at once. The names are bound when the call completes, which the prompt \
                  announces; `wait JOB` waits for that and gives the call's result or its error, `jobs` lists what \
                  still waits, `cancel JOB` ends it. This is how one person plays both ends: accept waits behind \
                  while the client connects."],
        example: "left, right = socketpair\ndata = recv left 100 &\nsend right hello\nwait 1",
        related: &["wait", "jobs", "cancel", "is_alive", "spawn"],
    },
    Topic {
        names: &["expect"],
        noun: WORD,
        usage: "expect ERROR CALL ARGS...",
        summary: "the call must fail with that error; the line fails if it does anything else",
        notes: &["ERROR is an errno's name, or that of an error without a number, such as timeout."],
        example: "s = socket\nexpect ENOTCONN getpeername s",
        related: &["assert", "try", "timeout"],
    },
    Topic {
        names: &["every", "watch"],
        noun: WORD,
        usage: "every SECONDS CALL ARGS... [&]",
        summary: "make a call again and again, so many seconds apart, until Ctrl-C or an error ends it",
        notes: &[
            "Each round's result is shown as it comes. SECONDS are from the beginning of one round to that of the next; \
             a round that takes longer passes over those that it takes the time of, so no two are made at once. What is \
             repeated is a call, or the name of a def; it has no names for its results.",
            "The first error ends it, and in a script so does --timeout. With & it is a job: its rounds bear its number, \
             and `cancel JOB` ends it.",
            "No transcript has what the rounds show, and `save` leaves out the line too, unless it has an &. So repeat \
             what only looks: what a repeated recv took is missing when the session is run again.",
        ],
        example: "left, right = socketpair\nsend left hello\nevery 0.1 inq right &\nsleep 0.25\ncancel 1",
        related: &["repeat", "&", "cancel", "sleep", "timing"],
    },
    Topic {
        names: &["assert"],
        noun: WORD,
        usage: "assert EXPR",
        summary: "fail with both sides' values, unless the expression is true",
        notes: &[],
        example: "left, right = socketpair\nsend left hello\ndata = recv right 100\nassert $data == hello",
        related: &["let", "expect", "if"],
    },
    Topic {
        names: &["let", "and", "or", "not", "expressions", "operators"],
        noun: WORD,
        usage: "let NAME = EXPR",
        summary: "reckon: + - * / // % & | ^ << >> ~ == != < <= > >= and or not ( ), each a word of its own",
        notes: &["Words in an expression are values; a name's value is $NAME. / divides with a fraction, // without, \
                  as in Python; precedence is Python's, too. + joins text, bytes and lists, * repeats text and bytes; & | ^ << \
                  >> ~ take whole numbers. Calls stand on lines of their own."],
        example: "let n = ( 2 + 3 ) * 4\nlet mask = $n & 0xf | 1 << 8\nlet big = \"x\" * 65508\nlet same = $n == 20 and not off\nlen $big",
        related: &["assert", "if", "values", "int"],
    },
    Topic {
        names: &["print"],
        noun: WORD,
        usage: "print WORDS...",
        summary: "print the words, with a space between them",
        notes: &["With -q it is all that a script shows. Bytes are shown as the text they are, what is none as \\xNN."],
        example: "name = gethostname\nprint \"this is $name\"",
        related: &["repr", "words"],
    },
    Topic {
        names: &["if", "elif", "else", "end", "条件"],
        noun: WORD,
        usage: "if EXPR / elif EXPR / else / end",
        summary: "run the first block whose expression is true, or that of else",
        notes: &["Every block ends with `end`. At the prompt a block is run when its end is typed."],
        example: "n = int 5\nif $n > 3\n  print many\nelif $n > 0\n  print few\nelse\n  print none\nend",
        related: &["while", "let", "try"],
    },
    Topic {
        names: &["while", "循环"],
        noun: WORD,
        usage: "while EXPR / end",
        summary: "run a block again as long as the expression is true",
        notes: &[],
        example: "left, right = socketpair\nsendall left \"one two\"\nclose left\ndata = recv right 3\nwhile $data\n  print $data\n  data = recv right 3\n\
                  end",
        related: &["loop", "break", "continue", "repeat"],
    },
    Topic {
        names: &["loop"],
        noun: WORD,
        usage: "loop / end",
        summary: "run a block again until break, return or an error ends it",
        notes: &[],
        example: "left, right = socketpair\nclose left\nloop\n  data = recv right 1024\n  if not $data\n    break\n  end\n\
                  end",
        related: &["while", "break", "for"],
    },
    Topic {
        names: &["for", "in"],
        noun: WORD,
        usage: "for NAME in WORDS... / end",
        summary: "run a block for each word; a list stands for what is in it",
        notes: &["A list is walked place by place, as in Python: the block meets what it appends itself."],
        example: "for word in one two three\n  print $word\nend",
        related: &["repeat", "list", "split", "break"],
    },
    Topic {
        names: &["repeat"],
        noun: WORD,
        usage: "repeat N / end",
        summary: "run a block N times",
        notes: &[],
        example: "left, right = socketpair\nrepeat 3\n  send left tick\nend\nrecv right 100",
        related: &["for", "while", "break"],
    },
    Topic {
        names: &["break", "continue"],
        noun: WORD,
        usage: "break / continue",
        summary: "leave the innermost loop; or go on with its next round",
        notes: &[],
        example: "for n in 1 2 3\n  if $n == 1\n    continue\n  end\n  print $n\n  break\nend",
        related: &["loop", "while", "for", "repeat"],
    },
    Topic {
        names: &["try", "except", "finally", "as"],
        noun: WORD,
        usage: "try / except [ERROR...] [as NAME] / finally / end",
        summary: "take an error rather than end with it",
        notes: &["except without names takes every error; as NAME keeps it, and $NAME is its name and text. finally \
                  runs in any case, also after return, break and continue. In a script an error that nothing takes \
                  ends it with exit status 1."],
        example: "s = socket\ntry\n  connect s 127.0.0.1:1\nexcept ECONNREFUSED as e\n  print \"nobody there: $e\"\n\
                  finally\n  close s\nend",
        related: &["expect", "timeout", "Usage", "assert"],
    },
    Topic {
        names: &["def", "return", "函数", "function"],
        noun: WORD,
        usage: "def NAME PARAM... / return [VALUE...] / end",
        summary: "give lines a name, to be called like any call",
        notes: &[
            "It is called with a value for each parameter, and may return several. Its names are its own; a name of \
             the session can be read, and be set after `global NAME`. A socket whose last name was inside is closed \
             at return.",
        ],
        example: "def double n\n  let twice = $n * 2\n  return $twice\nend\nx = double 21",
        related: &["global", "spawn", "coroutine", "process"],
    },
    Topic {
        names: &["global", "变量", "全局变量"],
        noun: WORD,
        usage: "global NAME...",
        summary: "inside a def: these names are the session's",
        notes: &[],
        example: "count = int 0\ndef increase\n  global count\n  let count = $count + 1\nend\nincrease\nprint $count",
        related: &["def"],
    },
    Topic {
        names: &["blocking", "modes", "阻塞", "非阻塞", "超时", "nonblocking"],
        noun: TOPIC,
        usage: "blocking, with a timeout, non-blocking",
        summary: "how long a call on a socket waits",
        notes: &[
            "A socket blocks unless told otherwise: accept, recv, connect and send wait as long as it takes. With \
             `settimeout S SECONDS` they wait so long at most, then fail with `timeout`. With `setblocking S off` \
             they are made once: what would wait fails with EAGAIN, and connect with EINPROGRESS. Neither is a \
             failure; poll tells when to try again.",
            "Another thing is whether the person waits: & makes any call in the background. So there are four ways: \
             wait for it (accept srv), look once (setblocking srv off, accept srv), let it wait and wait for it \
             later (accept srv & and wait 1), let it wait and be told (accept srv &).",
        ],
        example: "left, right = socketpair\nsetblocking right off\nexpect EAGAIN recv right 100\nsend left hello\n\
                  poll right IN 1\nrecv right 100\nsettimeout right 0.05\nexpect timeout recv right 100",
        related: &["setblocking", "settimeout", "poll", "&", "EAGAIN", "EINPROGRESS", "MSG_DONTWAIT"],
    },
    Topic {
        names: &["errors"],
        noun: TOPIC,
        usage: "errors",
        summary: "what a failed call shows, and what can be done with it",
        notes: &[
            "First the errno's name, its text and its number, as in `bind: EADDRINUSE: Address already in use (98)`; \
             then why it happened here, where sockpit can tell, and what to try. `help EADDRINUSE` tells which calls \
             give it and why, `why` what happened before. Errors without an errno have names, too: timeout, Usage, \
             Unbound and so on.",
            "At the prompt an error ends nothing. In a script it ends the script, unless `expect` awaits it or `try` \
             takes it.",
        ],
        example: "s = socket\nexpect ENOTCONN recv s 100\nwhy",
        related: &["expect", "try", "why", "timeout", "Usage", "EAGAIN", "ECONNRESET"],
    },
    Topic {
        names: &["tasks"],
        noun: TOPIC,
        usage: "tasks",
        summary: "several things at once: spawn, jobs, locks, queues, coroutines, processes",
        notes: &[
            "The prompt's line, a script, a `spawn` and a `&` are all tasks. They share the session's names and \
             sockets and take turns: a task runs until a call of its has to wait, or until sleep or yield. So \
             nothing changes between two lines that do not wait, and a script's order is the same in every run.",
            "Tasks meet at lock, semaphore, event and queue; join waits for one. When none of them can ever run \
             again, that is a deadlock: it is reported with who waits for whom.",
        ],
        example: "def worker who\n  sleep 0.01\n  print \"$who is done\"\nend\na = spawn worker ann\n\
                  b = spawn worker bob\njoin a\njoin b",
        related: &["spawn", "join", "&", "lock", "queue", "coroutine", "process", "Deadlock"],
    },
    Topic {
        names: &["prompt", "keys", "editing", "completion", "paste"],
        noun: TOPIC,
        usage: "sockpit",
        summary: "what the prompt does while you type, and what it keeps",
        notes: &[
            "The keys are those of emacs, or of vi when ~/.inputrc (or $INPUTRC) says `set editing-mode vi`; its \
             bell-style and what stands in `$if sockpit` are heeded, too. Tab offers what suits the place, the rest of \
             the usage stands in grey (behind a # with NO_COLOR), and red is what cannot be right. Ctrl-R searches the \
             history, which keeps each line once, a block as one entry, and is shared by sessions at the same time.",
            "A block is asked for to its end. Pasted lines run one by one, each with its result; what follows the \
             last line end is left to edit. Ctrl-C gives up a call that waits, a block, or the rest of a paste. Ctrl-D \
             leaves.",
        ],
        example: "",
        related: &["rc", "history", "announce", "&", "vars", "quit"],
    },
    Topic {
        names: &["rc", "rc.sock", "norc"],
        noun: TOPIC,
        usage: "~/.config/sockpit/rc.sock",
        summary: "lines that are run before the first prompt",
        notes: &[
            "It is the place for defs, `announce off` and the prompt's text. It stands in $XDG_CONFIG_HOME/sockpit where \
             that is set. What it prints is shown, and its first error, which ends it; the prompt comes nevertheless. \
             Ctrl-C ends it, too. `save` writes its lines at the head of the session's: whoever runs that may have \
             another rc.sock.",
            "Only a prompt has it: not scripts, -c, pipes, record and verify, and not `sockpit step`, whose script gives \
             what it gives when it is run. With -i it is run after the script. --norc leaves it out.",
        ],
        example: "",
        related: &["prompt", "announce", "def", "save", "source"],
    },
    Topic {
        names: &["transcripts", "transcript", "record", "verify"],
        noun: TOPIC,
        usage: "sockpit record FILE.sock, sockpit verify FILE...",
        summary: "sessions as files that can be run again and compared",
        notes: &[
            "A transcript is a session as it looks at the prompt: its lines, comments too, and what they showed. \
             `sockpit record` makes one of a script; `save FILE.transcript` of the session so far, which `verify` then \
             types as you did: it waits for what each line showed, and presses Ctrl-C where you did.",
            "What the kernel chooses is a placeholder that counts by first appearance: {port:1}, {fd:1}, {pid:1}, \
             {time:1}, {name:1} (an abstract name), {host}. `verify` wants the same value wherever one stands again: \
             two ends of a connection are checked, not masked. What the lines themselves contain, or a call counted, \
             stays as it is; \\{port:1} is that text. {any} is what is measured or this machine's own, {random} what was made by chance. \
             Where more differs, write {*} for the rest of a line, or a line ... for any lines.",
            "`verify` runs files side by side and shows what differs as `diff -u` does, with the placeholder that \
             broke. With --bless it writes anew what differs, keeps {*} and ... where they still match, and names \
             each success that became an error and each error that became a success. A recording that is cut short \
             leaves its file as it was.",
        ],
        example: "",
        related: &["save", "step", "history"],
    },
    Topic {
        names: &["course", "tutorial", "教程", "课程"],
        noun: TOPIC,
        usage: "sockpit learn [TOPIC | NUMBER | FILE], sockpit lessons",
        summary: "lessons that are walked through at the prompt, with questions and exercises",
        notes: &[
            "The program carries its lessons: `lessons` lists them by topic, `learn` takes the next one, `learn 07` that one, \
             `learn closing` the next of that topic. Enter runs the line that stands there, as with `sockpit step`. Before \
             some lines the lesson asks what will come of them: a value, an error, a TCP state, or that the call waits; then it \
             runs them. `skip` leaves a question out, or runs on to the next; `play` gives you the prompt until `nxt`.",
            "At its end a lesson may have exercises: scripts to mend, with hints. What counts is what the mended script does. \
             What you have done is remembered in $XDG_STATE_HOME/sockpit/progress.",
            "A lesson with 2 in the column `ends` has two programs, and each can be played alone: `sockpit learn 12 --as \
             server` walks through the server's lines, and another program is its client, yours or `sockpit 12 --as client \
             8848`. Behind that comes the port.",
            "`sockpit step 07` and `sockpit run 07` take a lesson as a plain script; `sockpit lessons --write DIR` writes all \
             of them as files. A lesson of your own is a script whose comments hold the questions (#?), the checks (#!), whose \
             lines they are (#@) and the exercises (#>): `sockpit learn FILE.sock` walks through it, and `sockpit lessons --check FILE.sock` proves \
             that each exercise fails as it stands and holds when it is solved. `sockpit learn --json` writes what came of \
             each task, a line each.",
        ],
        example: "",
        related: &["lessons", "learn", "step", "transcripts"],
    },
    Topic {
        names: &["step"],
        noun: TOPIC,
        usage: "sockpit step FILE.sock",
        summary: "walk through a script at the prompt",
        notes: &["The script's next line stands at the prompt, typed already: Enter runs it, as it is or, this once, \
                  as it was edited: End, an arrow or Backspace first. Any other key begins another call in its place, \
                  which runs beside the script; then, with Enter on an empty line, or with Ctrl-C, the script's line \
                  stands there again. With several tasks the line is that of the task that \
                  runs next, and the prompt bears its name; when all wait, the prompt is yours until a wait ends. \
                  Sleeps and timeouts go by the clock while you think. An error leaves the place where it is; only \
                  the program's end or Ctrl-D ends it."],
        example: "",
        related: &["source", "sockets", "vars", "transcripts"],
    },
];
