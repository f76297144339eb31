//! The error of a call into the component.

use std::fmt;

use wasmtime::Trap;

use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::error::{Cause, HostError};
use crate::names::kind_name;

/// Why a call into the component failed.
#[derive(Debug)]
pub enum CallError {
    /// The component returned an error.
    Azure(Box<AzureError>),
    /// The component trapped, or can't be called.
    Trap(TrapError),
}

impl CallError {
    /// The error that the component returned, unless it trapped.
    pub fn azure(&self) -> Option<&AzureError> {
        match self {
            Self::Azure(error) => Some(error),
            Self::Trap(_) => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Azure(error) => {
                write!(f, "{}: {}", kind_name(error.kind), error.message)?;
                match &error.hint {
                    Some(hint) => write!(f, "\n\nhint: {hint}"),
                    None => Ok(()),
                }
            }
            Self::Trap(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CallError {}

impl From<HostError> for CallError {
    fn from(error: HostError) -> Self {
        Self::Trap(TrapError::new(error))
    }
}

/// Why the component can't be called, or not any more.
#[derive(Debug)]
pub struct TrapError(pub(crate) anyhow::Error);

impl TrapError {
    /// An error that kept the component from being called.
    pub fn new(error: impl Into<Cause>) -> Self {
        Self(anyhow::Error::from_boxed(error.into()))
    }
}

impl fmt::Display for TrapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The error's own text begins with a backtrace of wasm functions; the cause stands below it.
        if let Some(limit) = self.0.downcast_ref::<MemoryLimit>() {
            return write!(f, "the component stopped: {limit}");
        }
        match self.0.downcast_ref::<Trap>() {
            Some(trap) => write!(f, "the component stopped, which is a bug of Keyfob, please report it: {trap}"),
            None => write!(f, "the component can't be called, which is a bug of Keyfob or of its host: {:#}", self.0),
        }
    }
}

impl std::error::Error for TrapError {}

/// An instance needs more memory than [`Host::max_memory`](crate::Host::max_memory) allows.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    /// The limit.
    pub(crate) bytes: usize,
}

impl fmt::Display for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it needs more memory than its limit of {} MiB", self.bytes >> 20)
    }
}

impl std::error::Error for MemoryLimit {}

impl From<AzureError> for CallError {
    fn from(error: AzureError) -> Self {
        Self::Azure(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_a_bug() {
        let error = wasmtime::Error::from(Trap::UnreachableCodeReached).context("a backtrace");
        let said = CallError::Trap(TrapError(error.into())).to_string();
        assert!(
            said.contains("bug of Keyfob, please report it: wasm trap: wasm `unreachable` instruction executed"),
            "{said}"
        );
    }
}
