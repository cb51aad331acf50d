//! The errors of the kernel and of getaddrinfo as data: number, name, the system's text, and what each usually
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

/// Second names of some numbers, as POSIX and the manual use them.
pub const ALIASES: &[(&str, &str)] = &[("EWOULDBLOCK", "EAGAIN"), ("ENOTSUP", "EOPNOTSUPP"), ("EDEADLOCK", "EDEADLK")];

/// Every error, the kernel's first.
pub fn all() -> impl Iterator<Item = &'static Errno> {
    ERRNOS.iter().chain(GAI)
}

/// The error of that number; those of getaddrinfo are below zero.
pub fn by_number(number: i32) -> Option<&'static Errno> {
    all().find(|e| e.number == number)
}

/// The error of that name; `EWOULDBLOCK`, `ENOTSUP` and `EDEADLOCK` are second names.
pub fn by_name(name: &str) -> Option<&'static Errno> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, real)| real);
    all().find(|e| e.name == name)
}

/// Rows with libc's numbers. A row is NAME [= NUMBER, when libc lacks it], TEXT [, ADVICE].
macro_rules! errors {
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:literal) => { $number };
    ($($name:ident $(= $number:literal)?, $text:literal $(, $advice:literal)?;)*) => {
        &[$(Errno {
            number: errors!(@number $name $($number)?),
            name: stringify!($name),
            text: $text,
            advice: concat!("" $(, $advice)?),
        }),*]
    };
}

