//! How the program is linked.

use std::env;

/// The program's place in memory is known when it is linked. Moved to another one, it would mend some 12,000 addresses
/// at each start, and copy the pages that they stand in: a third of the time that a short script takes.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let cfg = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let is_static = cfg("FEATURE").split(',').any(|feature| feature == "crt-static");
    if cfg("OS") == "linux" && cfg("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // What unwinds a panic is a part of it then, and no library of its own that is looked up and mapped at each start.
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}
