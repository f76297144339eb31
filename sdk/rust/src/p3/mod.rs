//! The same calls for apps of WASI 0.3. They are `async`: while one waits, the app's other tasks go on.
//!
//! ```no_run
#![doc = include_str!("../../examples/get_secret_p3.rs")]
//! ```
//!
//! Everything that runs in the instance's own tasks can wait for these calls: a handler of spin-sdk 7, or what the crate wasip3
//! exports. A function `main` is a task of WASI 0.2, which a call of this module ends with a trap; so is the `block_on` of
//! wstd. They take the blocking calls.
//!
//! The app imports `keyfob:azure@0.2.0` from the component Keyfob for WASI 0.3, and the futures are not `Send`, because an
//! instance has one thread.
//!
//! # Every operation
//!
//! Lists are streams, and also have `next`.
//!
//! ```no_run
#![doc = include_str!("../../examples/manage_secrets_p3.rs")]
//! ```

/// Functions that wait: asynchronous ones.
macro_rules! waits {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($argument:tt)*) $(-> $result:ty)? $body:block
    )*) => {
        $(
            $(#[$attribute])*
            $visibility async fn $name($($argument)*) $(-> $result)? $body
        )*
    };
}

/// The result of a call of the interface that waits.
macro_rules! wait {
    ($call:expr) => {
        $call.await
    };
}

/// An argument of such a call, which owns its arguments until it has ended.
macro_rules! argument {
    ($borrowed:expr) => {
        $borrowed.to_owned()
    };
}

/// The module of the types, in the documentation.
macro_rules! module {
    () => {
        "keyfob::p3"
    };
}

/// What a call that waits ends with, in the documentation.
macro_rules! awaited {
    () => {
        ".await"
    };
}

mod bindings;
#[path = "../calls/mod.rs"]
mod calls;
mod lists;

pub use calls::*;

pub use crate::{
    AccessToken, Attempt, CacheInfo, Candidate, DeletedSecret, Error, ErrorKind, ManagedIdentityId, Outcome, Readiness,
    Result, Secret, SecretProperties, SecretValue,
};
