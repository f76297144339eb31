//! The description of a credential's configuration, which `explain` returns without sending anything.

use crate::diagnosis::Hint;
use crate::error::ErrorKind;
use crate::prelude::*;

/// What one credential would do for a token request. It matches `candidate` of the WIT package.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// Whether the credential would be tried.
    pub readiness: Readiness,
    /// The source, the identity, and the settings that selected them; or what is missing.
    pub message: String,
    /// What to change, if something is wrong.
    pub hint: Option<Hint>,
    /// The environment variables that are set and that the credential reads.
    pub variables: Vec<&'static str>,
    /// Further names and values.
    pub details: Vec<(&'static str, String)>,
}

/// Whether a credential would be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Everything that the credential needs is configured.
    Ready,
    /// Only a request can tell whether the source exists.
    Unproven,
    /// The credential is not available; the chain goes on.
    Unavailable,
    /// The configuration is invalid; the chain stops.
    Failed,
    /// The credential can't work inside a component.
    NotSupported,
    /// The credential is excluded from the chain.
    Excluded,
}

impl Candidate {
    /// A credential that would be tried.
    pub(super) fn ready(credential: &'static str, message: String) -> Self {
        Self::new(credential, Readiness::Ready, message)
    }

    /// A credential that `by` excludes from the chain.
    pub(super) fn excluded(credential: &'static str, by: &str) -> Self {
        Self::new(credential, Readiness::Excluded, format!("left out of the chain by {by}"))
    }

    /// A credential that could not be made, for an error of this kind.
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
