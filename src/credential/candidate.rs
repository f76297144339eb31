//! What a credential is set up to do, told before it does it.

use crate::diagnosis::Hint;
use crate::error::ErrorKind;
use crate::prelude::*;

/// What one credential would do when a token is asked for; the same as `candidate` of the WIT package.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// Whether it would be asked.
    pub readiness: Readiness,
    /// What it would ask for, as which identity, and what told it so; else what it lacks.
    pub message: String,
    /// What to change.
    pub hint: Option<Hint>,
    /// The variables that are set and that it looks at.
    pub variables: Vec<&'static str>,
    /// More names and values.
    pub details: Vec<(&'static str, String)>,
}

/// Whether a credential would be asked for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// All that it needs is set.
    Ready,
    /// Only asking tells whether it is there.
    Unproven,
    /// It can't be used here; the chain goes on.
    Unavailable,
    /// It is set up with something invalid; the chain stops.
    Failed,
    /// It can't exist inside a component.
    NotSupported,
    /// It is not in the chain.
    Excluded,
}

impl Candidate {
    /// One that would be asked.
    pub(super) fn ready(credential: &'static str, message: String) -> Self {
        Self::new(credential, Readiness::Ready, message)
    }

    /// One that was left out of the chain.
    pub(super) fn excluded(credential: &'static str, by: &str) -> Self {
        Self::new(credential, Readiness::Excluded, format!("left out of the chain by {by}"))
    }

    /// One whose making ended with this kind of error.
    pub(super) fn from_error(credential: &'static str, kind: ErrorKind, message: String) -> Self {
        let readiness = match kind {
            ErrorKind::CredentialUnavailable => Readiness::Unavailable,
            ErrorKind::Unsupported => Readiness::NotSupported,
            _ => Readiness::Failed,
        };
        Self::new(credential, readiness, message)
    }

    fn new(credential: &'static str, readiness: Readiness, message: String) -> Self {
        Self { credential, readiness, message, hint: None, variables: Vec::new(), details: Vec::new() }
    }
}
