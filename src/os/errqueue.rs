//! The error queue: what `IP_RECVERR` and `IPV6_RECVERR` bring beside a message that recvmsg(2) takes with MSG_ERRQUEUE.
//!
//! `struct sock_extended_err` (linux/errqueue.h), behind it the address of who told. More than errors come so: that the
//! kernel is done with the data of a send (MSG_ZEROCOPY), when a packet left (SO_TIMESTAMPING), that one missed its time.

use std::net::IpAddr;

use super::addr;
use super::msg::Ancillary;

/// Who put an entry into the queue: `SO_EE_ORIGIN_...`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorOrigin {
    /// Nobody.
    None = 0,
    /// This machine.
    Local,
    /// A packet of ICMP that came.
    Icmp,
    /// A packet of ICMPv6 that came.
    Icmp6,
    /// The time at which a packet left, was scheduled or was acknowledged.
    Timestamping,
    /// The kernel, done with the data of sends with MSG_ZEROCOPY.
    Zerocopy,
    /// The scheduler of packets with a time to leave at (SO_TXTIME).
    TxTime,
}

impl ErrorOrigin {
    /// Every one with its name, in the order of the kernel's numbers.
    const ALL: [(Self, &str); 7] = [
        (Self::None, "NONE"),
        (Self::Local, "LOCAL"),
        (Self::Icmp, "ICMP"),
        (Self::Icmp6, "ICMP6"),
        (Self::Timestamping, "TIMESTAMPING"),
        (Self::Zerocopy, "ZEROCOPY"),
        (Self::TxTime, "TXTIME"),
    ];

    /// Its name, the kernel's without `SO_EE_ORIGIN_`.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// An entry of the error queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued {
    /// The errno; 0 where the entry is no error.
    pub errno: i32,
    /// Who put it there.
    pub origin: ErrorOrigin,
    /// The type of the ICMP packet.
    pub kind: u8,
    /// The code of the ICMP packet; of the other origins their own.
    pub code: u8,
    /// The MTU; the first of the sends that are done; what a timestamp is of.
    pub info: u32,
    /// The last of the sends that are done; the number that a timestamp is of: a datagram's, or the last byte's.
    pub data: u32,
    /// The host whose ICMP packet it was: a router, or the peer.
    pub offender: Option<IpAddr>,
}

/// `SO_EE_CODE_ZEROCOPY_COPIED`.
const COPIED: u8 = 1;

/// The size of `struct sock_extended_err`.
const SIZE: usize = 16;

impl Queued {
    /// The entry in a piece of ancillary data; none in one of another kind, or one cut short.
    pub fn read(level: i32, kind: i32, data: &[u8]) -> Option<Self> {
        if !matches!((level, kind), (libc::SOL_IP, libc::IP_RECVERR) | (libc::SOL_IPV6, libc::IPV6_RECVERR)) {
            return None;
        }
        let (head, offender) = data.split_at_checked(SIZE)?;
        let word = |at: usize| head[at..].first_chunk().map(|bytes| u32::from_ne_bytes(*bytes));
        let (origin, _) = *ErrorOrigin::ALL.get(usize::from(head[4]))?;
        let told = matches!(origin, ErrorOrigin::Icmp | ErrorOrigin::Icmp6);
        Some(Self {
            errno: word(0)? as i32,
            origin,
            kind: head[5],
            code: head[6],
            info: word(8)?,
            data: word(12)?,
            offender: told.then(|| addr::decode(offender, None).host()).flatten(),
        })
    }

    /// The same of any ancillary data.
    pub fn of(one: &Ancillary) -> Option<Self> {
        match one {
            Ancillary::Other { level, kind, data } => Self::read(*level, *kind, data),
            _ => None,
        }
    }

    /// The sends with MSG_ZEROCOPY that the kernel is done with, the socket's first being 0; whether it copied their data
    /// after all.
    pub fn sends(&self) -> Option<(u32, u32, bool)> {
        (self.origin == ErrorOrigin::Zerocopy).then_some((self.info, self.data, self.code & COPIED != 0))
    }

