//! The errors of the kernel as data: number, name, the system's text, and what each usually
//! means for sockets. Pure: nothing here asks the system, the tests compare it with what the system says.

/// What is known about one error number.
#[derive(Debug)]
pub struct Errno {
    /// Its number on Linux.
    pub number: i32,
    /// Its name.
    pub name: &'static str,
    /// The system's text for it, word for word.
    pub text: &'static str,
    /// What it usually means for sockets and what to try; empty for those that sockets never give.
    pub advice: &'static str,
}

pub(super) const fn e(number: i32, name: &'static str, text: &'static str, advice: &'static str) -> Errno {
    Errno { number, name, text, advice }
}

/// Second names of some numbers, as POSIX and the manual use them.
pub const ALIASES: &[(&str, &str)] = &[("EWOULDBLOCK", "EAGAIN"), ("ENOTSUP", "EOPNOTSUPP"), ("EDEADLOCK", "EDEADLK")];

/// The error of that number.
pub fn by_number(number: i32) -> Option<&'static Errno> {
    ERRNOS.binary_search_by_key(&number, |e| e.number).ok().map(|i| &ERRNOS[i])
}

/// The error of that name; `EWOULDBLOCK`, `ENOTSUP` and `EDEADLOCK` are second names.
pub fn by_name(name: &str) -> Option<&'static Errno> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, real)| real);
    ERRNOS.iter().find(|e| e.name == name)
}

