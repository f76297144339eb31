//! The error type: what was tried, how Azure responded, and a hint what to change.

use core::fmt;

use crate::diagnosis::Hint;
use crate::prelude::*;

/// The result of every fallible operation of this crate.
pub type Result<T, E = Box<Error>> = core::result::Result<T, E>;

/// The kind of an error, as a closed set. It matches `error-kind` of the WIT package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// An argument or an environment variable is invalid. Nothing was sent.
    InvalidArgument,
    /// No credential is configured or available in this environment.
    CredentialUnavailable,
    /// A credential was configured, and Azure refused it or its endpoint failed.
    AuthenticationFailed,
    /// The vault has no such secret or version.
    NotFound,
    /// The identity has no permission for this operation.
    Forbidden,
    /// The secret is deleted but recoverable, or is being deleted or recovered.
    Conflict,
    /// Too many requests.
    Throttled,
    /// The deadline of the call passed.
    TimedOut,
    /// The host runtime denied the outgoing request.
    DeniedByHost,
    /// No connection, or the connection broke.
    Transport,
    /// The response does not follow the service's protocol.
    UnexpectedReply,
    /// Azure supports it, this component does not.
    Unsupported,
    /// Any other error response of the vault.
    Service,
    /// None of these.
    Other,
}

/// How the attempt of one credential ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The credential is not available here; the chain tried the next one.
    Unavailable,
    /// The credential is configured and failed; the chain stopped.
    Failed,
    /// The credential can't work inside a component.
    NotSupported,
}

/// The attempt of one credential, as a chain reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// The reason, in one line.
    pub message: String,
}

/// Every failure. A chain goes on to its next credential after [`ErrorKind::CredentialUnavailable`] and
/// [`ErrorKind::Unsupported`], and stops after any other kind.
#[derive(Clone, Debug)]
pub struct Error {
    /// The kind, for programs to match on.
    pub kind: ErrorKind,
    /// What was tried and how the service responded.
    pub message: String,
    /// What to change.
    pub hint: Option<Hint>,
    /// Every credential that was tried, in order; empty if the error does not come from a chain.
    pub attempts: Vec<Attempt>,
    /// The HTTP status of the response that caused the error.
    pub status: Option<u16>,
    /// The service's own error code.
    pub code: Option<String>,
    /// The delay that the service asked for, in whole seconds.
    pub retry_after: Option<u64>,
    /// Further names and values, such as request ids, and `step` = `get-token` if a client got no token for its request.
    pub details: Vec<(&'static str, String)>,
}

impl Error {
    /// An error of this kind with a message and nothing else.
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

    /// The error of a credential that is not available here.
    pub(crate) fn unavailable(message: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::CredentialUnavailable, message)
    }

    /// The error of an invalid argument or variable.
    pub(crate) fn invalid(message: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// What is wrong, in one sentence: the cause that the hint names, else what happened.
    pub(crate) fn cause(&self) -> &str {
        match &self.hint {
            Some(hint) if !hint.cause.is_empty() => &hint.cause,
            _ => &self.message,
        }
    }

    /// The error as a credential with this name returns it. If a service answered, the cause comes first and what it said
    /// second; else what happened is the cause. The error of a chain, which lists its attempts, is returned as it is.
    pub(crate) fn titled(mut self: Box<Self>, name: &str) -> Box<Self> {
        if self.attempts.is_empty() {
            let mut message = name.to_owned() + ": ";
            if self.status.is_some() && self.cause() != self.message {
                message.push_str(&sentence(self.cause()));
                message.push(' ');
            }
            message.push_str(&self.message);
            self.message = message;
        }
        self
    }

    /// The error in one line of a log: the message, and what each credential of a chain said.
    pub(crate) fn log_line(&self) -> String {
        let mut line = self.message.clone();
        for Attempt { credential, message, .. } in &self.attempts {
            for part in [" ", credential, ": ", message, ";"] {
                line.push_str(part);
            }
        }
        line
    }

    /// Adds a hint.
    pub(crate) fn with_hint(mut self: Box<Self>, hint: Hint) -> Box<Self> {
        self.hint = Some(hint);
        self
    }
}

/// The text with a full stop, unless it ends in punctuation.
pub(crate) fn sentence(text: &str) -> String {
    let is_ended = matches!(text.as_bytes().last(), Some(b'.' | b'!' | b'?'));
    text.to_owned() + if is_ended { "" } else { "." }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}
