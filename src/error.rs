//! The one error: what was tried, what Azure answered, what to change.

use core::fmt;

use crate::diagnosis::Hint;
use crate::prelude::*;

/// The result of everything here that can fail.
pub type Result<T, E = Box<Error>> = core::result::Result<T, E>;

/// What went wrong, as a closed set; the same as `error-kind` of the WIT package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// An argument or a variable is not what it claims to be; nothing was sent.
    InvalidArgument,
    /// No credential could be used here.
    CredentialUnavailable,
    /// A credential was usable and was refused, or its endpoint failed.
    AuthenticationFailed,
    /// The vault has no such secret or version.
    NotFound,
    /// The identity is known and may not do this.
    Forbidden,
    /// The secret is deleted but recoverable, or being deleted.
    Conflict,
    /// Too many requests.
    Throttled,
    /// The deadline passed first.
    TimedOut,
    /// The host runtime did not let the request out.
    DeniedByHost,
    /// No usable connection.
    Transport,
    /// An answer that the protocol does not know.
    UnexpectedReply,
    /// Known to Azure, not to this component.
    Unsupported,
    /// Any other answer of the vault.
    Service,
    /// None of these.
    Other,
}

/// How an attempt of one credential ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It can't be used here; the chain went on.
    Unavailable,
    /// It was meant, and failed; the chain stopped.
    Failed,
    /// It can't exist inside a component.
    NotSupported,
}

/// One line of a chain's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in one line.
    pub message: String,
}

/// Every failure. In a chain the kind decides: [`ErrorKind::CredentialUnavailable`] and [`ErrorKind::Unsupported`] go on
/// to the next credential, any other stops.
#[derive(Clone, Debug)]
pub struct Error {
    /// The kind to match on.
    pub kind: ErrorKind,
    /// What was tried and what was answered.
    pub message: String,
    /// What to change.
    pub hint: Option<Hint>,
    /// Every credential that was tried, in order; empty when no chain was walked.
    pub attempts: Vec<Attempt>,
    /// The HTTP status of the answer that decided.
    pub status: Option<u16>,
    /// The service's own code.
    pub code: Option<String>,
    /// The delay that the service asked for, in whole seconds.
    pub retry_after: Option<u64>,
    /// More names and values.
    pub details: Vec<(&'static str, String)>,
}

impl Error {
    /// An error of this kind, to be completed with the methods below.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            message: message.into(),
            hint: None,
            attempts: Vec::new(),
            status: None,
            code: None,
            retry_after: None,
            details: Vec::new(),
        })
    }

    /// A credential that can't be used here.
    pub(crate) fn unavailable(message: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::CredentialUnavailable, message)
    }

    /// An argument or a variable that is not what it claims to be.
    pub(crate) fn invalid(message: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// Adds the cure.
    pub(crate) fn with_hint(mut self: Box<Self>, hint: Hint) -> Box<Self> {
        self.hint = Some(hint);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}
