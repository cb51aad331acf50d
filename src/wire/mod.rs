//! A wire between hosts: what its frames say, what it does to them, and what became of each.
//!
//! Pure: bytes and times come in, bytes and times come out ([`Wire::come`], [`Wire::due`]). It knows no descriptor, no
//! clock and no scheduler. Terms are those of tc-netem(8); what a segment is called is as in Wireshark.

mod chance;
mod filter;
mod flags;
mod flow;
mod frame;
mod log;
mod netem;
pub mod pcapng;
mod said;
mod traveller;
mod unit;
mod wires;

pub use filter::Filter;
pub use flags::{Flags, Marks};
pub use frame::{Fate, WireFrame};
pub use log::Log;
pub use netem::{Netem, Setting};
pub use said::{Proto, Said, Segment};
pub use unit::{duration, percent, rate};
pub use wires::{Out, Wire};
