//! Options of TCP: tcp(7).

use super::{Opt, OptKind};
use crate::linux::layout;

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_TCP "tcp(7)" {
        TCP_CC_INFO, Struct(20), ro, "numbers of the congestion control algorithm"
            eg "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                conn, addr = accept srv\ngetsockopt cli TCP_CC_INFO";
        TCP_CONGESTION, Text, rw, "the congestion control algorithm, by name: reno, cubic"
            => "net.ipv4.tcp_congestion_control", "" eg "reno";
        TCP_COOKIE_TRANSACTIONS, Struct(20), rw, "cookie transactions, gone from Linux since 3.10"
            eg "s = socket\nexpect ENOPROTOOPT getsockopt s TCP_COOKIE_TRANSACTIONS";
        TCP_CORK, Flag, rw, "hold back partial segments until it is switched off, 200 ms at most"
            => "0",
            "The opposite of TCP_NODELAY: only full segments go, until it is taken off or 0.2 seconds have passed.";
        TCP_DEFER_ACCEPT, Number, rw, "let accept wait for data, so many seconds"
            => "0", "Seconds: accept gives a connection only when data has come on it." eg "5";
        TCP_FASTOPEN, Number, rw, "accept data in the SYN of up to so many pending connections (listening sockets)" in [0..=i32::MAX]
            => "0",
            "How many such connections may be pending on a listening socket; net.ipv4.tcp_fastopen allows it." eg "5";
        TCP_FASTOPEN_CONNECT, Flag, rw, "let connect wait for the first send, to send its data in the SYN";
        TCP_FASTOPEN_KEY, Struct(32), rw, "the key of Fast Open cookies, 16 or 32 bytes"
            eg "s = socket\nkey = encode 0123456789abcdef\nsetsockopt s TCP_FASTOPEN_KEY $key\n\
                getsockopt s TCP_FASTOPEN_KEY";
        TCP_FASTOPEN_NO_COOKIE, Flag, rw, "Fast Open without a cookie";
        TCP_INFO, Fields(&layout::TCP_INFO), ro, "the connection's numbers (struct tcp_info); the state call shows the first of them"
            => "",
            "The first field is the state, which `state S` names; the second says what is taken for lost (TCP_CA_Open: nothing). `getsockopt S TCP_INFO 104` gives the bytes for \
             unpack.";
        TCP_INQ, Flag, rw, "receive the number of bytes that are left with each recvmsg";
        TCP_KEEPCNT, Number, rw, "how many keepalive probes without answer end the connection" in [1..=127] => "9", "" eg "3";
        TCP_KEEPIDLE, Number, rw, "seconds of silence before the first keepalive probe" in [1..=32767]
            => "7200", "Seconds; SO_KEEPALIVE must be on." eg "60";
        TCP_KEEPINTVL, Number, rw, "seconds between keepalive probes" in [1..=32767]
            => "75", "Seconds." eg "10";
        TCP_LINGER2, Number, rw, "seconds a closed connection stays in FIN_WAIT2"
            => "60", "Seconds in FIN_WAIT2; negative for none." eg "10";
        TCP_MAXSEG, Number, rw, "the largest segment" in [0..=0, 88..=32767]
            => "536", "Bytes; before a connection what is set, afterwards what is in use." eg "1000";
        TCP_MD5SIG, Struct(216), wo, "sign the segments of one peer with MD5"
            eg "s = socket\nip = inet_aton 127.0.0.1\nkey = pack H2x4s120xBBHi80s 2 $ip 0 0 6 0 secret\n\
                setsockopt s TCP_MD5SIG $key";
        TCP_MD5SIG_EXT, Struct(216), wo, "the same for a network or an interface"
            eg "s = socket\nip = inet_aton 127.0.0.0\nkey = pack H2x4s120xBBHi80s 2 $ip 1 8 6 0 secret\n\
                setsockopt s TCP_MD5SIG_EXT $key";
        TCP_NODELAY, Flag, rw, "send small segments at once (no Nagle's algorithm)"
            => "0",
            "Off, Nagle's algorithm keeps a small segment back while another is unacknowledged. On, each send goes \
             at once: for small questions that wait for answers. It does not make messages: TCP stays a stream.";
        TCP_NOTSENT_LOWAT, Number, rw, "report the socket writable only when fewer bytes are unsent" eg "16384";
        TCP_QUEUE_SEQ, Number, rw, "the sequence number of the queue under repair" as root
            eg "s = socket\nsetsockopt s TCP_REPAIR 1\nsetsockopt s TCP_REPAIR_QUEUE 2\n\
                setsockopt s TCP_QUEUE_SEQ 1000\ngetsockopt s TCP_QUEUE_SEQ";
        TCP_QUICKACK, Flag, rw, "acknowledge at once; the kernel switches back by itself"
            => "1", "Not lasting: the kernel goes on deciding for itself.";
        TCP_REPAIR, Number, rw, "repair mode, in which the state of a connection can be taken and given, for root" in [-1..=1] as root;
        TCP_REPAIR_OPTIONS, Struct(64), wo, "the options of the connection under repair" as root
            eg "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                conn, addr = accept srv\nsetsockopt cli TCP_REPAIR 1\nmss = pack II 2 1000\n\
                setsockopt cli TCP_REPAIR_OPTIONS $mss";
        TCP_REPAIR_QUEUE, Number, rw, "which queue is under repair: 0 none, 1 receive, 2 send" as root
            eg "s = socket\nsetsockopt s TCP_REPAIR 1\nsetsockopt s TCP_REPAIR_QUEUE 1\n\
                getsockopt s TCP_REPAIR_QUEUE";
        TCP_REPAIR_WINDOW, Fields(&layout::REPAIR_WINDOW), rw, "the windows of the connection under repair" as root
            eg "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                conn, addr = accept srv\nsetsockopt cli TCP_REPAIR 1\n\
                windows = getsockopt cli TCP_REPAIR_WINDOW\nsetsockopt cli TCP_REPAIR_WINDOW $windows";
        TCP_SAVED_SYN, Struct(1024), ro, "the SYN of an accepted connection, once"
            eg "srv = create_server 127.0.0.1:0\nsetsockopt srv TCP_SAVE_SYN 1\nwhere = getsockname srv\n\
                cli = create_connection $where\nconn, addr = accept srv\ngetsockopt conn TCP_SAVED_SYN";
        TCP_SAVE_SYN, Number, rw, "keep the SYN of each connection for TCP_SAVED_SYN" in [0..=2];
        TCP_SYNCNT, Number, rw, "how often connect sends its SYN again" in [1..=127]
            => "6", "Six repeats are about two minutes, after which connect fails with ETIMEDOUT." eg "3";
        TCP_THIN_DUPACK, Flag, rw, "send again after one duplicate acknowledgement; obsolete";
        TCP_THIN_LINEAR_TIMEOUTS, Flag, rw, "do not double the timeout of thin streams";
        TCP_TIMESTAMP, Number, rw, "the clock of the time stamps, for repair"
            eg "s = socket\ngetsockopt s TCP_TIMESTAMP\nexpect EPERM setsockopt s TCP_TIMESTAMP 0";
        TCP_TX_DELAY = 37, Number, rw, "microseconds to hold each packet back, for tests" eg "1000";
        TCP_ULP, Text, rw, "a protocol on top of TCP, by name: tls"
            eg "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                conn, addr = accept srv\ntry\n  setsockopt cli TCP_ULP tls\n  getsockopt cli TCP_ULP\n\
                except ENOENT\n  print \"this kernel has no tls\"\nend";
        TCP_USER_TIMEOUT, Number, rw,
            "milliseconds that sent data may stay unacknowledged before the connection ends; 0 by retries" in [0..=i32::MAX]
            => "0", "Milliseconds; 0 leaves it to the kernel, about 15 minutes." eg "30000";
        TCP_WINDOW_CLAMP, Number, rw, "the largest window that is advertised" eg "60000";
        TCP_ZEROCOPY_RECEIVE, Struct(64), ro, "receive into mapped pages";
    }
};
