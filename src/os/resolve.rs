//! The system's resolver: names to addresses and back, through getaddrinfo(3) and its kin.
//!
//! What asks files or the network may take its time: those who must not stand still call it from another thread.
//! Everything that goes in and out may change threads.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::zeroed;
use std::net::{IpAddr, SocketAddr};
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::addr::{decode, encoded};
use super::{fd, fence};
use crate::value::Addr;

/// A name that is an address of another family; glibc's number, which the libc crate leaves out.
pub(crate) const EAI_ADDRFAMILY: i32 = -9;

/// No such host: `h_errno`'s number, likewise.
const HOST_NOT_FOUND: i32 = 1;

/// The room that a host's and a service's name need: `NI_MAXHOST` and `NI_MAXSERV` of netdb.h.
const HOST_MAX: usize = 1025;
const SERVICE_MAX: usize = 32;

/// What getaddrinfo(3) is asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Query {
    /// The host's name or address.
    pub host: Option<Vec<u8>>,
    /// The service's name or port.
    pub service: Option<Vec<u8>>,
    /// `AF_INET`, `AF_INET6`, or 0 for either.
    pub family: i32,
    /// `SOCK_STREAM`, ..., or 0 for any.
    pub kind: i32,
    /// `IPPROTO_TCP`, ..., or 0 for any.
    pub protocol: i32,
    /// `AI_` flags.
    pub flags: i32,
}

/// One of its answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// `AF_INET` or `AF_INET6`.
    pub family: i32,
    /// `SOCK_STREAM`, ...
    pub kind: i32,
    /// `IPPROTO_TCP`, ...
    pub protocol: i32,
    /// The host's official name, on the first answer, when `AI_CANONNAME` asked for it.
    pub canonical: String,
    /// The address.
    pub addr: SocketAddr,
}

/// The answers, given back however we leave.
struct Answers(*mut libc::addrinfo);

impl Drop for Answers {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: getaddrinfo(3) made the list, nobody else frees it, and no borrow of it is left.
            unsafe { libc::freeaddrinfo(self.0) }
        }
    }
}

/// Whether nobody else need be asked for a name: where only this machine may be reached, an address, or what /etc/hosts has.
fn is_here(name: Option<&[u8]>) -> bool {
    let Some(name) = name.filter(|_| fence::is_loopback_only()) else { return true };
    let Ok(name) = std::str::from_utf8(name) else { return false };
    name.is_empty() || name == "localhost" || name.parse::<IpAddr>().is_ok() || !in_hosts(name).is_empty()
}

/// getaddrinfo(3); its `EAI_` code when it fails.
pub(crate) fn getaddrinfo(query: &Query) -> Result<Vec<Found>, i32> {
    let text = |name: &Option<Vec<u8>>| name.as_deref().map(CString::new).transpose().map_err(|_| libc::EAI_NONAME);
    let (host, service) = (text(&query.host)?, text(&query.service)?);
    if !is_here(query.host.as_deref()) {
        return Err(libc::EAI_NONAME);
    }
    let at = |name: &Option<CString>| name.as_ref().map_or(ptr::null(), |n| n.as_ptr());
    // SAFETY: the hints are numbers and pointers, for which zero will do.
    let mut hints: libc::addrinfo = unsafe { zeroed() };
    hints.ai_family = query.family;
    hints.ai_socktype = query.kind;
    hints.ai_protocol = query.protocol;
    hints.ai_flags = query.flags;
    let mut answers = Answers(ptr::null_mut());
    // SAFETY: the names end in zero or are null, the hints are filled in, and there is room for the list's start.
    let code = unsafe { libc::getaddrinfo(at(&host), at(&service), &raw const hints, &raw mut answers.0) };
    if code != 0 {
        return Err(code);
    }
    let mut out = Vec::new();
    let mut next = answers.0.cast_const();
    // SAFETY: the list is whole until `answers` goes, and ends in null.
    while let Some(one) = unsafe { next.as_ref() } {
        // SAFETY: each answer's address is as long as it says.
        let bytes = unsafe { std::slice::from_raw_parts(one.ai_addr.cast(), one.ai_addrlen as usize) };
        if let Some(addr) = decode(bytes, None).socket_addr() {
            let (family, kind, protocol) = (one.ai_family, one.ai_socktype, one.ai_protocol);
            let canonical = if one.ai_canonname.is_null() {
                String::new()
            } else {
                // SAFETY: a name that is there ends in zero.
                unsafe { CStr::from_ptr(one.ai_canonname) }.to_string_lossy().into_owned()
            };
            out.push(Found { family, kind, protocol, canonical, addr });
        }
        next = one.ai_next;
    }
    Ok(out)
}

