//! Files: of the disk, and those that `makefile` makes of a socket, with the buffers and the text layer of Python's.
//!
//! A file of a socket waits as the socket's own calls do. What was taken from the socket and not yet asked for is in
//! the file's buffer, where the socket's own calls do not see it. Nothing here knows words or how results are shown.

mod attempt;
mod buffer;
mod open;
mod read;
mod settings;
mod write;

pub(crate) use open::{File, open, path_failure};
pub(crate) use read::{Wanted, read};
pub(crate) use settings::{Newline, Settings};
pub(crate) use write::{close, flush, write};

/// The size of a file's buffers, unless `buffering` says otherwise: Python's `io.DEFAULT_BUFFER_SIZE`.
pub(crate) const BUFFER: usize = 8192;
/// What a file keeps at most of what was read and not yet given: 64 MiB.
pub(crate) const READ_MAX: usize = 1 << 26;

#[cfg(test)]
mod tests {
    use super::write::send;
    use super::*;
    use crate::os::fd;
    use crate::value::Name;
    use crate::world::{Mode, Step, Wake, World};

    #[test]
    fn after_a_timeout_a_file_cannot_be_read() {
        let world = &mut World::default();
        let (a, b) = fd::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
        let [a, b] = [a, b].map(|fd| world.wrap(fd, [libc::AF_UNIX, libc::SOCK_STREAM, 0], Mode::Timeout(5.0)));
        let file = File::of_socket(&a, Settings::parse("rb", "rwb").unwrap()).unwrap();
        let Ok(Step::Park(_, mut resume)) = read(world, &file, Wanted::Units(5)) else { panic!("it does not wait") };
        // Data that came in time gives the call its time anew.
        assert_eq!(send(&b, b"abc"), Ok(3));
        let Some(Ok(Step::Park(_, mut resume))) = resume(world, Wake::Expired) else { panic!("it has ended") };
        let failed = resume(world, Wake::Expired);
        assert!(failed.is_some_and(|f| f.is_err_and(|f| f.name == Name::Timeout)));
        assert!(read(world, &file, Wanted::Units(1)).is_err_and(|f| f.message().contains("timed out object")));
    }

    #[test]
    fn more_than_the_bound_is_refused_before_it_is_read() {
        let path = std::env::temp_dir().join(format!("sockpit-bound-{}", std::process::id()));
        std::fs::File::create(&path).unwrap().set_len(READ_MAX as u64 + 1).unwrap();
        let bytes = path.as_os_str().as_encoded_bytes();
        let settings = Settings::to_open("rb").unwrap();
        let opened = open(bytes, &settings).unwrap();
        let file = File::of_disk(bytes, settings, opened).unwrap();
        std::fs::remove_file(&path).unwrap();
        let world = &mut World::default();
        assert!(read(world, &file, Wanted::All).is_err_and(|f| f.is(libc::EFBIG)));
        let Ok(Step::Done(some)) = read(world, &file, Wanted::Units(2)) else { panic!("it waits") };
        assert_eq!(some.into_value().show(), r#"b"\0\0""#);
    }
}
