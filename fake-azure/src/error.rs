//! The errors of the public functions.

use std::fmt;

/// A description cannot be used. [`Display`](fmt::Display) says what is wrong and where, and quotes no secret.
#[derive(Debug)]
pub struct DescriptionError {
    message: String,
}

/// The server or its certificate authority cannot be used. [`Display`](fmt::Display) says why, and quotes no key.
#[derive(Debug)]
pub struct ServerError {
    message: String,
}

impl DescriptionError {
    /// The error with the messages of all causes.
    pub(crate) fn new(error: &anyhow::Error) -> Self {
        Self { message: format!("{error:#}") }
    }
}

impl ServerError {
    /// The error with the messages of all causes.
    pub(crate) fn new(error: &anyhow::Error) -> Self {
        Self { message: format!("{error:#}") }
    }
}

impl fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DescriptionError {}

impl std::error::Error for ServerError {}
