//! The error of every call.

mod text;

use std::fmt;
use std::time::Duration;

/// The result of every call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed. No part of it contains a secret, a token, a header or an assertion.
///
/// `Display` and `Debug` are the same text, for a person: the cause, the credentials that were tried, and what to change. A
/// program whose `main` returns this error prints it as it should be read:
///
/// ```text
/// Error: DefaultAzureCredential: App Service must be told which identity to use.
///
/// Attempted credentials:
///   EnvironmentCredential      not set: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
///   …
///
/// Fix:
///   Set AZURE_CLIENT_ID to the client id of the app's user-assigned identity, …
/// ```
///
/// The texts may change in any version. Programs decide by [`kind`](Self::kind), [`status`](Self::status) and
/// [`code`](Self::code).
#[derive(Clone)]
pub struct Error(pub(crate) Box<Parts>);

/// What an error is made of. In a box, so that every `Result` is small.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) details: Vec<(String, String)>,
}

impl Error {
    /// What the crate itself refuses.
    pub(crate) fn invalid_argument(message: &str, hint: &str) -> Self {
        Self(Box::new(Parts {
            kind: ErrorKind::InvalidArgument,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
            attempts: Vec::new(),
            status: None,
            code: None,
            retry_after: None,
            details: Vec::new(),
        }))
    }

    /// The category, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The cause, in one line. Outside of a chain also what was attempted, as which identity, and what Azure answered.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The change that is expected to solve it, if one is known: a step in each line, the main change first.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The credentials that were tried, in order. Empty if the call used no chain.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// The HTTP status of the decisive answer, 100 to 599.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's error code, such as `AADSTS7000215`, `ForbiddenByRbac` or `SecretNotFound`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The delay after which the service allows the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The id under which Key Vault knows the request (`x-ms-request-id`), or Microsoft Entra ID (`correlation_id`). Azure's
    /// support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.detail("x-ms-request-id").or_else(|| self.detail("correlation_id"))
    }

    /// The detail of this name, such as `source`, `client-id`, `x-ms-request-id` or `trace_id`.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All details: names and values. A later version may add names.
    pub fn details(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.details.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self.message(), self.attempts(), self.hint())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// The category of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument, an option or an environment variable is malformed or out of range. Nothing was sent.
    InvalidArgument,
    /// No credential can be used in this environment. [`Error::attempts`] has the reason for each of them.
    CredentialUnavailable,
    /// A credential is configured, and Microsoft Entra ID or the identity endpoint rejected it or failed.
    AuthenticationFailed,
    /// The vault has no secret of that name, or no such version of it.
    NotFound,
    /// The vault knows the identity, and the identity or its network lacks the permission.
    Forbidden,
    /// The secret's name is taken by a deleted secret, or the secret is being deleted or recovered.
    Conflict,
    /// The service limits the rate of requests. [`Error::retry_after`] has the delay, where the service gave one.
    Throttled,
    /// The call's timeout ended before the call did.
    TimedOut,
    /// The host runtime does not allow the component to send this request.
    DeniedByHost,
    /// There is no usable connection: the name does not resolve, or the connection is refused, reset or not trusted.
    Transport,
    /// The answer does not follow the protocol, such as HTML, truncated JSON, or a challenge for another resource.
    UnexpectedReply,
    /// Azure offers this, and Keyfob does not.
    Unsupported,
    /// Any other error status of the vault.
    Service,
    /// None of these.
    Other,
}

/// The attempt to use one credential of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The credential's class name in the Azure SDKs, such as `ManagedIdentityCredential`.
    pub credential: String,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// The reason, in one line.
    pub message: String,
}

/// How the attempt to use one credential of a chain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The credential can't be used in this environment. The chain tried the next one.
    Unavailable,
    /// The credential is configured, and failed. The chain stopped.
    Failed,
    /// The credential can't exist inside a WebAssembly component. The message names an alternative.
    NotSupported,
}

#[cfg(test)]
mod tests;
