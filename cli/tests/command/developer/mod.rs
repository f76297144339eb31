//! The developer's own sign-in: `keyfob dev-identity`, and `--dev`.

mod chain;
mod desk;
mod dev;
mod endpoint;
mod memory;
mod served;
mod tools;
mod verb;
