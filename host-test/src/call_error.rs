//! How a call into the component ends when it does not end well.

use std::fmt;

use wasmtime::Trap;

use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::names::kind_name;

/// A call that gave no result.
#[derive(Debug)]
pub enum CallError {
    /// The component's own answer.
    Azure(Box<AzureError>),
    /// The component trapped, or can't be called.
    Trap(anyhow::Error),
}

impl CallError {
    /// The component's answer, unless it trapped.
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
            // Above the trap stands a backtrace of wasm functions.
            Self::Trap(error) => match error.downcast_ref::<Trap>() {
                Some(trap) => write!(f, "the component stopped, which is a bug of Keyfob, please report it: {trap}"),
                None => write!(f, "the component can't be called, which is a bug of Keyfob or of its host: {error:#}"),
            },
        }
    }
}

impl std::error::Error for CallError {}

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
        let said = CallError::Trap(error.into()).to_string();
        assert!(
            said.contains("bug of Keyfob, please report it: wasm trap: wasm `unreachable` instruction executed"),
            "{said}"
        );
    }
}