/// getnameinfo(3): the names of a host and of a service; its `EAI_` code when it fails.
pub(crate) fn getnameinfo(addr: &SocketAddr, flags: i32) -> Result<(String, String), i32> {
    let (storage, len) = encoded(&Addr::from(*addr), None).map_err(|_| libc::EAI_FAMILY)?;
    let mut host: [c_char; HOST_MAX] = [0; HOST_MAX];
    let mut service: [c_char; SERVICE_MAX] = [0; SERVICE_MAX];
    // SAFETY: the storage holds an address of that length, and the buffers have the room that is said.
    let code = unsafe {
        let (host, service) = (host.as_mut_ptr(), service.as_mut_ptr());
        libc::getnameinfo((&raw const storage).cast(), len, host, HOST_MAX as _, service, SERVICE_MAX as _, flags)
    };
    if code == 0 { Ok((string(&host), string(&service))) } else { Err(code) }
}

/// The answers below stand in memory that the next call overwrites.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// getservbyname(3): the port of a service, of that protocol or of any.
pub(crate) fn getservbyname(name: &str, protocol: Option<&str>) -> Option<u16> {
    let name = CString::new(name).ok()?;
    let protocol = protocol.map(CString::new).transpose().ok()?;
    let protocol = protocol.as_ref().map_or(ptr::null(), |p| p.as_ptr());
    let _guard = alone();
    // SAFETY: the names end in zero or are null, and the answer is read before anyone else can ask.
    let found = unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }?;
    Some(u16::from_be(found.s_port as u16))
}

/// getservbyport(3): the service of a port, of that protocol or of any.
pub(crate) fn getservbyport(port: u16, protocol: Option<&str>) -> Option<String> {
    let protocol = protocol.map(CString::new).transpose().ok()?;
    let protocol = protocol.as_ref().map_or(ptr::null(), |p| p.as_ptr());
    let _guard = alone();
    // SAFETY: the name ends in zero or is null, and the answer, whose name ends in zero, is read before anyone else can ask.
    unsafe {
        let found = libc::getservbyport(port.to_be().into(), protocol).as_ref()?;
        Some(text(found.s_name))
    }
}

/// getprotobyname(3): the number of a protocol.
pub(crate) fn getprotobyname(name: &str) -> Option<i32> {
    let name = CString::new(name).ok()?;
    let _guard = alone();
    // SAFETY: the name ends in zero, and the answer is read before anyone else can ask.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|found| found.p_proto)
}

unsafe extern "C" {
    fn gethostbyname(name: *const c_char) -> *const libc::hostent;
    fn gethostbyaddr(addr: *const c_void, len: libc::socklen_t, family: c_int) -> *const libc::hostent;
    fn hstrerror(code: c_int) -> *const c_char;
    #[link_name = "__h_errno_location"]
    fn h_errno() -> *mut c_int;
}

/// A host as the old calls know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct HostEntry {
    /// Its official name.
    pub name: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// Its addresses, of one family.
    pub addresses: Vec<IpAddr>,
}

/// gethostbyname(3), which knows IPv4 alone; `h_errno` when it fails.
pub(crate) fn host_by_name(name: &str) -> Result<HostEntry, i32> {
    if !is_here(Some(name.as_bytes())) {
        return Err(HOST_NOT_FOUND);
    }
    let name = CString::new(name).map_err(|_| HOST_NOT_FOUND)?;
    let _guard = alone();
    // SAFETY: the name ends in zero, and the answer is read before anyone else can ask.
    unsafe { host(gethostbyname(name.as_ptr())) }
}

