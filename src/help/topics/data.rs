//! Bytes: text, numbers, objects, and where the kernel keeps them.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "encoding",
            "编码",
            "解码",
            "编解码",
            "utf-8",
            "utf8",
            "gbk",
            "Unicode",
            "ASCII",
            "乱码",
            "mojibake",
            "字符集",
            "码表",
            "codec",
            "万国码",
            "bytes",
            "字节",
            "字符串",
            "string",
            "bytearray",
            "memoryview",
            "二进制",
        ],
        usage: "text and bytes: encode (编码), decode (解码)",
        summary: "sockets carry bytes (字节); text becomes bytes in an encoding, and bytes text in the same one",
        notes: &[
            "send takes text and sends it as UTF-8, where a Chinese character has 3 bytes; in gbk it has 2. The wrong \
             encoding gives other characters (乱码) or the error Decode; so does a character that was cut in two by recv.",
        ],
        example: "b = encode 黑马\nlen $b\ng = encode 黑马 gbk\nlen $g\ndecode $b\ndecode $b gbk\nexpect Decode decode $g",
        related: &["encode", "decode", "Decode", "values", "words", "repr"],
        ..BASE
    },
    Topic {
        names: &[
            "byte order",
            "字节序",
            "endianness",
            "endian",
            "big-endian",
            "little-endian",
            "大端",
            "小端",
            "network byte order",
            "网络字节序",
            "主机字节序",
            "大小端",
        ],
        usage: "byte order (字节序): htons, htonl, pack !",
        summary: "which byte of a number goes first: over the network the highest (big-endian, 大端), in most machines the lowest",
        notes: &[
            "sockpit's addresses and options take plain numbers. For bytes of one's own, pack and unpack with ! are the \
                  network's order; htons, ntohs, htonl and ntohl turn a number round as C has it.",
        ],
        example: "pack !H 8080\npack <H 8080\nhtons 8080",
        related: &["htons", "htonl", "pack", "unpack", "length header"],
        ..BASE
    },
    Topic {
        names: &["struct", "Struct", "pack_into", "unpack_from", "iter_unpack", "结构体", "打包", "解包"],
        usage: "struct: pack, unpack, calcsize",
        summary: "numbers as bytes of a fixed length, for headers and C structures",
        notes: &[
            "Formats are Python's: ! network order, < > little and big; B 1 byte, H 2, I 4, Q 8, small letters signed, s text. The \
                  others of the module are unpack of a slice. A wrong value is Usage, where Python says struct.error.",
        ],
        example: "head = pack !IH 7 9999\nunpack !IH $head\ncalcsize !IH",
        related: &["pack", "unpack", "calcsize", "slice", "byte order", "sticky packets"],
        ..BASE
    },
    Topic {
        names: &[
            "json",
            "json.load",
            "json.dump",
            "serialize",
            "序列化",
            "反序列化",
            "pickle",
            "dict",
            "字典",
            "dump",
            "load",
            "JSONEncoder",
            "JSONDecoder",
        ],
        usage: "json (序列化): dumps, loads",
        summary: "objects as text: dumps makes JSON of KEY=VALUE, loads an object of JSON, field takes a value by its key",
        notes: &[
            "json.dump and load are dumps and loads with write and read of a file. What is no JSON is the error Decode. Python's pickle \
                  is not there: what it loads may run code.",
        ],
        example: "text = dumps name=jason age=18\nobj = loads $text\nfield $obj name",
        related: &["dumps", "loads", "field", "encode", "open", "Decode"],
        ..BASE
    },
    Topic {
        names: &["f-string", "format", "格式化", "%s", "%d", "str.format", "concatenate", "拼接"],
        usage: "text with values in it: \"... $name ...\"",
        summary: "$name within text puts the value in as text; it is Python's f-string, % and format",
        notes: &[
            "${name} where letters follow, ${data[0:4]} and ${row.state} for a part of a value. What is reckoned is reckoned before, with let, where + joins texts. There is no {n:04}; pack makes bytes of fixed length.",
        ],
        example: "who = str Michael\ntext = str \"Hello, ${who}!\"\nlet line = $text + \"\\r\\n\"\nprint $text",
        related: &["words", "let", "str", "print", "pack"],
        ..BASE
    },
    Topic {
        names: &[
            "buffers",
            "buffer",
            "缓冲区",
            "缓冲",
            "缓存区",
            "send buffer",
            "receive buffer",
            "发送缓冲区",
            "接收缓冲区",
            "内核缓冲区",
            "window",
            "滑动窗口",
            "flow control",
            "流量控制",
            "缓存",
            "窗口",
        ],
        usage: "buffers (缓冲区): SO_SNDBUF, SO_RCVBUF",
        summary: "the kernel keeps what was sent until it is acknowledged, and what came until it is received",
        notes: &[
            "When the receiver's is full TCP tells its peer to stop (flow control, 流量控制), and the sender's fills: send \
             then waits, or fails with EAGAIN. Both sides in sendall with full buffers wait for ever. A UDP socket's full \
             buffer drops datagrams.",
        ],
        example: "left, right = socketpair\nsetblocking left off\ntry\n  loop\n    send left 0123456789\n  end\nexcept EAGAIN\n\
                  \x20 print \"the buffer is full\"\nend\ninq right",
        related: &["SO_SNDBUF", "SO_RCVBUF", "inq", "outq", "sendall", "EAGAIN", "blocking"],
        ..BASE
    },
    Topic {
        names: &[
            "operator",
            "+",
            "-",
            "*",
            "/",
            "//",
            "%",
            "|",
            "^",
            "~",
            "<<",
            ">>",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "运算符",
            "算术",
        ],
        usage: "operators (运算符): in let, if, elif, while, assert",
        summary: "+ - * / // % & | ^ << >> ~ == != < <= > >= and or not ( ), each a word of its own, with Python's meaning",
        notes: &[
            "A name's value is $NAME. Comparisons do not chain: 0 < $n and $n < 5. At the end of a call & is something else: the \
                  call goes on in the background.",
        ],
        example: "let n = 7 // 2 + 1\nlet big = $n > 3 and not $n == 5\nlet bits = 1 << 4 | 0x3 & ~ 1\nassert $n == 4",
        related: &["let", "if", "while", "assert", "int", "&"],
        ..BASE
    },
];
