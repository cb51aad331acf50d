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

pub use open::{File, path_failure};
pub use read::{Wanted, read};
pub use settings::{Newline, Settings};
pub use write::{close, flush, write};

/// The size of a file's buffers, unless `buffering` says otherwise: Python's `io.DEFAULT_BUFFER_SIZE`.
pub const BUFFER: usize = 8192;
/// What a file keeps at most of what was read and not yet given: 1 GiB.
pub const READ_MAX: usize = 1 << 30;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::rc::Rc;

    use super::open::{Backing, closed};
    use super::read::receive;
    use super::write::send;
    use super::*;
    use crate::os::fd;
    use crate::value::{Failure, Handle, Name, Value};
    use crate::world::{Mode, Socket, Step, Wake, World};

    /// A file of the disk that holds some bytes, read in text mode with that `newline`; its folder goes with the test.
    struct Disk(std::path::PathBuf);

    impl Disk {
        fn new(name: &str, content: &[u8]) -> Self {
            let folder = std::env::temp_dir().join(format!("sockpit-file-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("f"), content).unwrap();
            Self(folder)
        }

        fn path(&self) -> Vec<u8> {
            self.0.join("f").as_os_str().as_bytes().to_vec()
        }

        fn open(&self, mode: &str) -> Rc<File> {
            File::open(&self.path(), mode).unwrap()
        }

        fn with(&self, newline: Newline, encoding: &str) -> Rc<File> {
            let settings = Settings { text: Some((encoding.into(), newline)), ..Settings::parse("r", "r").unwrap() };
            let source = Backing::Disk(fs::File::open(self.0.join("f")).unwrap());
            File::new("f".into(), settings, source).unwrap()
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn done(step: Result<Step, Failure>) -> Value {
        match step.unwrap() {
            Step::Done(reply) => reply.into_value(),
            _ => panic!("it waits"),
        }
    }

    fn line(world: &mut World, file: &Rc<File>) -> Value {
        done(read(world, file, Wanted::Line(None)))
    }

    /// Two connected sockets of a world.
    fn pair(world: &mut World) -> (Rc<Socket>, Rc<Socket>) {
        let (a, b) = fd::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
        let sort = [libc::AF_UNIX, libc::SOCK_STREAM, 0];
        (world.wrap(a, sort, Mode::Blocking).unwrap(), world.wrap(b, sort, Mode::Blocking).unwrap())
    }

    fn of(socket: &Rc<Socket>, mode: &str) -> Rc<File> {
        File::of_socket(socket, Settings::parse(mode, "rwb").unwrap()).unwrap()
    }

    fn say(socket: &Socket, bytes: &[u8]) {
        assert_eq!(send(socket, bytes), Ok(bytes.len()));
    }

    /// What a parked call comes to when it is woken.
    fn woken(world: &mut World, step: &mut Step, wake: Wake) -> Option<Result<Value, Failure>> {
        let Step::Park(_, resume) = step else { panic!("it does not wait") };
        match resume(world, wake)? {
            Ok(Step::Done(reply)) => Some(Ok(reply.into_value())),
            Ok(park) => {
                *step = park;
                None
            }
            Err(f) => Some(Err(f)),
        }
    }

    #[test]
    fn newline_modes_are_pythons() {
        let cases: [(Newline, &[&str]); 5] = [
            (Newline::Universal, &["a\n", "b\n", "c\n", "d\n"]),
            (Newline::Untranslated, &["a\r", "b\r\n", "c\n", "d\r"]),
            (Newline::Lf, &["a\rb\r\n", "c\n", "d\r"]),
            (Newline::Cr, &["a\r", "b\r", "\nc\nd\r"]),
            (Newline::CrLf, &["a\rb\r\n", "c\nd\r"]),
        ];
        let disk = Disk::new("newlines", b"a\rb\r\nc\nd\r");
        let world = &mut World::default();
        for (newline, lines) in cases {
            let lines = lines.iter().map(Value::text).collect::<Vec<_>>();
            let whole = done(read(world, &disk.with(newline, "utf-8"), Wanted::Lines));
            assert_eq!(whole, Value::list(lines.clone()), "{newline:?}");
            let file = disk.with(newline, "utf-8");
            for one in lines {
                assert_eq!(line(world, &file), one, "{newline:?}");
            }
            assert_eq!(line(world, &file), Value::text(""));
        }
    }

    #[test]
    fn a_line_end_may_be_cut_by_a_chunk() {
        let world = &mut World::default();
        for (newline, ended) in [(Newline::Universal, "\n"), (Newline::Untranslated, "\r\n"), (Newline::CrLf, "\r\n")] {
            let first = "x".repeat(BUFFER - 1);
            let disk = Disk::new("chunks", format!("{first}\r\nb").as_bytes());
            let file = disk.with(newline, "utf-8");
            assert_eq!(line(world, &file), Value::text(format!("{first}{ended}")));
            assert_eq!(line(world, &file), Value::text("b"));
        }
    }

    #[test]
    fn limits_count_characters_in_text_and_bytes_in_binary() {
        let disk = Disk::new("limits", "é菜x\ny".as_bytes());
        let world = &mut World::default();
        let file = disk.open("r");
        assert_eq!(done(read(world, &file, Wanted::Units(1))), Value::text("é"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(1)))), Value::text("菜"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(9)))), Value::text("x\n"));
        assert_eq!(done(read(world, &file, Wanted::Units(99_999_999_999))), Value::text("y"));
        assert_eq!(done(read(world, &disk.open("rb"), Wanted::Units(3))), Value::bytes(b"\xc3\xa9\xe8"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(0)))), Value::text(""));
    }

    #[test]
    fn a_cut_character_waits_for_its_end_and_is_an_error_at_the_files() {
        let world = &mut World::default();
        let long = format!("{}é!", "x".repeat(BUFFER - 1));
        let disk = Disk::new("cut", long.as_bytes());
        assert_eq!(line(world, &disk.with(Newline::Universal, "utf-8")), Value::text(&long));
        let disk = Disk::new("cut-end", b"abc\xc3");
        let file = disk.open("r");
        let failed = read(world, &file, Wanted::Line(None)).err().map(|f| f.name);
        assert_eq!(failed, Some(Name::Decode));
        assert_eq!(line(world, &file), Value::text("abc"));
    }

    #[test]
    fn files_of_the_disk_are_written_as_python_writes_them() {
        let disk = Disk::new("write", b"0123456789\n");
        let world = &mut World::default();
        let file = disk.open("r+b");
        assert_eq!(done(read(world, &file, Wanted::Units(3))), Value::bytes(b"012"));
        assert_eq!(done(write(world, &file, b"AB", 2)), Value::Int(2));
        assert_eq!(done(read(world, &file, Wanted::Units(2))), Value::bytes(b"56"));
        done(close(world, &file));
        done(close(world, &file));
        assert_eq!(fs::read(disk.0.join("f")).unwrap(), b"012AB56789\n");
        assert_eq!(write(world, &file, b"x", 1).err(), Some(closed()));
        let file = disk.open("a");
        done(write(world, &file, b"end", 3));
        drop(file);
        assert_eq!(fs::read(disk.0.join("f")).unwrap(), b"012AB56789\nend");
        for mode in ["", "rw", "bt", "rbt", "rr", "q", "r+x", "rU", "+", "b"] {
            assert_eq!(File::open(&disk.path(), mode).err().map(|f| f.name), Some(Name::Usage), "{mode}");
        }
        assert!(File::open(disk.0.as_os_str().as_bytes(), "r").is_err_and(|f| f.is(libc::EISDIR)));
        assert!(File::open(&disk.path(), "x").is_err_and(|f| f.is(libc::EEXIST)));
        assert!(File::open(b"a\0b", "r").is_err_and(|f| f.name == Name::Usage));
    }

    #[test]
    fn special_files_are_read_though_their_size_is_0() {
        let world = &mut World::default();
        let file = File::open(b"/proc/sys/kernel/ostype", "r").unwrap();
        assert_eq!(file.summary(), "<file /proc/sys/kernel/ostype mode r>");
        assert_eq!(done(read(world, &file, Wanted::All)), Value::text("Linux\n"));
        assert!(write(world, &file, b"x", 1).is_err_and(|f| f.message() == "not writable"));
    }

    #[test]
    fn written_text_gets_the_line_ends_of_its_file() {
        let world = &mut World::default();
        let (a, _b) = pair(world);
        for (newline, written) in [("none", "a\nb\r\n"), ("\r", "a\rb\r\r"), ("\r\n", "a\r\nb\r\r\n")] {
            let text = Some(("utf-8".into(), Newline::parse(newline).unwrap()));
            let settings = Settings { text, ..Settings::parse("w", "rwb").unwrap() };
            let file = File::of_socket(&a, settings).unwrap();
            assert_eq!(file.encode("a\nb\r\n"), Ok(written.as_bytes().to_vec()), "{newline:?}");
        }
        assert!(Newline::parse("x").is_err());
    }

    #[test]
    fn more_than_the_bound_is_refused_before_it_is_read() {
        let disk = Disk::new("bound", b"");
        fs::File::options().write(true).open(disk.0.join("f")).unwrap().set_len(READ_MAX as u64 + 1).unwrap();
        let world = &mut World::default();
        let file = disk.open("rb");
        assert!(read(world, &file, Wanted::All).is_err_and(|f| f.is(libc::EFBIG)));
        assert_eq!(done(read(world, &file, Wanted::Units(2))), Value::bytes(b"\0\0"));
    }

    #[test]
    fn reading_waits_across_chunks_and_outlives_the_sockets_close() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let file = of(&a, "r");
        say(&b, b"one\ntwo \xc3");
        assert_eq!(line(world, &file), Value::text("one\n"));
        world.close(&a).map(drop).unwrap();
        let mut step = read(world, &file, Wanted::Line(None)).unwrap();
        assert!(woken(world, &mut step, Wake::Ready).is_none());
        say(&b, b"\xa9\r\nrest");
        assert_eq!(woken(world, &mut step, Wake::Ready), Some(Ok(Value::text("two é\n"))));
        assert!(a.open_fd().is_ok());
        done(close(world, &file));
        assert!(a.open_fd().is_err());
        assert_eq!(file.summary(), format!("<file of {} mode r, closed>", a.name()));
    }

    #[test]
    fn a_dropped_file_flushes_and_lets_a_closed_socket_go() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let file = of(&a, "wb");
        done(write(world, &file, b"late", 4));
        world.close(&a).map(drop).unwrap();
        drop(file);
        world.bury();
        let mut buffer = [0; 9];
        assert_eq!(receive(&b, &mut buffer, false), Ok(4));
        assert_eq!(receive(&b, &mut buffer, false), Ok(0));
    }

    #[test]
    fn after_a_timeout_a_file_cannot_be_read() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        a.mode.set(Mode::Timeout(5.0));
        let file = of(&a, "rb");
        let mut step = read(world, &file, Wanted::Units(5)).unwrap();
        // Data that came in time gives the call its time anew.
        say(&b, b"abc");
        assert!(woken(world, &mut step, Wake::Expired).is_none());
        let failed = woken(world, &mut step, Wake::Expired);
        assert!(failed.is_some_and(|f| f.is_err_and(|f| f.name == Name::Timeout)));
        assert!(read(world, &file, Wanted::Units(1)).is_err_and(|f| f.message().contains("timed out object")));
    }

    #[test]
    fn without_waiting_a_file_gives_and_takes_what_it_can() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        a.mode.set(Mode::NonBlocking);
        let file = of(&a, "rwb");
        assert!(read(world, &file, Wanted::Units(5)).is_err_and(|f| f.is(libc::EAGAIN)));
        say(&b, b"abc");
        assert_eq!(done(read(world, &file, Wanted::Units(5))), Value::bytes(b"abc"));
        let big = vec![b'x'; 4 << 20];
        assert!(write(world, &file, &big, big.len()).is_err_and(|f| f.is(libc::EAGAIN)));
        assert_eq!(file.state.borrow().unwritten.len(), BUFFER);
        assert!(write(world, &file, b"more", 4).is_err_and(|f| f.is(libc::EAGAIN)));
        assert!(close(world, &file).is_err_and(|f| f.is(libc::EAGAIN)));
        done(close(world, &file));
    }

    #[test]
    fn a_blocking_write_ends_when_all_is_out() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let settings = Settings { buffer: 0, ..Settings::parse("wb", "rwb").unwrap() };
        let file = File::of_socket(&a, settings).unwrap();
        let big = vec![b'x'; 1 << 20];
        let mut step = write(world, &file, &big, big.len()).unwrap();
        let (mut got, mut buffer) = (0, vec![0; 1 << 16]);
        let count = loop {
            while let Ok(n) = receive(&b, &mut buffer, false) {
                got += n;
            }
            if let Some(count) = woken(world, &mut step, Wake::Ready) {
                break count;
            }
        };
        while let Ok(n) = receive(&b, &mut buffer, false) {
            got += n;
        }
        assert_eq!((count, got), (Ok(Value::Int(1 << 20)), 1 << 20));
    }
}
