//! The developer's own sign-in: `keyfob dev-identity`, and `--dev`.

mod desk;
mod served;
mod tools;