    /// What it says, for people.
    pub fn means(&self) -> String {
        let Self { kind, code, info, data, .. } = *self;
        match self.origin {
            ErrorOrigin::None => "it says nothing".into(),
            ErrorOrigin::Local if self.errno == libc::EMSGSIZE => {
                format!("longer than the path's MTU, which is {info} bytes")
            }
            ErrorOrigin::Local => "this machine could not send it".into(),
            ErrorOrigin::Icmp | ErrorOrigin::Icmp6 => {
                let host = self.offender.map_or_else(|| "a host".into(), |host| host.to_string());
                format!("{host} says: {}", self.report())
            }
            ErrorOrigin::Timestamping => {
                let what = ["sent", "scheduled", "acknowledged"].get(info as usize).unwrap_or(&"on its way");
                format!("when number {data} was {what}")
            }
            ErrorOrigin::Zerocopy => {
                let sends =
                    if info == data { format!("send {info} is") } else { format!("sends {info} to {data} are") };
                let copied = if code & COPIED != 0 { "; the data was copied after all" } else { "" };
                format!("{sends} done: the memory is free again{copied}")
            }
            ErrorOrigin::TxTime if code == 1 => "thrown away: it had a time to leave at that cannot be".into(),
            ErrorOrigin::TxTime if code == 2 => "thrown away: its time to leave had passed".into(),
            ErrorOrigin::TxTime => format!("thrown away (type {kind}, code {code})"),
        }
    }

    /// What a packet of ICMP reports.
    fn report(&self) -> String {
        let known = match (self.origin, self.kind, self.code) {
            (ErrorOrigin::Icmp, 3, 4) | (ErrorOrigin::Icmp6, 2, _) => {
                return format!("too long for the way on, whose MTU is {} bytes", self.info);
            }
            (ErrorOrigin::Icmp, 3, 0 | 6 | 11) | (ErrorOrigin::Icmp6, 1, 0) => "there is no way to that network",
            (ErrorOrigin::Icmp, 3, 1 | 7 | 12) | (ErrorOrigin::Icmp6, 1, 3) => "the host does not answer",
            (ErrorOrigin::Icmp, 3, 2) => "the host does not know the protocol",
            (ErrorOrigin::Icmp, 3, 3) | (ErrorOrigin::Icmp6, 1, 4) => "no socket has that port",
            (ErrorOrigin::Icmp, 3, 9 | 10 | 13) | (ErrorOrigin::Icmp6, 1, 1 | 5 | 6) => "a filter forbids it",
            (ErrorOrigin::Icmp, 11, 0) | (ErrorOrigin::Icmp6, 3, 0) => "its hops were used up on the way (TTL)",
            (ErrorOrigin::Icmp, 11, 1) | (ErrorOrigin::Icmp6, 3, 1) => "some of its fragments did not come",
            (ErrorOrigin::Icmp, 12, _) | (ErrorOrigin::Icmp6, 4, _) => "something in its header is wrong",
            _ => return format!("type {}, code {}", self.kind, self.code),
        };
        known.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(errno: i32, origin: u8, kind: u8, code: u8, info: u32, data: u32) -> Vec<u8> {
        let mut bytes = errno.to_ne_bytes().to_vec();
        bytes.extend([origin, kind, code, 0]);
        bytes.extend(info.to_ne_bytes());
        bytes.extend(data.to_ne_bytes());
        bytes
    }

    #[test]
    fn origins_have_the_kernels_numbers() {
        for (number, (origin, name)) in ErrorOrigin::ALL.into_iter().enumerate() {
            assert_eq!((origin as usize, origin.name()), (number, name));
        }
    }

    #[test]
    fn what_else_comes_is_told_apart() {
        let read = |bytes: &[u8]| Queued::read(libc::SOL_IP, libc::IP_RECVERR, bytes);
        let means = |origin, kind, code, info, data| read(&entry(0, origin, kind, code, info, data)).unwrap().means();
        assert_eq!(means(5, 0, 0, 3, 7), "sends 3 to 7 are done: the memory is free again");
        assert_eq!(means(4, 0, 0, 2, 9), "when number 9 was acknowledged");
        assert_eq!(means(2, 3, 4, 1400, 0), "a host says: too long for the way on, whose MTU is 1400 bytes");
        assert_eq!(means(3, 200, 7, 0, 0), "a host says: type 200, code 7");
        assert_eq!(means(6, 0, 2, 0, 0), "thrown away: its time to leave had passed");
        let local = read(&entry(libc::EMSGSIZE, 1, 0, 0, 1500, 0)).unwrap();
        assert_eq!((local.means(), local.sends()), ("longer than the path's MTU, which is 1500 bytes".into(), None));
        assert_eq!(read(&entry(0, 5, 0, 0, 0, 0)[..15]), None, "cut short");
        assert_eq!(read(&entry(0, 99, 0, 0, 0, 0)), None);
        assert_eq!(Queued::read(libc::SOL_SOCKET, libc::IP_RECVERR, &entry(0, 5, 0, 0, 0, 0)), None);
    }
}
