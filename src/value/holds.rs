//! What a call's result or a view's column holds, beyond what its value says: which number is a port, which a count.

/// What a value is to those who read it: a person, a transcript, a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// What it says.
    Plain,
    /// Something alive: a socket, a file, a task, a lock.
    Live,
    /// A socket's address.
    Address,
    /// Bytes.
    Bytes,
    /// How many there are: nobody chose that number.
    Count,
    /// The number of an error, 0 for none.
    Errno,
    /// A port that the kernel may have chosen.
    Port,
    /// The name of this machine.
    Host,
    /// A descriptor.
    Fd,
    /// The id of a process.
    Pid,
    /// Processes, each as its id, a slash and its name.
    Process,
    /// A moment, in seconds of a clock.
    Moment,
    /// Seconds that run.
    Seconds,
    /// How much waits. That nothing can is worth knowing: such a column stands also where no row has anything.
    Waiting,
    /// What is measured, or what this machine has: another in every run.
    Measured,
    /// Made by chance: other bytes in every run.
    Random,
    /// A number reckoned from an argument: a port from a port.
    Reckoned,
    /// What another call gave, or a task.
    Another,
}
