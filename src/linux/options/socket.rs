//! Options of every socket: socket(7), and those of unix(7).

use super::{Opt, OptKind};
use crate::linux::{flags, layout};

pub(super) const ROWS: &[Opt] = options! {
    SOL_SOCKET "socket(7)" {
        SO_ACCEPTCONN, Flag, ro, "whether the socket listens"
            => "0", "1 after listen.";
        SO_ATTACH_BPF, Number, wo, "attach an eBPF program, given by its descriptor, as a filter of what comes in"
            => "", "sockpit makes no eBPF programs; another process may pass one over AF_UNIX."
            eg "s = socket\nfd = fileno s\nexpect EINVAL setsockopt s SO_ATTACH_BPF $fd";
        SO_ATTACH_FILTER, Program, wo, "attach a classic BPF program as a filter of what comes in"
            => "", "The program, which bpf makes, says of each packet how many of its bytes are kept; 0 drops it. The value \
                    is the program itself: where it is in memory, which C and Python have to say, sockpit tells the kernel."
            eg "s = socket udp\nbind s 127.0.0.1:0\nlong = bpf \"ld len\" \"jgt #12, keep\" \"ret #0\" \"keep: ret #-1\"\n\
                setsockopt s SO_ATTACH_FILTER $long\nto = getsockname s\nsendto s tiny $to\nsendto s \"long enough\" $to\nrecv s 100";
        SO_ATTACH_REUSEPORT_CBPF, Program, wo, "choose among SO_REUSEPORT sockets with a classic BPF program"
            => "", "The program, which bpf makes, gives the number of the socket that gets it, in the order they were bound."
            eg "s = socket udp\nsetsockopt s SO_REUSEPORT 1\nbind s 127.0.0.1:0\nfirst = bpf \"ret #0\"\n\
                setsockopt s SO_ATTACH_REUSEPORT_CBPF $first";
        SO_ATTACH_REUSEPORT_EBPF, Number, wo, "choose among SO_REUSEPORT sockets with an eBPF program"
            => "", "sockpit makes no eBPF programs; another process may pass one over AF_UNIX."
            eg "s = socket\nfd = fileno s\nexpect EINVAL setsockopt s SO_ATTACH_REUSEPORT_EBPF $fd";
        SO_BINDTODEVICE, Text, rw, "use one network interface only, by its name" eg "lo";
        SO_BINDTOIFINDEX, Interface, rw, "use one network interface only, by its number";
        SO_BPF_EXTENSIONS, Number, ro, "which BPF extensions the kernel has";
        SO_BROADCAST, Flag, rw, "allow datagrams to be sent to a broadcast address"
            => "0", "Without it, sendto a broadcast address fails with EACCES.";
        SO_BSDCOMPAT, Flag, rw, "obsolete; does nothing";
        SO_BUF_LOCK, Number, rw,
            "keep the kernel from resizing the buffers: 1 the send buffer, 2 the receive buffer, 3 both" in [0..=3] eg "3";
        SO_BUSY_POLL, Number, rw, "microseconds to poll the device busily when there is nothing to receive" in [0..=i32::MAX]
            eg "s = socket\ntry\n  setsockopt s SO_BUSY_POLL 50\n  getsockopt s SO_BUSY_POLL\nexcept EPERM\n  print \"older kernels leave it to root\"\n\
                end";
        SO_BUSY_POLL_BUDGET, Number, wo, "how many packets one busy poll takes at most" as root eg "8";
        SO_CNX_ADVICE, Number, wo, "1 tells the kernel that the connection is bad and another way should be tried" eg "1";
        SO_COOKIE, Wide, ro, "a number that no other socket has while the system runs";
        SO_DEBUG, Flag, rw, "debugging in the protocol, for root"
            eg "s = socket\ntry\n  setsockopt s SO_DEBUG 1\n  getsockopt s SO_DEBUG\nexcept EACCES as e\n  print \"$e\"\n\
                end";
        SO_DETACH_BPF, Number, wo, "take an eBPF filter off again"
            eg "s = socket\nexpect ENOENT setsockopt s SO_DETACH_BPF 0";
        SO_DETACH_FILTER, Number, wo, "take a filter off again"
            eg "s = socket\nexpect ENOENT setsockopt s SO_DETACH_FILTER 0";
        SO_DETACH_REUSEPORT_BPF, Number, wo, "take the program off again that chooses among SO_REUSEPORT sockets"
            eg "s = socket\nsetsockopt s SO_REUSEPORT 1\n\
                expect ENOENT setsockopt s SO_DETACH_REUSEPORT_BPF 0";
        SO_DOMAIN, Number, ro, "the address family the socket was made with";
        SO_DONTROUTE, Flag, rw, "send to directly connected hosts only, past the gateways" => "0", "";
        SO_ERROR, Number, ro, "the error that is pending on the socket, and clear it; 0 for none"
            => "0", "How a non-blocking connect ended is read here, once poll says OUT. Reading clears it.";
        SO_GET_FILTER, Struct(1024), ro, "the classic BPF filter that is attached";
        SO_INCOMING_CPU, Number, rw, "the CPU that handles what comes in" eg "0";
        SO_INCOMING_NAPI_ID, Number, ro, "the device queue the last packet came by";
        SO_KEEPALIVE, Flag, rw, "send probes on an idle connection to see whether the peer is still there"
            => "0",
            "After TCP_KEEPIDLE seconds (7200) of silence a probe is sent, then every TCP_KEEPINTVL (75); when \
             TCP_KEEPCNT (9) are not answered the connection ends with ETIMEDOUT.";
        SO_LINGER, Fields(&layout::LINGER), rw,
            "how close treats unsent data: 0 0 send it in the background, 1 N wait up to N seconds, 1 0 reset"
            => "0 0",
            "0 0: close returns at once and the rest is sent in the background. 1 5: close waits up to 5 seconds for \
             it. 1 0: close throws it away and resets the connection, so that the peer gets ECONNRESET and no \
             TIME_WAIT is left.";
        SO_LOCK_FILTER, Flag, rw, "forbid that the filter is taken off or replaced";
        SO_MARK, Number, rw, "mark each packet for routing and filtering, for root" => "0", "" as root eg "7";
        SO_MAX_PACING_RATE, Wide, rw, "the most bytes a second that are sent";
        SO_MEMINFO, Fields(&layout::MEMINFO), ro, "how much memory the socket uses, in bytes";
        SO_NETNS_COOKIE, Wide, ro, "a number of the network namespace the socket is in";
        SO_NOFCS, Flag, rw, "let the caller give the frame's checksum (packet sockets)";
        SO_NO_CHECK, Flag, rw, "send UDP datagrams without a checksum";
        SO_OOBINLINE, Flag, rw, "leave urgent data in its place among the other data"
            => "0",
            "Off, the urgent byte is read with MSG_OOB alone; on, it stands in the stream, and atmark tells where.";
        SO_PASSCRED, Flag, rw, "receive the sender's process, user and group with each message", "unix(7)"
            => "0", "The credentials come with recvmsg as SCM_CREDENTIALS.";
        SO_PASSPIDFD, Flag, rw, "receive a descriptor of the sender's process with each message", "unix(7)";
        SO_PASSSEC, Flag, rw, "receive the sender's security label with each message", "unix(7)";
        SO_PEEK_OFF, Number, rw, "where MSG_PEEK starts to look, and let it advance; -1 switches that off"
            => "-1", ""
            eg "left, right = socketpair\nsetsockopt right SO_PEEK_OFF 0\nsend left hello\n\
                recv right 2 MSG_PEEK\nrecv right 2 MSG_PEEK\ngetsockopt right SO_PEEK_OFF";
        SO_PEERCRED, Fields(&layout::UCRED), ro, "process, user and group of the peer when it connected", "unix(7)"
            => "",
            "Only AF_UNIX has it. The values are those of the moment when the peer called connect, listen or \
             socketpair."
            eg "left, right = socketpair\ngetsockopt left SO_PEERCRED";
        SO_PEERGROUPS, Numbers, ro, "the peer's supplementary groups", "unix(7)"
            eg "left, right = socketpair\ngetsockopt left SO_PEERGROUPS";
        SO_PEERNAME, Struct(128), ro, "the peer's address, as getpeername gives it"
            => "", "BUFLEN must be given, and be no more than the address has: 16 for IPv4, 28 for IPv6."
            eg "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                conn, addr = accept srv\ngetsockopt cli SO_PEERNAME 16";
        SO_PEERPIDFD, Number, ro, "a new descriptor of the peer's process", "unix(7)"
            eg "left, right = socketpair\ngetsockopt left SO_PEERPIDFD";
        SO_PEERSEC, Text, ro, "the peer's security label", "unix(7)"
            eg "left, right = socketpair\ntry\n  getsockopt left SO_PEERSEC\nexcept ENOPROTOOPT\n  print \"this kernel labels no sockets\"\n\
                end";
        SO_PREFER_BUSY_POLL, Flag, rw, "prefer busy polling to interrupts" as root;
        SO_PRIORITY, Number, rw, "the priority of each packet: 0 to 6, above that for root" => "0", "" eg "5";
        SO_PROTOCOL, Number, ro, "the protocol the socket was made with";
        SO_RCVBUF, Number, rw, "size of the receive buffer in bytes; the kernel doubles what it is given"
            => "net.ipv4.tcp_rmem for TCP, net.core.rmem_default for the rest",
            "Bytes. The kernel doubles what is set, up to twice net.core.rmem_max, and reading shows the double. For \
             TCP set it before connect or listen; setting it ends the kernel's own tuning." eg "65536";
        SO_RCVBUFFORCE, Number, wo, "the same past the system's limit, for root" as root eg "1000000";
        SO_RCVLOWAT, Number, rw, "how many bytes must be there before a receiving call returns"
            => "1", "Bytes. poll says IN only when so many are there, or the stream has ended." eg "100";
        SO_RCVMARK, Flag, rw, "receive each packet's mark";
        SO_RCVTIMEO, Seconds, rw, "how long a receiving call waits before it fails with EAGAIN; 0 for ever"
            => "0.0",
            "It is the kernel's own timeout, for blocking sockets; the error is EAGAIN. settimeout is Python's, and \
             its error is `timeout`.";
        SO_RESERVE_MEM, Number, rw, "bytes of memory set aside for the socket"
            eg "s = socket\ntry\n  setsockopt s SO_RESERVE_MEM 65536\n  getsockopt s SO_RESERVE_MEM\n\
                except EOPNOTSUPP\n  print \"only in a memory cgroup\"\nend";
        SO_REUSEADDR, Flag, rw, "let bind take an address whose last connections are still in TIME_WAIT"
            => "0",
            "Set it before bind, on every server: without it a restart fails with EADDRINUSE while old connections \
             are in TIME_WAIT. It does not let two sockets listen on one port (SO_REUSEPORT does), but lets two UDP \
             sockets share one.";
        SO_REUSEPORT, Flag, rw, "let several sockets share one port; connections and datagrams are spread among them"
            => "0", "Every socket that shares the port must set it before bind, and belong to the same user.";
        SO_RXQ_OVFL, Flag, rw, "receive the number of datagrams dropped so far";
        SO_SELECT_ERR_QUEUE, Flag, rw, "select reports the error queue as an exceptional condition";
        SO_SNDBUF, Number, rw, "size of the send buffer in bytes; the kernel doubles what it is given"
            => "net.ipv4.tcp_wmem for TCP, net.core.wmem_default for the rest",
            "Bytes. The kernel doubles what is set, up to twice net.core.wmem_max, and reading shows the double." eg "65536";
        SO_SNDBUFFORCE, Number, wo, "the same past the system's limit, for root" as root eg "1000000";
        SO_SNDLOWAT, Number, ro, "always 1 on Linux";
        SO_SNDTIMEO, Seconds, rw, "how long a sending call or connect waits before it fails; 0 for ever"
            => "0.0", "For send the error is EAGAIN, for connect EINPROGRESS. settimeout is Python's way.";
        SO_TIMESTAMP, Flag, rw, "receive the time each datagram came, in microseconds"
            => "0", "The time comes with recvmsg as SCM_TIMESTAMP.";
        SO_TIMESTAMPING, Flags(&flags::TIMESTAMPING), rw, "time stamps of the network card and the kernel, by flags"
            => "0",
            "What comes is stamped beside its data, what is sent in the error queue: recvmsg gives SCM_TIMESTAMPING, with \
             MSG_ERRQUEUE for sends. SOF_TIMESTAMPING_SOFTWARE must be among the flags. The first packets after the \
             first socket has asked may come without a stamp." eg "SOF_TIMESTAMPING_RX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE";
        SO_TIMESTAMPNS, Flag, rw, "receive the time each datagram came, in nanoseconds";
        SO_TXREHASH, Flag, rw, "choose another way through the network after lost packets" in [-1..=1];
        SO_TXTIME, Fields(&layout::TXTIME), rw, "let each packet carry the time at which to send it"
            eg "s = socket udp\nsetsockopt s SO_TXTIME 1 0\ngetsockopt s SO_TXTIME";
        SO_TYPE, Number, ro, "the type of the socket: 1 SOCK_STREAM, 2 SOCK_DGRAM";
        SO_WIFI_STATUS, Flag, rw, "receive whether the other side acknowledged a frame";
        SO_ZEROCOPY, Flag, rw, "allow MSG_ZEROCOPY" => "0", "";
    }
};
