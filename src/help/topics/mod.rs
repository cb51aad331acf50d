//! Topics: the words of those who write and read about sockets, where no call stands for them. A page is a few lines: what
//! it is, what it is here, lines that run, what else to read.
//!
//! Names of calls in Python and C are none of them: those are read out of the calls' forms. A name that ends with `*`
//! stands for all that begin so.

mod addresses;
mod data;
mod families;
mod network;
mod processes;
mod python;
mod tasks;
mod waiting;
mod wire;

use super::words::{TOPIC, Topic};

/// The topics by subject.
pub static ALL: &[(&str, &[Topic])] = &[
    ("networks", network::TOPICS),
    ("addresses", addresses::TOPICS),
    ("other families", families::TOPICS),
    ("on the wire", wire::TOPICS),
    ("data", data::TOPICS),
    ("waiting", waiting::TOPICS),
    ("threads and tasks", tasks::TOPICS),
    ("processes", processes::TOPICS),
    ("Python and C", python::TOPICS),
];

/// What most topics leave as it is.
const BASE: Topic = Topic { names: &[], noun: TOPIC, usage: "", summary: "", notes: &[], example: "", related: &[] };
