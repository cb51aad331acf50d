//! sockpit: a playground for the socket API.
//!
//! # The journey of a line
//!
//! `conn, addr = accept srv`, typed at the prompt. Each function stands behind the file that it is in.
//!
//! 1. The line is coloured, completed and hinted at while it is typed (`front::highlight::paint`, `front::complete::complete`,
//!    `front::hint::hint`), on the editor's thread. `lang::typed::typed` takes it apart as far as it goes, and
//!    `program::arrange::next` says which parameter comes next.
//! 2. `front::prompt::line` gives the whole line to `session::start`; of a script, `front::script::source` gives the
//!    whole text.
//! 3. `lang::parse::statements` makes statements of it, with `lang::line::words` and `lang::call::call`, each when the one
//!    before it has become code. What is no statement is
//!    a [`lang::Error`] that points at a word, and the journey is over.
//! 4. `program::compile::compile` makes code of the statements. For a call, `program::bind::site` finds the
//!    [`command::Command`] and the slots of `conn` and `addr`; `program::arrange::arrange` says which word is which
//!    parameter, and what is known already is made an argument (`command::kinds::fit`).
//! 5. `session::start` puts a frame with the code on the main task, and the task at the head of the run queue.
//! 6. `session::turn::turn` takes the task that is first. `session::exec::run` lets it go on, op by op
//!    (`session::exec::steps`), until it waits or ends.
//! 7. The op is a call: `session::call::call` makes arguments of the names' values (`session::expr::arg`) and tries the
//!    effect, `command::connection::accept`.
//! 8. The effect asks the kernel through [`os`] (`os::addr::accept`), within `world::wait::retry`, and what it did goes on
//!    the record (`world::record::note`). It comes to a [`world::Step`].
//! 9. EAGAIN on a socket that waits: the step is `Park`. `session::outcome::settle` has the poller watch the socket
//!    (`world::watch::watch`) and parks the task; other tasks have their turns. When none can run, `session::turn::look` polls;
//!    `world::news::wake_next` puts the task in the queue again, and `session::exec::wake_up` tries the call from step 8 on.
//! 10. Done: `session::outcome::complete` stores the results. Failed: `session::outcome::fail` asks
//!     `explain::explain` for the cause, and `session::outcome::unwind` goes on at an `except`, if there is one.
//! 11. `session::report::tell` makes a numbered [`session::Event`] of it and gives it to the [`session::Sink`].
//! 12. `render::human::event` or `render::json::json` makes text of the event, and `front::screen::show` or
//!     `front::output::event` prints it.
//!
//! # Layers, one way only
//!
//! | layer | kind | what it knows |
//! | --- | --- | --- |
//! | [`linux`] | pure | the kernel's names and numbers: errors, families, types, flags, options by level, states |
//! | [`value`] | pure | values, addresses, failures, replies; pages and tables before they are laid out |
//! | [`wire`] | pure | what a wire between hosts does to frames; what they say, what they are called; captures |
//! | [`lang`] | pure | words, statements, blocks, expressions, errors with a place; and print, its inverse |
//! | [`os`] | effects | every system call through one door; the mio poller. The only unsafe code |
//! | [`world`] | state | sockets with their mode, files; `Step`, `Wait`, `retry` |
//! | [`command`] | table | each call: its parameters, help, Python and C forms, and its effect |
//! | [`program`] | pure | a program before it runs: which word of a call is which parameter; code, its slots and names |
//! | [`explain`] | reads | the record → cause, story, picture; it looks at the world and knows nothing of the scheduler |
//! | [`help`] | pure | all that help says; the manual page; lines in Python, and lines of Python and C in sockpit |
//! | [`session`] | state | tasks (frames over a program's code), jobs, the scheduler, events |
//! | [`render`] | pure | events to text for people and to JSON |
//! | [`front`] | effects | the command line, scripts, the prompt. The only place that prints |
//!
//! A layer uses those above it in this list and no other, and no two files of a layer use each other; `tests/house.rs` holds
//! that, and that the functions above exist.
//!
//! # A call: done, or what it waits for
//!
//! Every socket is non-blocking to the kernel. A call is tried first; only when the kernel says EAGAIN and the socket's
//! mode lets it wait does it park, and when something happens it is tried again from the top ([`world::retry`]).
//! Readiness is never remembered, so a spurious wake is harmless and no edge is lost. A socket is registered with the
//! poller when a call first waits on it. What only a kernel-blocking descriptor would do (send all, MSG_WAITALL,
//! SO_RCVLOWAT, SO_RCVTIMEO, SO_LINGER at close, connect to a full unix queue) is made from this.
//!
//! # A call: told once
//!
//! All that is known of a call stands in one constant beside its effect. `atmark` is `ATMARK` in
//! `src/command/readiness.rs`: what fits each parameter ([`command::Kind`], and how a socket must stand,
//! [`command::Stands`]), what each result holds ([`value::Holds`]), each error with its cause and what to try, the forms
//! in Python and C, an example, and `run`. Parsing, usage lines, completion, help, the manual page, the reference, the
//! advice under an error and what a transcript leaves out are made of that; a call that is `like` another shares its
//! errors. So `atmark` touches that file: the constant, the function below it, its name in `COMMANDS`; and a script in
//! `tests/facts` that holds what it does. The reference is written anew from it. What it asks the kernel is a function
//! of [`os`], as `os::fd::atmark`, unless there is one already. No other file knows it by its name, which
//! `tests/tidy.rs` holds.
//!
//! # Tasks
//!
//! A script, a line at the prompt, a `spawn` and a `&` are all tasks: stacks of frames over compiled code with names
//! resolved to slots once. The run queue is first in, first out; when it is empty, one poll, whose sockets are woken in
//! the order they were made. A `&` is a task that runs one call in the scope it was written in. Waits end in the order of the
//! program's own time, in which nothing but waiting takes any: a wait that begins ends as much later as it is long, counted
//! from the end of the wait that was over last, whatever the clock says. So the order is the same however late the machine
//! is; by the clock a wait may be longer than was asked for, and is never shorter. News that had to be waited for, and
//! heavy computing, set that time by the clock (`session::timers`).
//!
//! # The session's parts
//!
//! `session::Session` is no more than its parts, which have private fields and know nothing of it: the tasks in their
//! places, the jobs, the globals (names and defs), the timers, fairness (whose turn it is), the stepper, the status (what
//! the main task is at, why all ends), and the reporter, who tells the sink. What needs several of them is a method of the
//! session, in the file of its subject: a turn, an op, a call, its outcome, a request, a view.
//!
//! # Stepping
//!
//! The first op of each statement is a place to stop at. A task that comes to one while a program is stepped through stops in
//! the middle of its turn, and the program stands still with it, its clock too, until it is let go: then the turn goes on as
//! if nothing had been. So a stepped program does what it does when it runs, in that order. A line typed in between is a task
//! beside the program, which stops nowhere and alone runs while the program stands (`session::step`, `session::evaluate`).
//!
//! # Processes
//!
//! `process` starts this program anew (`--child`, [`front`]) with the programs' texts and the names' values in a file in
//! memory; nothing is forked. A child's pidfd is waited for as a socket is. Every descendant holds one end of a pipe
//! whose other end the first process alone holds, and ends when that is gone ([`world::process`]).
//!
//! # Hosts
//!
//! A host is a network namespace. Only for all its threads together may a process enter a user namespace, so a small process
//! beside the session (`--agent`, [`os`], `hosts/agent`) makes them, and sockets in them, and hands both over. A socket belongs to
//! the namespace that it was made in: all that follows the session does itself, also links, addresses and routes, through
//! netlink sockets that were made there, for the kernel lets who made a user namespace do all in it. Every link ends at one
//! packet socket, the cable, which the poller hears: what comes there is in the order of the kernel, and goes over a wire
//! to whom it is for (`world::carry`). One poll carries all that comes of itself, so that what was sent over a wire has
//! arrived before anything else happens, as on one machine. The agent ends when its line to the session does, and the
//! namespaces with it.
//!
//! # Why a call failed
//!
//! Where every call is shown, a record keeps what happened to each socket ([`world::record`]): typed facts, each written
//! by the effect that did the deed, where it did it (`world.note(&socket, || Did::Bound(..))`). A quiet script keeps none
//! and pays a branch a call. A [`value::Failure`] carries what was tried, on which socket, with which address.
//! From these, and from what the kernel says when the error comes, small functions find the cause ([`explain`]), which
//! also tells a socket's story (`why S`) and draws the session (`diagram`). What depends on the clock stands apart in each
//! line ([`value::reason`]), so that transcripts can leave it out. An errno that a call gives as its result (`connect_ex`,
//! `SO_ERROR`) is explained like one it fails with ([`world::World::give`]). Where the kernel knows better than any table
//! (which numbers an option takes, whether a source leads to a destination), a socket made for it is asked.
//!
//! `--json` is the public face of all that: events as they are told, values and errors typed ([`value::json`]), the record's
//! facts as data ([`explain`]). What it writes is documented in docs/events.md, whose tables a test reads as the schema.
//!
//! # Threads
//!
//! One thread owns everything. A script starts no other, but for what cannot be done without blocking: name
//! resolution, close with SO_LINGER, and what a queue between processes has no room for. A child process has one that
//! waits for the end of its family. The prompt has two more: one that edits the line, one that prints above it. The editor
//! asks the main thread for the names in scope when a key first needs them; its threads have a table of descriptors of their
//! own (`os::fd::keep_apart`), so that it takes none from the program, whose numbers are those of a script, and lives when
//! the program has as many as there can be. There, a child process's output is read by a
//! thread, and goes above the line.
//!
//! # Tests
//!
//! Most are files, each a test of its own name: a script in `tests/facts/TOPIC` runs well; a transcript in
//! `tests/sessions/TOPIC`, or of a lesson in `tests/transcripts`, shows the same when it is run again. What needs a terminal,
//! a signal, a peer program or a property is Rust. All are in one binary: `cargo test why::` runs those of one topic.
//!
//! Random programs are written as a script and in Python, both are run, and what each call came to is compared
//! (`tests/differential`). What is known to differ stands in docs/differences.md, each with its reason.
//!
//! # What each dependency is for
//!
//! - `mio`: the poller. `signal-hook`, `signal-hook-mio`: Ctrl-C and SIGTERM as events of the same loop.
//! - `rustyline`: editing a line. `shlex`: a script's arguments at the head of a transcript. `owo-colors`: colours.
//! - `etherparse`: what a frame says, from Ethernet up to TCP's options.
//! - `rustix`: typed system calls. `libc`: constants, getaddrinfo, options by number, sendmsg with any ancillary data.
//! - `miniz_oxide`: unpacks lessons and Chinese texts, when they are asked for.
//! - `encoding_rs`: gbk and its kin. `serde_json`: `dumps`, `loads` and `--json`. `lexopt`: the command line, in 0.1 ms.
//! - `sha1_smol`: `sha1`, which WebSockets ask for; it brings nothing else along.
//! - `unicode-ident`: which characters a name has, as in Python.
//! - `unicode-width`: carets under wide characters, columns of tables, lines that fit.

pub mod command;
pub(crate) mod explain;
pub mod front;
pub mod help;
pub mod lang;
pub mod linux;
pub mod os;
pub(crate) mod program;
pub mod render;
pub mod session;
pub mod value;
pub mod wire;
pub mod world;
