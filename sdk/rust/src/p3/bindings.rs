//! Generated from `wit-0.2/`. Private, because its records print tokens and values with `Debug`.

#![allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    reason = "generated; wit-0.2/ holds the documentation"
)]

wit_bindgen::generate!({ path: "wit-0.2", world: "imports", generate_all });

pub(super) use self::keyfob::azure::{identity, secrets, simple, types};