/// Every error number of Linux, in the order of the numbers.
pub static ERRNOS: &[Errno] = &[
    e(
        1,
        "EPERM",
        "Operation not permitted",
        "the kernel allows this only to root or to a process with the right capability (CAP_NET_RAW, CAP_NET_ADMIN)",
    ),
    e(2, "ENOENT", "No such file or directory", "no file has that path"),
    e(3, "ESRCH", "No such process", ""),
    e(4, "EINTR", "Interrupted system call", "a signal came while the call waited: make the call again"),
    e(5, "EIO", "Input/output error", "the device or file failed below the call"),
    e(6, "ENXIO", "No such device or address", "the other side of the device or pipe is not there"),
    e(7, "E2BIG", "Argument list too long", ""),
    e(8, "ENOEXEC", "Exec format error", ""),
    e(
        9,
        "EBADF",
        "Bad file descriptor",
        "the socket was closed, or the number never was an open descriptor: make a new one with socket",
    ),
    e(10, "ECHILD", "No child processes", ""),
    e(
        11,
        "EAGAIN",
        "Resource temporarily unavailable",
        "not a failure of a non-blocking socket: the call would have to wait. Try again when poll says it is ready",
    ),
    e(
        12,
        "ENOMEM",
        "Cannot allocate memory",
        "the kernel had no memory left for it: close what is not needed and try again",
    ),
    e(
        13,
        "EACCES",
        "Permission denied",
        "permission denied: ports below 1024 belong to root, a broadcast needs SO_BROADCAST, a unix path \
         needs write permission",
    ),
    e(
        14,
        "EFAULT",
        "Bad address",
        "the call was given memory that is not the program's: sockpit never does that, so it is worth a bug report",
    ),
    e(15, "ENOTBLK", "Block device required", ""),
    e(16, "EBUSY", "Device or resource busy", "it is in use at the moment"),
    e(17, "EEXIST", "File exists", "it exists already"),
    e(18, "EXDEV", "Invalid cross-device link", ""),
    e(19, "ENODEV", "No such device", "no network interface has that name or number: ifconfig lists them"),
    e(20, "ENOTDIR", "Not a directory", "a part of the path that should be a directory is not one"),
    e(21, "EISDIR", "Is a directory", "the path is a directory"),
    e(
        22,
        "EINVAL",
        "Invalid argument",
        "an argument does not fit the socket's state or the call: help CALL says what it takes",
    ),
    e(23, "ENFILE", "Too many open files in system", "the whole system has run out of open files"),
    e(
        24,
        "EMFILE",
        "Too many open files",
        "this process has as many descriptors open as it may (ulimit -n): close some sockets",
    ),
    e(25, "ENOTTY", "Inappropriate ioctl for device", "this kind of descriptor does not know that request"),
    e(26, "ETXTBSY", "Text file busy", ""),
    e(27, "EFBIG", "File too large", ""),
    e(28, "ENOSPC", "No space left on device", "no space is left on the device"),
    e(29, "ESPIPE", "Illegal seek", "sockets and pipes have no position to seek to"),
    e(30, "EROFS", "Read-only file system", "the file system is mounted read-only"),
    e(31, "EMLINK", "Too many links", ""),
    e(
        32,
        "EPIPE",
        "Broken pipe",
        "the connection is closed for sending: by shutdown here, or since the peer has gone. No more can be sent",
    ),
    e(
        33,
        "EDOM",
        "Numerical argument out of domain",
        "a number is outside what the call takes: in a timeval, the microseconds are 0 to 999999",
    ),
    e(
        34,
        "ERANGE",
        "Numerical result out of range",
        "the buffer is too small for the answer, or a number is out of range",
    ),
    e(35, "EDEADLK", "Resource deadlock avoided", "waiting here would never end"),
    e(36, "ENAMETOOLONG", "File name too long", "the name is too long: a unix socket's path has at most 107 bytes"),
    e(37, "ENOLCK", "No locks available", ""),
    e(38, "ENOSYS", "Function not implemented", "this kernel does not have the call"),
    e(39, "ENOTEMPTY", "Directory not empty", ""),
    e(
        40,
        "ELOOP",
        "Too many levels of symbolic links",
        "the path has too many symbolic links, or links that point at each other",
    ),
    e(42, "ENOMSG", "No message of desired type", ""),
    e(43, "EIDRM", "Identifier removed", ""),
    e(44, "ECHRNG", "Channel number out of range", ""),
    e(45, "EL2NSYNC", "Level 2 not synchronized", ""),
    e(46, "EL3HLT", "Level 3 halted", ""),
    e(47, "EL3RST", "Level 3 reset", ""),
    e(48, "ELNRNG", "Link number out of range", ""),
    e(49, "EUNATCH", "Protocol driver not attached", ""),
    e(50, "ENOCSI", "No CSI structure available", ""),
    e(51, "EL2HLT", "Level 2 halted", ""),
    e(52, "EBADE", "Invalid exchange", ""),
    e(53, "EBADR", "Invalid request descriptor", ""),
    e(54, "EXFULL", "Exchange full", ""),
    e(55, "ENOANO", "No anode", ""),
    e(56, "EBADRQC", "Invalid request code", ""),
    e(57, "EBADSLT", "Invalid slot", ""),
    e(59, "EBFONT", "Bad font file format", ""),
    e(60, "ENOSTR", "Device not a stream", ""),
    e(61, "ENODATA", "No data available", "there is nothing to read from it"),
    e(62, "ETIME", "Timer expired", ""),
    e(63, "ENOSR", "Out of streams resources", ""),
    e(64, "ENONET", "Machine is not on the network", ""),
    e(65, "ENOPKG", "Package not installed", ""),
    e(66, "EREMOTE", "Object is remote", ""),
    e(67, "ENOLINK", "Link has been severed", ""),
    e(68, "EADV", "Advertise error", ""),
    e(69, "ESRMNT", "Srmount error", ""),
    e(70, "ECOMM", "Communication error on send", ""),
    e(
        71,
        "EPROTO",
        "Protocol error",
        "the protocol was not kept to, often because the peer went away while it was being accepted",
    ),
    e(72, "EMULTIHOP", "Multihop attempted", ""),
    e(73, "EDOTDOT", "RFS specific error", ""),
    e(74, "EBADMSG", "Bad message", ""),
    e(
        75,
        "EOVERFLOW",
        "Value too large for defined data type",
        "the value is too large for the type that should hold it",
    ),
    e(76, "ENOTUNIQ", "Name not unique on network", ""),
    e(77, "EBADFD", "File descriptor in bad state", ""),
    e(78, "EREMCHG", "Remote address changed", ""),
    e(79, "ELIBACC", "Can not access a needed shared library", ""),
    e(80, "ELIBBAD", "Accessing a corrupted shared library", ""),
    e(81, "ELIBSCN", ".lib section in a.out corrupted", ""),
    e(82, "ELIBMAX", "Attempting to link in too many shared libraries", ""),
    e(83, "ELIBEXEC", "Cannot exec a shared library directly", ""),
    e(84, "EILSEQ", "Invalid or incomplete multibyte or wide character", "bytes that are not valid in that encoding"),
    e(85, "ERESTART", "Interrupted system call should be restarted", ""),
    e(86, "ESTRPIPE", "Streams pipe error", ""),
    e(87, "EUSERS", "Too many users", "too many users"),
    e(88, "ENOTSOCK", "Socket operation on non-socket", "the descriptor is open, but it is a file, not a socket"),
    e(
        89,
        "EDESTADDRREQ",
        "Destination address required",
        "an unconnected datagram socket needs a destination: use sendto, or connect first",
    ),
    e(
        90,
        "EMSGSIZE",
        "Message too long",
        "the message is too long for one datagram: at most 65507 bytes over UDP on IPv4. Send it in parts",
    ),
    e(
        91,
        "EPROTOTYPE",
        "Protocol wrong type for socket",
        "the other side's socket is of another type: stream and dgram do not mix",
    ),
    e(
        92,
        "ENOPROTOOPT",
        "Protocol not available",
        "the protocol of this socket does not have that option, or the option cannot be set or read",
    ),
    e(
        93,
        "EPROTONOSUPPORT",
        "Protocol not supported",
        "that protocol does not go with that family and type: leave it out for the default",
    ),
    e(94, "ESOCKTNOSUPPORT", "Socket type not supported", "that family does not have that type of socket"),
    e(
        95,
        "EOPNOTSUPP",
        "Operation not supported",
        "this type of socket does not have that call: only connection sockets listen and accept",
    ),
    e(96, "EPFNOSUPPORT", "Protocol family not supported", "this kernel does not have that protocol family"),
    e(
        97,
        "EAFNOSUPPORT",
        "Address family not supported by protocol",
        "the address is of another family than the socket, or the kernel does not have the family",
    ),
    e(
        98,
        "EADDRINUSE",
        "Address already in use",
        "another socket has this address, or it is in TIME_WAIT after a recent connection",
    ),
    e(
        99,
        "EADDRNOTAVAIL",
        "Cannot assign requested address",
        "the address is not one of this machine's, or no free port is left",
    ),
    e(100, "ENETDOWN", "Network is down", "the network interface is down"),
    e(101, "ENETUNREACH", "Network is unreachable", "no route leads to that network from here"),
    e(
        102,
        "ENETRESET",
        "Network dropped connection on reset",
        "the connection was dropped since the network was reset, or keepalive found the peer gone",
    ),
    e(
        103,
        "ECONNABORTED",
        "Software caused connection abort",
        "the connection was given up before it was accepted: accept again",
    ),
    e(
        104,
        "ECONNRESET",
        "Connection reset by peer",
        "the peer closed the connection hard: it ended, or closed with data unread, or with SO_LINGER 1 0",
    ),
    e(105, "ENOBUFS", "No buffer space available", "the kernel's queues are full: wait a little and try again"),
    e(
        106,
        "EISCONN",
        "Transport endpoint is already connected",
        "the socket is connected already: close it and make a new one to go elsewhere",
    ),
    e(
        107,
        "ENOTCONN",
        "Transport endpoint is not connected",
        "the socket has no peer: connect it first, or use the socket that accept gave",
    ),
    e(108, "ESHUTDOWN", "Cannot send after transport endpoint shutdown", "the socket was shut down for sending"),
    e(
        109,
        "ETOOMANYREFS",
        "Too many references: cannot splice",
        "too many descriptors are on their way over unix sockets: receive some first",
    ),
    e(
        110,
        "ETIMEDOUT",
        "Connection timed out",
        "the peer did not answer in time: it is down, or a firewall drops the packets",
    ),
    e(
        111,
        "ECONNREFUSED",
        "Connection refused",
        "no socket listens at that address: is the server running, and on that port?",
    ),
    e(112, "EHOSTDOWN", "Host is down", "the host is down"),
    e(113, "EHOSTUNREACH", "No route to host", "no route leads to that host: it is down, or a firewall says so"),
    e(
        114,
        "EALREADY",
        "Operation already in progress",
        "a connect that was begun before is still going on: wait until poll S OUT says it is done",
    ),
    e(
        115,
        "EINPROGRESS",
        "Operation now in progress",
        "not a failure of a non-blocking socket: the connection is being made. poll S OUT tells when it is \
         done, then getsockopt S SO_ERROR how it went",
    ),
    e(116, "ESTALE", "Stale file handle", "the file is gone from its server"),
    e(117, "EUCLEAN", "Structure needs cleaning", ""),
    e(118, "ENOTNAM", "Not a XENIX named type file", ""),
    e(119, "ENAVAIL", "No XENIX semaphores available", ""),
    e(120, "EISNAM", "Is a named type file", ""),
    e(121, "EREMOTEIO", "Remote I/O error", ""),
    e(122, "EDQUOT", "Disk quota exceeded", "the disk quota is used up"),
    e(123, "ENOMEDIUM", "No medium found", ""),
    e(124, "EMEDIUMTYPE", "Wrong medium type", ""),
    e(125, "ECANCELED", "Operation canceled", "the operation was cancelled"),
    e(126, "ENOKEY", "Required key not available", ""),
    e(127, "EKEYEXPIRED", "Key has expired", ""),
    e(128, "EKEYREVOKED", "Key has been revoked", ""),
    e(129, "EKEYREJECTED", "Key was rejected by service", ""),
    e(130, "EOWNERDEAD", "Owner died", ""),
    e(131, "ENOTRECOVERABLE", "State not recoverable", ""),
    e(132, "ERFKILL", "Operation not possible due to RF-kill", ""),
    e(133, "EHWPOISON", "Memory page has hardware error", ""),
    e(
        524,
        "ENOTSUPP",
        "Unknown error 524",
        "a number from inside the kernel that should not have come out: it means that this is not supported",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::gai::{self, GAI};
    use super::*;

    macro_rules! numbers {
        ($($name:ident,)*) => { &[$((stringify!($name), libc::$name)),*] };
    }

    #[test]
    #[allow(clippy::too_many_lines)]
    fn numbers_are_the_systems() {
        let known: &[(&str, i32)] = numbers![
            EPERM,
            ENOENT,
            ESRCH,
            EINTR,
            EIO,
            ENXIO,
            E2BIG,
            ENOEXEC,
            EBADF,
            ECHILD,
            EAGAIN,
            ENOMEM,
            EACCES,
            EFAULT,
            ENOTBLK,
            EBUSY,
            EEXIST,
            EXDEV,
            ENODEV,
            ENOTDIR,
            EISDIR,
            EINVAL,
            ENFILE,
            EMFILE,
            ENOTTY,
            ETXTBSY,
            EFBIG,
            ENOSPC,
            ESPIPE,
            EROFS,
            EMLINK,
            EPIPE,
            EDOM,
            ERANGE,
            EDEADLK,
            ENAMETOOLONG,
            ENOLCK,
            ENOSYS,
            ENOTEMPTY,
            ELOOP,
            ENOMSG,
            EIDRM,
            ECHRNG,
            EL2NSYNC,
            EL3HLT,
            EL3RST,
            ELNRNG,
            EUNATCH,
            ENOCSI,
            EL2HLT,
            EBADE,
            EBADR,
            EXFULL,
            ENOANO,
            EBADRQC,
            EBADSLT,
            EBFONT,
            ENOSTR,
            ENODATA,
            ETIME,
            ENOSR,
            ENONET,
            ENOPKG,
            EREMOTE,
            ENOLINK,
            EADV,
            ESRMNT,
            ECOMM,
            EPROTO,
            EMULTIHOP,
            EDOTDOT,
            EBADMSG,
            EOVERFLOW,
            ENOTUNIQ,
            EBADFD,
            EREMCHG,
            ELIBACC,
            ELIBBAD,
            ELIBSCN,
            ELIBMAX,
            ELIBEXEC,
            EILSEQ,
            ERESTART,
            ESTRPIPE,
            EUSERS,
            ENOTSOCK,
            EDESTADDRREQ,
            EMSGSIZE,
            EPROTOTYPE,
            ENOPROTOOPT,
            EPROTONOSUPPORT,
            ESOCKTNOSUPPORT,
            EOPNOTSUPP,
            EPFNOSUPPORT,
            EAFNOSUPPORT,
            EADDRINUSE,
            EADDRNOTAVAIL,
            ENETDOWN,
            ENETUNREACH,
            ENETRESET,
            ECONNABORTED,
            ECONNRESET,
            ENOBUFS,
            EISCONN,
            ENOTCONN,
            ESHUTDOWN,
            ETOOMANYREFS,
            ETIMEDOUT,
            ECONNREFUSED,
            EHOSTDOWN,
            EHOSTUNREACH,
            EALREADY,
            EINPROGRESS,
            ESTALE,
            EUCLEAN,
            ENOTNAM,
            ENAVAIL,
            EISNAM,
            EREMOTEIO,
            EDQUOT,
            ENOMEDIUM,
            EMEDIUMTYPE,
            ECANCELED,
            ENOKEY,
            EKEYEXPIRED,
            EKEYREVOKED,
            EKEYREJECTED,
            EOWNERDEAD,
            ENOTRECOVERABLE,
            ERFKILL,
            EHWPOISON,
            EWOULDBLOCK,
            ENOTSUP,
            EDEADLOCK,
        ];
        for (name, number) in known {
            assert_eq!(by_name(name).map(|e| e.number), Some(*number), "{name}");
        }
        for entry in ERRNOS.iter().filter(|e| e.number < 512) {
            assert!(known.contains(&(entry.name, entry.number)), "{entry:?}");
        }
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn texts_are_the_systems() {
        for entry in ERRNOS {
            let system = std::io::Error::from_raw_os_error(entry.number).to_string();
            assert_eq!(system, format!("{} (os error {})", entry.text, entry.number));
        }
        for number in (1..1024).filter(|n| by_number(*n).is_none()) {
            let system = std::io::Error::from_raw_os_error(number).to_string();
            assert!(system.starts_with("Unknown error"), "{number} is missing: {system}");
        }
    }

    #[test]
    fn numbers_and_names_are_in_order_and_unique() {
        assert!(ERRNOS.is_sorted_by(|a, b| a.number < b.number));
        assert!(GAI.is_sorted_by(|a, b| a.number > b.number));
        let mut names = HashSet::new();
        for name in ERRNOS.iter().chain(GAI).map(|e| e.name).chain(ALIASES.iter().map(|(alias, _)| *alias)) {
            assert!(names.insert(name), "{name} twice");
        }
        for entry in ERRNOS {
            assert!(std::ptr::eq(by_number(entry.number).unwrap(), entry));
        }
        assert!(by_number(0).is_none() && by_number(-1).is_none() && by_number(41).is_none());
    }

    #[test]
    fn getaddrinfo_numbers_are_the_systems() {
        let known: &[(&str, i32)] = numbers![
            EAI_BADFLAGS,
            EAI_NONAME,
            EAI_AGAIN,
            EAI_FAIL,
            EAI_NODATA,
            EAI_FAMILY,
            EAI_SOCKTYPE,
            EAI_SERVICE,
            EAI_MEMORY,
            EAI_SYSTEM,
            EAI_OVERFLOW,
        ];
        for (name, number) in known {
            assert_eq!(gai::by_name(name).map(|e| e.number), Some(*number), "{name}");
            assert_eq!(gai::by_number(*number).map(|e| e.name), Some(*name));
        }
    }
}
