//! The `keyfob` command.
fn main() {}
