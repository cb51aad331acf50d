//! Looking at the kernel's tables as they are in a host.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::keeper::{Keeper, Trouble};
use super::space::Net;

/// Where the kernel's tables are looked at: in a network namespace of the agent's.
#[derive(Clone, Copy)]
pub(crate) struct Inside<'a> {
    keeper: &'a Keeper,
    net: &'a Net,
}

impl<'a> Inside<'a> {
    /// There.
    pub(crate) fn of(keeper: &'a Keeper, net: &'a Net) -> Self {
        Self { keeper, net }
    }

    /// A file of /proc as it is seen from there.
    pub(crate) fn open(self, path: &str) -> io::Result<File> {
        let file = self.keeper.open(self.net.space, path, libc::O_RDONLY);
        file.map(File::from).map_err(|trouble| io::Error::from_raw_os_error(errno(trouble)))
    }

    /// socket(2) there.
    pub(crate) fn socket(self, sort: [i32; 3]) -> Result<OwnedFd, i32> {
        self.keeper.socket(self.net.space, sort).map_err(errno)
    }

    /// The netlink socket there that is asked for links, addresses and routes.
    pub(crate) fn route(self) -> BorrowedFd<'a> {
        self.net.route.as_fd()
    }
}

fn errno(trouble: Trouble) -> i32 {
    match trouble {
        Trouble::Os(errno) => errno,
        Trouble::Gone => libc::EPIPE,
    }
}
