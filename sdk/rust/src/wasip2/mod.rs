//! The calls over WASI 0.2, which block until they have an answer.

/// Functions that wait, as they stand.
macro_rules! waits {
    ($($functions:tt)*) => { $($functions)* };
}

/// The result of a call of the interface that waits.
macro_rules! wait {
    ($call:expr) => {
        $call
    };
}

/// An argument of such a call.
macro_rules! argument {
    ($borrowed:expr) => {
        $borrowed
    };
}

/// The module of the types, in the documentation.
macro_rules! module {
    () => {
        "keyfob"
    };
}

/// What a call that waits ends with, in the documentation.
macro_rules! awaited {
    () => {
        ""
    };
}

mod bindings;
#[path = "../calls/mod.rs"]
mod calls;
mod lists;

pub use calls::*;
