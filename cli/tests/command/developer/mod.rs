//! The developer's own sign-in: `keyfob dev-identity`, and `--dev`.

mod chain;
mod dev_identity;
mod dev_option;
mod endpoint;
mod machine;
mod server;
mod token_cache;
mod tool_outputs;
