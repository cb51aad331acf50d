//! Options of TCP: tcp(7).

use super::{Opt, OptKind};

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_TCP "tcp(7)" {
        TCP_CC_INFO, Struct(20), ro, "numbers of the congestion control algorithm";
        TCP_CONGESTION, Text, rw, "the congestion control algorithm, by name: reno, cubic"
            => "net.ipv4.tcp_congestion_control", "";
        TCP_COOKIE_TRANSACTIONS, Struct(20), rw, "cookie transactions, gone from Linux since 3.10";
        TCP_CORK, Flag, rw, "hold back partial segments until it is switched off, 200 ms at most"
            => "0",
            "The opposite of TCP_NODELAY: only full segments go, until it is taken off or 0.2 seconds have passed.";
        TCP_DEFER_ACCEPT, Number, rw, "let accept wait for data, so many seconds"
            => "0", "Seconds: accept gives a connection only when data has come on it.";
        TCP_FASTOPEN, Number, rw, "accept data in the SYN of up to so many pending connections (listening sockets)"
            => "0",
            "How many such connections may be pending on a listening socket; net.ipv4.tcp_fastopen allows it.";
        TCP_FASTOPEN_CONNECT, Flag, rw, "let connect wait for the first send, to send its data in the SYN";
        TCP_FASTOPEN_KEY, Struct(32), rw, "the key of Fast Open cookies, 16 or 32 bytes";
        TCP_FASTOPEN_NO_COOKIE, Flag, rw, "Fast Open without a cookie";
        TCP_INFO, Struct(320), ro, "the connection's numbers (struct tcp_info); the state call shows the first of them"
            => "",
            "struct tcp_info: the first byte is the state, which `state S` names. `getsockopt S TCP_INFO 104` gives \
             the bytes for unpack.";
        TCP_INQ, Flag, rw, "receive the number of bytes that are left with each recvmsg";
        TCP_KEEPCNT, Number, rw, "how many keepalive probes without answer end the connection: 1 to 127" => "9", "";
        TCP_KEEPIDLE, Number, rw, "seconds of silence before the first keepalive probe"
            => "7200", "Seconds; SO_KEEPALIVE must be on.";
        TCP_KEEPINTVL, Number, rw, "seconds between keepalive probes"
            => "75", "Seconds.";
        TCP_LINGER2, Number, rw, "seconds a closed connection stays in FIN_WAIT2"
            => "60", "Seconds in FIN_WAIT2; negative for none.";
        TCP_MAXSEG, Number, rw, "the largest segment"
            => "536", "Bytes; before a connection what is set, afterwards what is in use.";
        TCP_MD5SIG, Struct(216), wo, "sign the segments of one peer with MD5";
        TCP_MD5SIG_EXT, Struct(216), wo, "the same for a network or an interface";
        TCP_NODELAY, Flag, rw, "send small segments at once (no Nagle's algorithm)"
            => "0",
            "Off, Nagle's algorithm keeps a small segment back while another is unacknowledged. On, each send goes \
             at once: for small questions that wait for answers. It does not make messages: TCP stays a stream.";
        TCP_NOTSENT_LOWAT, Number, rw, "report the socket writable only when fewer bytes are unsent";
        TCP_QUEUE_SEQ, Number, rw, "the sequence number of the queue under repair";
        TCP_QUICKACK, Flag, rw, "acknowledge at once; the kernel switches back by itself"
            => "1", "Not lasting: the kernel goes on deciding for itself.";
        TCP_REPAIR, Number, rw, "repair mode, in which the state of a connection can be taken and given, for root";
        TCP_REPAIR_OPTIONS, Struct(64), wo, "the options of the connection under repair";
        TCP_REPAIR_QUEUE, Number, rw, "which queue is under repair: 0 none, 1 receive, 2 send";
        TCP_REPAIR_WINDOW, Struct(20), rw, "the windows of the connection under repair";
        TCP_SAVED_SYN, Struct(1024), ro, "the SYN of an accepted connection, once";
        TCP_SAVE_SYN, Number, rw, "keep the SYN of each connection for TCP_SAVED_SYN";
        TCP_SYNCNT, Number, rw, "how often connect sends its SYN again: 1 to 255"
            => "6", "Six repeats are about two minutes, after which connect fails with ETIMEDOUT.";
        TCP_THIN_DUPACK, Flag, rw, "send again after one duplicate acknowledgement; obsolete";
        TCP_THIN_LINEAR_TIMEOUTS, Flag, rw, "do not double the timeout of thin streams";
        TCP_TIMESTAMP, Number, rw, "the clock of the time stamps, for repair";
        TCP_TX_DELAY = 37, Number, rw, "microseconds to hold each packet back, for tests";
        TCP_ULP, Text, rw, "a protocol on top of TCP, by name: tls";
        TCP_USER_TIMEOUT, Number, rw,
            "milliseconds that sent data may stay unacknowledged before the connection ends; 0 by retries"
            => "0", "Milliseconds; 0 leaves it to the kernel, about 15 minutes.";
        TCP_WINDOW_CLAMP, Number, rw, "the largest window that is advertised";
        TCP_ZEROCOPY_RECEIVE, Struct(64), ro, "receive into mapped pages";
    }
};