/// Every error number of Linux, in the order of the numbers.
static ERRNOS: &[Errno] = errors![
    EPERM, "Operation not permitted",
        "the kernel allows this only to root or to a process with the right capability (CAP_NET_RAW, CAP_NET_ADMIN)";
    ENOENT, "No such file or directory", "no file has that path";
    ESRCH, "No such process";
    EINTR, "Interrupted system call", "a signal came while the call waited: make the call again";
    EIO, "Input/output error", "the device or file failed below the call";
    ENXIO, "No such device or address", "the other side of the device or pipe is not there";
    E2BIG, "Argument list too long";
    ENOEXEC, "Exec format error";
    EBADF, "Bad file descriptor",
        "the socket was closed, or the number never was an open descriptor: make a new one with socket";
    ECHILD, "No child processes";
    EAGAIN, "Resource temporarily unavailable",
        "not a failure of a non-blocking socket: the call would have to wait. Try again when poll says it is ready";
    ENOMEM, "Cannot allocate memory", "the kernel had no memory left for it: close what is not needed and try again";
    EACCES, "Permission denied",
        "permission denied: ports below 1024 belong to root, a broadcast needs SO_BROADCAST, a unix path \
         needs write permission";
    EFAULT, "Bad address",
        "the call was given memory that is not the program's: sockpit never does that, so it is worth a bug report";
    ENOTBLK, "Block device required";
    EBUSY, "Device or resource busy", "it is in use at the moment";
    EEXIST, "File exists", "it exists already";
    EXDEV, "Invalid cross-device link";
    ENODEV, "No such device", "no network interface has that name or number: ifconfig lists them";
    ENOTDIR, "Not a directory", "a part of the path that should be a directory is not one";
    EISDIR, "Is a directory", "the path is a directory";
    EINVAL, "Invalid argument", "an argument does not fit the socket's state or the call: help CALL says what it takes";
    ENFILE, "Too many open files in system", "the whole system has run out of open files";
    EMFILE, "Too many open files",
        "this process has as many descriptors open as it may (ulimit -n): close some sockets";
    ENOTTY, "Inappropriate ioctl for device", "this kind of descriptor does not know that request";
    ETXTBSY, "Text file busy";
    EFBIG, "File too large";
    ENOSPC, "No space left on device", "no space is left on the device";
    ESPIPE, "Illegal seek", "sockets and pipes have no position to seek to";
    EROFS, "Read-only file system", "the file system is mounted read-only";
    EMLINK, "Too many links";
    EPIPE, "Broken pipe",
        "the connection is closed for sending: by shutdown here, or since the peer has gone. No more can be sent";
    EDOM, "Numerical argument out of domain",
        "a number is outside what the call takes: in a timeval, the microseconds are 0 to 999999";
    ERANGE, "Numerical result out of range", "the buffer is too small for the answer, or a number is out of range";
    EDEADLK, "Resource deadlock avoided", "waiting here would never end";
    ENAMETOOLONG, "File name too long", "the name is too long: a unix socket's path has at most 107 bytes";
    ENOLCK, "No locks available";
    ENOSYS, "Function not implemented", "this kernel does not have the call";
    ENOTEMPTY, "Directory not empty";
    ELOOP, "Too many levels of symbolic links",
        "the path has too many symbolic links, or links that point at each other";
    ENOMSG, "No message of desired type";
    EIDRM, "Identifier removed";
    ECHRNG, "Channel number out of range";
    EL2NSYNC, "Level 2 not synchronized";
    EL3HLT, "Level 3 halted";
    EL3RST, "Level 3 reset";
    ELNRNG, "Link number out of range";
    EUNATCH, "Protocol driver not attached";
    ENOCSI, "No CSI structure available";
    EL2HLT, "Level 2 halted";
    EBADE, "Invalid exchange";
    EBADR, "Invalid request descriptor";
    EXFULL, "Exchange full";
    ENOANO, "No anode";
    EBADRQC, "Invalid request code";
    EBADSLT, "Invalid slot";
    EBFONT, "Bad font file format";
    ENOSTR, "Device not a stream";
    ENODATA, "No data available", "there is nothing to read from it";
    ETIME, "Timer expired";
    ENOSR, "Out of streams resources";
    ENONET, "Machine is not on the network";
    ENOPKG, "Package not installed";
    EREMOTE, "Object is remote";
    ENOLINK, "Link has been severed";
    EADV, "Advertise error";
    ESRMNT, "Srmount error";
    ECOMM, "Communication error on send";
    EPROTO, "Protocol error",
        "the protocol was not kept to, often because the peer went away while it was being accepted";
    EMULTIHOP, "Multihop attempted";
    EDOTDOT, "RFS specific error";
    EBADMSG, "Bad message";
    EOVERFLOW, "Value too large for defined data type", "the value is too large for the type that should hold it";
    ENOTUNIQ, "Name not unique on network";
    EBADFD, "File descriptor in bad state";
    EREMCHG, "Remote address changed";
    ELIBACC, "Can not access a needed shared library";
    ELIBBAD, "Accessing a corrupted shared library";
    ELIBSCN, ".lib section in a.out corrupted";
    ELIBMAX, "Attempting to link in too many shared libraries";
    ELIBEXEC, "Cannot exec a shared library directly";
    EILSEQ, "Invalid or incomplete multibyte or wide character", "bytes that are not valid in that encoding";
    ERESTART, "Interrupted system call should be restarted";
    ESTRPIPE, "Streams pipe error";
    EUSERS, "Too many users", "too many users";
    ENOTSOCK, "Socket operation on non-socket", "the descriptor is open, but it is a file, not a socket";
    EDESTADDRREQ, "Destination address required",
        "an unconnected datagram socket needs a destination: use sendto, or connect first";
    EMSGSIZE, "Message too long",
        "the message is too long for one datagram: at most 65507 bytes over UDP on IPv4. Send it in parts";
    EPROTOTYPE, "Protocol wrong type for socket",
        "the other side's socket is of another type: stream and dgram do not mix";
    ENOPROTOOPT, "Protocol not available",
        "the protocol of this socket does not have that option, or the option cannot be set or read";
    EPROTONOSUPPORT, "Protocol not supported",
        "that protocol does not go with that family and type: leave it out for the default";
    ESOCKTNOSUPPORT, "Socket type not supported", "that family does not have that type of socket";
    EOPNOTSUPP, "Operation not supported",
        "this type of socket does not have that call: only connection sockets listen and accept";
    EPFNOSUPPORT, "Protocol family not supported", "this kernel does not have that protocol family";
    EAFNOSUPPORT, "Address family not supported by protocol",
        "the address is of another family than the socket, or the kernel does not have the family";
    EADDRINUSE, "Address already in use",
        "another socket has this address, or it is in TIME_WAIT after a recent connection";
    EADDRNOTAVAIL, "Cannot assign requested address",
        "the address is not one of this machine's, or no free port is left";
    ENETDOWN, "Network is down", "the network interface is down";
    ENETUNREACH, "Network is unreachable", "no route leads to that network from here";
    ENETRESET, "Network dropped connection on reset",
        "the connection was dropped since the network was reset, or keepalive found the peer gone";
    ECONNABORTED, "Software caused connection abort",
        "the connection was given up before it was accepted: accept again";
    ECONNRESET, "Connection reset by peer",
        "the peer closed the connection hard: it ended, or closed with data unread, or with SO_LINGER 1 0";
    ENOBUFS, "No buffer space available", "the kernel's queues are full: wait a little and try again";
    EISCONN, "Transport endpoint is already connected",
        "the socket is connected already: close it and make a new one to go elsewhere";
    ENOTCONN, "Transport endpoint is not connected",
        "the socket has no peer: connect it first, or use the socket that accept gave";
    ESHUTDOWN, "Cannot send after transport endpoint shutdown", "the socket was shut down for sending";
    ETOOMANYREFS, "Too many references: cannot splice",
        "too many descriptors are on their way over unix sockets: receive some first";
    ETIMEDOUT, "Connection timed out", "the peer did not answer in time: it is down, or a firewall drops the packets";
    ECONNREFUSED, "Connection refused", "no socket listens at that address: is the server running, and on that port?";
    EHOSTDOWN, "Host is down", "the host is down";
    EHOSTUNREACH, "No route to host", "no route leads to that host: it is down, or a firewall says so";
    EALREADY, "Operation already in progress",
        "a connect that was begun before is still going on: wait until poll S OUT says it is done";
    EINPROGRESS, "Operation now in progress",
        "not a failure of a non-blocking socket: the connection is being made. poll S OUT tells when it is \
         done, then getsockopt S SO_ERROR how it went";
    ESTALE, "Stale file handle", "the file is gone from its server";
    EUCLEAN, "Structure needs cleaning";
    ENOTNAM, "Not a XENIX named type file";
    ENAVAIL, "No XENIX semaphores available";
    EISNAM, "Is a named type file";
    EREMOTEIO, "Remote I/O error";
    EDQUOT, "Disk quota exceeded", "the disk quota is used up";
    ENOMEDIUM, "No medium found";
    EMEDIUMTYPE, "Wrong medium type";
    ECANCELED, "Operation canceled", "the operation was cancelled";
    ENOKEY, "Required key not available";
    EKEYEXPIRED, "Key has expired";
    EKEYREVOKED, "Key has been revoked";
    EKEYREJECTED, "Key was rejected by service";
    EOWNERDEAD, "Owner died";
    ENOTRECOVERABLE, "State not recoverable";
    ERFKILL, "Operation not possible due to RF-kill";
    EHWPOISON, "Memory page has hardware error";
    ENOTSUPP = 524, "Unknown error 524",
        "a number from inside the kernel that should not have come out: it means that this is not supported";
];

