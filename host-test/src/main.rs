//! The `keyfob` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyfob_host_test::command::main()
}
