//! A program before it runs: from statements to code.
//!
//! Pure: it knows the language, values and the table of calls; no world, no session. Names become slots and words
//! become values or what gives them; which word of a call is which parameter is found out here, for running it, for
//! help's Python, and for a line that is still being typed.

pub(crate) mod arrange;
mod bind;
mod blocks;
mod code;
mod compile;
mod faults;
mod locals;
mod meant;
mod misfit;
mod scope;

pub(crate) use code::{
    After, ArgCode, Callee, Code, ExprCode, Function, Op, Operand, PickCode, SHOW, Site, Slot, takes,
};
pub(crate) use compile::{compile, snippet};
pub(crate) use faults::{Fault, faults};
pub(crate) use meant::meant;
pub(crate) use misfit::Written;
pub(crate) use scope::{Scope, Symbols};
