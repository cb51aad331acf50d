//! Events as text: for people, with or without colour, and as JSON lines.
//!
//! It knows values, events and what the table says of calls. Colour is an argument; nothing is printed here.

mod align;
mod bind;
mod bless;
pub mod canon;
pub mod compare;
mod diagram;
mod diff;
mod differ;
mod given;
mod human;
mod json;
mod page;
pub mod rules;
mod scan;
mod table;
pub mod transcript;

pub use diff::painted;
pub use human::{Style, event, failure, program_error};
pub use json::{json, json_head};
pub use page::{WIDTH, page};

/// What stands before a line of a session.
pub const PROMPT: &str = "sockpit> ";
/// What stands before the further lines of a block.
pub const CONTINUATION: &str = "    ...> ";
