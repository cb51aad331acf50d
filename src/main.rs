//! The sockpit program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sockpit::front::main()
}
