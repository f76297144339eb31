//! What the server reports to the developer.

use std::fmt;

use http::StatusCode;

use crate::date::format_utc;

/// An event of the server. Its `Display` is one line without secrets.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Event {
    /// A token was returned.
    TokenIssued {
        /// The resource that the token is for.
        resource: String,
        /// The credential of the tool that returned it, such as `AzureCliCredential`.
        credential: &'static str,
        /// Who is signed in to the tool, if the token says it.
        account: Option<String>,
        /// The expiry, in unix seconds.
        expires_on: u64,
        /// The token came from the cache; no tool was started.
        from_cache: bool,
    },
    /// The request failed.
    RequestRefused {
        /// The response's status.
        status: StatusCode,
        /// The response's message.
        message: String,
    },
    /// Refusals that were not reported.
    LeftOut(String),
    /// The request selected a managed identity, and the developer's identity was used instead. Reported once.
    IdIgnored {
        /// The query parameter, such as `client_id`.
        parameter: &'static str,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenIssued { resource, credential, account, expires_on, from_cache } => {
                let again = if *from_cache { ", from the cache" } else { "" };
                let account = account.as_ref().map(|account| format!(", signed in as {account}")).unwrap_or_default();
                write!(f, "{resource}: {credential}, until {}{again}{account}", format_utc(*expires_on))
            }
            Self::RequestRefused { status, message } => write!(f, "{}: {message}", status.as_u16()),
            Self::LeftOut(how_many) => f.write_str(how_many),
            Self::IdIgnored { parameter } => write!(
                f,
                "the app asks for a managed identity by {parameter}, which does not exist on this machine: your own identity is used"
            ),
        }
    }
}
