//! The developer's sign-in whose token was used last, for the report of `keyfob doctor`.
//!
//! The endpoint names it in headers of its response, which other clients ignore: the command may also be the app that
//! `keyfob dev-identity` runs.

use std::sync::{Mutex, PoisonError};

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Response, Uri};

use super::chain::find_tool;
use super::endpoint::PATH;

/// The tool's credential.
const CREDENTIAL: HeaderName = HeaderName::from_static("x-keyfob-credential");
/// The account.
const ACCOUNT: HeaderName = HeaderName::from_static("x-keyfob-account");

/// A developer tool and its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// The tool's credential, such as `AzureCliCredential`.
    pub(crate) credential: &'static str,
    /// The account, if the token says it.
    pub(crate) account: Option<String>,
}

/// The longest account that is shown, in characters.
const LONGEST: usize = 120;

static LAST: Mutex<Option<SignIn>> = Mutex::new(None);

/// Adds the headers.
pub(super) fn with_headers(
    mut response: Response<String>,
    credential: &'static str,
    account: Option<&str>,
) -> Response<String> {
    response.headers_mut().insert(CREDENTIAL, HeaderValue::from_static(credential));
    if let Some(account) = account.and_then(|account| HeaderValue::from_bytes(account.as_bytes()).ok()) {
        response.headers_mut().insert(ACCOUNT, account);
    }
    response
}

/// Reads the headers of a response of the endpoint, which is on loopback.
pub(crate) fn record(url: &Uri, headers: &HeaderMap) {
    let is_endpoint = url.host() == Some("127.0.0.1") && url.path() == PATH;
    let text = |name| std::str::from_utf8(headers.get(name)?.as_bytes()).ok();
    let tool = text(CREDENTIAL).and_then(find_tool).filter(|_| is_endpoint);
    if let Some(tool) = tool {
        // Another program may listen there.
        let account = text(ACCOUNT).map(|account| account.chars().take(LONGEST).collect::<String>());
        let account = account.map(|account| account.replace(char::is_control, ""));
        let sign_in = SignIn { credential: tool.credential, account };
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(sign_in);
    }
}

/// The sign-in, if there was one.
pub(crate) fn last() -> Option<SignIn> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl std::fmt::Display for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.account {
            Some(account) => write!(f, "{}, signed in as {account}", self.credential),
            None => f.write_str(self.credential),
        }
    }
}