/// The errors of getaddrinfo(3) and getnameinfo(3) with glibc's numbers, from -1 down.
static GAI: &[Errno] = errors![
    EAI_BADFLAGS, "Bad value for ai_flags", "flags holds something that getaddrinfo does not know";
    EAI_NONAME, "Name or service not known",
        "no host or service has that name: is it spelt right? A host alone wants its port too";
    EAI_AGAIN, "Temporary failure in name resolution",
        "the name server did not answer: is there a network? Try again, or use the address in numbers";
    EAI_FAIL, "Non-recoverable failure in name resolution", "the name server answered with a lasting failure";
    EAI_NODATA, "No address associated with hostname", "the name exists and has no address of the family asked for";
    EAI_FAMILY, "ai_family not supported", "getaddrinfo does not know that family: AF_INET, AF_INET6 or AF_UNSPEC";
    EAI_SOCKTYPE, "ai_socktype not supported", "that type does not go with that protocol or family";
    EAI_SERVICE, "Servname not supported for ai_socktype",
        "no service of that name for that type of socket: give the port as a number";
    EAI_ADDRFAMILY = -9, "Address family for hostname not supported",
        "the host has no address in that family: try AF_UNSPEC";
    EAI_MEMORY, "Memory allocation failure", "the look-up ran out of memory";
    EAI_SYSTEM, "System error", "a system call of the look-up failed: its errno says why";
    EAI_OVERFLOW, "Result too large for supplied buffer", "the name does not fit the buffer";
    EAI_INPROGRESS = -100, "Processing request in progress";
    EAI_CANCELED = -101, "Request canceled";
    EAI_NOTCANCELED = -102, "Request not canceled";
    EAI_ALLDONE = -103, "All requests done";
    EAI_INTR = -104, "Interrupted by a signal", "a signal came while the name was looked up: try again";
    EAI_IDN_ENCODE = -105, "Parameter string not correctly encoded",
        "the host name cannot be written in the form that name servers take";
];