/// gethostbyaddr(3); `h_errno` when it fails.
pub(crate) fn host_by_addr(addr: IpAddr) -> Result<HostEntry, i32> {
    if fence::refuses(&Addr::from(SocketAddr::new(addr, 0))) {
        return Err(HOST_NOT_FOUND);
    }
    let _guard = alone();
    let ask = |bytes: &[u8], family| {
        // SAFETY: the address has as many bytes as is said, and the answer is read before anyone else can ask.
        unsafe { host(gethostbyaddr(bytes.as_ptr().cast(), bytes.len() as libc::socklen_t, family)) }
    };
    match addr {
        IpAddr::V4(ip) => ask(&ip.octets(), libc::AF_INET),
        IpAddr::V6(ip) => ask(&ip.octets(), libc::AF_INET6),
    }
}

/// What `h_errno` means.
pub(crate) fn host_error(code: i32) -> String {
    // SAFETY: hstrerror(3) takes any number, and gives text that ends in zero and stays.
    unsafe { text(hstrerror(code)) }
}

/// # Safety
/// It is null, or an answer of the C library that nothing overwrites meanwhile.
unsafe fn host(found: *const libc::hostent) -> Result<HostEntry, i32> {
    // SAFETY: as the caller says; `h_errno` is this thread's own. The lists end in null, the names in zero, and each
    // address is as long as its family's are.
    unsafe {
        let Some(found) = found.as_ref() else { return Err(*h_errno()) };
        let address = |at: *mut c_char| match found.h_addrtype {
            libc::AF_INET => IpAddr::from(at.cast::<[u8; 4]>().read()),
            _ => IpAddr::from(at.cast::<[u8; 16]>().read()),
        };
        Ok(HostEntry {
            name: text(found.h_name),
            aliases: list(found.h_aliases).map(|at| text(at)).collect(),
            addresses: list(found.h_addr_list).map(address).collect(),
        })
    }
}

/// # Safety
/// The list ends in null, or is null itself, and stays as long as it is walked.
unsafe fn list(at: *mut *mut c_char) -> impl Iterator<Item = *mut c_char> {
    let mut next = at;
    std::iter::from_fn(move || {
        // SAFETY: as the caller says: what is not past the null is there.
        let one = unsafe { next.as_ref() }.copied().filter(|one| !one.is_null())?;
        next = next.wrapping_add(1);
        Some(one)
    })
}

/// # Safety
/// It ends in zero.
unsafe fn text(chars: *const c_char) -> String {
    // SAFETY: as the caller says.
    unsafe { CStr::from_ptr(chars) }.to_string_lossy().into_owned()
}

/// sethostname(2).
pub(crate) fn sethostname(name: &[u8]) -> Result<(), i32> {
    // SAFETY: so many bytes are there.
    let done = unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) };
    if done == 0 { Ok(()) } else { Err(fd::last()) }
}

/// gethostname(2).
pub(crate) fn gethostname() -> String {
    // Linux has 64 bytes at most; the last stays zero in any case.
    let mut name: [c_char; 256] = [0; 256];
    // SAFETY: there is room for what is said, and a zero behind it. It cannot fail with that much room.
    unsafe { libc::gethostname(name.as_mut_ptr(), name.len() - 1) };
    string(&name)
}

/// The text before the first zero.
fn string(chars: &[c_char]) -> String {
    let bytes: Vec<u8> = chars.iter().take_while(|c| **c != 0).map(|c| c.cast_unsigned()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The addresses that /etc/hosts gives a name.
pub(crate) fn in_hosts(name: &str) -> Vec<IpAddr> {
    let text = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let row = |line: &str| {
        let mut words = line.split('#').next()?.split_whitespace();
        let address = words.next()?.parse().ok()?;
        words.any(|word| word.eq_ignore_ascii_case(name)).then_some(address)
    };
    text.lines().filter_map(row).collect()
}
