//! What a server has to tell the developer.

use std::fmt;

use http::StatusCode;
use jiff::Timestamp;

/// Something that happened. Shown, it is one line without secrets.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Event {
    /// A token was given.
    TokenIssued {
        /// What it is for.
        resource: String,
        /// The credential whose tool gave it, such as `AzureCliCredential`.
        credential: &'static str,
        /// Its end, in unix seconds.
        expires_on: u64,
        /// No tool had to be started.
        from_cache: bool,
    },
    /// No token was given.
    RequestRefused {
        /// The answer's status.
        status: StatusCode,
        /// The answer's message.
        message: String,
    },
    /// A managed identity was asked for by this parameter, and the developer's own answers. Told once.
    IdIgnored {
        /// Such as `client_id`.
        parameter: &'static str,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenIssued { resource, credential, expires_on, from_cache } => {
                let again = if *from_cache { ", from memory" } else { "" };
                let end = i64::try_from(*expires_on).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
                match end {
                    Some(end) => write!(f, "{resource}: {credential}, until {end}{again}"),
                    None => write!(f, "{resource}: {credential}{again}"),
                }
            }
            Self::RequestRefused { status, message } => write!(f, "{}: {message}", status.as_u16()),
            Self::IdIgnored { parameter } => write!(
                f,
                "the app asks for a managed identity by {parameter}, which is not on this machine: your own identity answers"
            ),
        }
    }
}
