//! What poll(2) and epoll(7) tell of a descriptor, and how epoll is asked, by name.

use super::set::{Constants, named};

// What poll and epoll both tell of.
const READ: &str = "recv or accept will not wait: data, a connection, or the end of the stream";
const URGENT: &str = "urgent data";
const ROOM: &str = "send has room; or a connect is decided, and SO_ERROR says how";
const ERROR: &str = "an error is pending: SO_ERROR or MSG_ERRQUEUE tells. Always told, never asked for";
const OVER: &str = "the connection is over in both directions. Always told, never asked for";
const ENDS: &str = "the peer sends no more: it closed, or shut down its writing half";

/// Events of poll(2).
pub static POLL_EVENTS: Constants = Constants {
    noun: "event of poll",
    man: "poll(2)",
    documented: named![
        IN = libc::POLLIN as i32, READ;
        PRI = libc::POLLPRI as i32, URGENT;
        OUT = libc::POLLOUT as i32, ROOM;
        ERR = libc::POLLERR as i32, ERROR;
        HUP = libc::POLLHUP as i32, OVER;
        NVAL = libc::POLLNVAL as i32, "the descriptor is not open. Always told, never asked for";
        RDHUP = libc::POLLRDHUP as i32, ENDS;
    ],
    also: named![
        POLLIN = libc::POLLIN as i32, ""; POLLPRI = libc::POLLPRI as i32, ""; POLLOUT = libc::POLLOUT as i32, "";
        POLLERR = libc::POLLERR as i32, ""; POLLHUP = libc::POLLHUP as i32, ""; POLLNVAL = libc::POLLNVAL as i32, "";
        POLLRDHUP = libc::POLLRDHUP as i32, "";
        POLLRDNORM = libc::POLLRDNORM as i32, "ordinary data can be read: with IN";
        POLLRDBAND = libc::POLLRDBAND as i32, "priority data can be read: no socket of Linux says so";
        POLLWRNORM = libc::POLLWRNORM as i32, "ordinary data can be written: with OUT";
        POLLWRBAND = libc::POLLWRBAND as i32, "priority data can be written: with OUT";
    ],
    choice: 0,
};

/// Events of epoll(7), and the flags that say how they are told.
pub static EPOLL_EVENTS: Constants = Constants {
    noun: "event of epoll",
    man: "epoll_ctl(2)",
    documented: named![
        EPOLLIN, READ;
        EPOLLPRI, URGENT;
        EPOLLOUT, ROOM;
        EPOLLERR, ERROR;
        EPOLLHUP, OVER;
        EPOLLRDHUP, ENDS;
        EPOLLEXCLUSIVE, "a flag, with ADD only: of several epolls that wait for one socket not all are woken";
        EPOLLONESHOT, "a flag: after one event the socket is silent, until MOD arms it again";
        EPOLLET = 0x8000_0000_u32, "a flag, edge-triggered: an event is told once, when it comes";
    ],
    also: named![
        EPOLLRDNORM, "ordinary data can be read: with EPOLLIN";
        EPOLLRDBAND, "priority data can be read: no socket of Linux says so";
        EPOLLWRNORM, "ordinary data can be written: with EPOLLOUT";
        EPOLLWRBAND, "priority data can be written: with EPOLLOUT";
        EPOLLMSG, "does nothing";
        EPOLLWAKEUP, "a flag: the machine does not go to sleep while the event is dealt with; needs CAP_BLOCK_SUSPEND";
        IN = libc::EPOLLIN, ""; PRI = libc::EPOLLPRI, ""; OUT = libc::EPOLLOUT, ""; ERR = libc::EPOLLERR, "";
        HUP = libc::EPOLLHUP, ""; RDHUP = libc::EPOLLRDHUP, ""; EXCLUSIVE = libc::EPOLLEXCLUSIVE, "";
        ONESHOT = libc::EPOLLONESHOT, ""; ET = libc::EPOLLET, "";
    ],
    choice: 0,
};

/// What epoll_ctl(2) does.
pub static EPOLL_OPS: Constants = Constants {
    noun: "operation of epoll_ctl",
    man: "epoll_ctl(2)",
    documented: named![
        ADD = libc::EPOLL_CTL_ADD, "have a socket watched; EEXIST when it is already";
        MOD = libc::EPOLL_CTL_MOD, "watch it for other events from now on; ENOENT when it is not watched";
        DEL = libc::EPOLL_CTL_DEL, "watch it no more; ENOENT when it is not watched";
    ],
    also: named![EPOLL_CTL_ADD, ""; EPOLL_CTL_MOD, ""; EPOLL_CTL_DEL, "";],
    choice: -1,
};
