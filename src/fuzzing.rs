//! Entry points for `fuzz/`: parsers of untrusted input that can't be reached on their own through a credential or a
//! client. The module exists only in cargo-fuzz builds (`--cfg fuzzing`).

use core::time::Duration;

use crate::json::{self, Value};
use crate::platform::Response;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::url::Url;
use crate::{date, http, secret, text};

/// The parts of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlParts {
    /// The scheme is https.
    pub https: bool,
    /// The host alone.
    pub host: String,
    /// The port, unless it is the scheme's default.
    pub port: Option<u16>,
    /// Path and query.
    pub path: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The host is this machine.
    pub is_loopback: bool,
    /// An identity header may go there without TLS.
    pub is_local: bool,
}

/// Reads a URL.
#[must_use]
pub fn url(text: &str) -> Option<UrlParts> {
    let url = Url::parse(text).ok()?;
    let (origin, is_loopback, is_local) = (url.origin(), url.is_loopback(), url.is_local());
    let Url { https, host, port, path } = url;
    Some(UrlParts { https, host, port, path, origin, is_loopback, is_local })
}

/// Reads the members of these names of a JSON document, each with its value as it is written.
///
/// # Errors
/// What is wrong with it.
pub fn json_members<'t>(
    bytes: &'t [u8],
    names: &[&'static str],
) -> core::result::Result<Vec<(&'static str, &'t str)>, &'static str> {
    let object = json::object(bytes, names)?;
    Ok(names.iter().filter_map(|name| Some((*name, object.get(name)?.as_written()))).collect())
}

/// Reads a JSON document that is a string.
#[must_use]
pub fn json_text(bytes: &[u8]) -> Option<String> {
    Value::parse(bytes).ok()?.text()
}

/// Reads a JSON document that is an integer, or a string that contains one.
#[must_use]
pub fn json_number(bytes: &[u8]) -> Option<u64> {
    Value::parse(bytes).ok()?.number()
}

/// Sets a member of a JSON document.
#[must_use]
pub fn json_with_member(bytes: &[u8], path: &[&str], json: &str) -> Option<String> {
    Value::parse(bytes).ok()?.with_member(path, json)
}

/// Reads the expiry of a token, in unix seconds.
#[must_use]
pub fn expiry(text: &str) -> Option<u64> {
    date::parse_expiry(text)
}

/// Reads an HTTP date, in unix seconds.
#[must_use]
pub fn http_date(text: &str) -> Option<u64> {
    date::http(text)
}

/// Reads the delay that a response with this header asks for.
#[must_use]
pub fn retry_after(name: &str, value: &str, now: u64) -> Option<Duration> {
    let headers = vec![(name.to_owned(), SecretString::from(value))];
    http::retry_after(&Response { status: 429, headers, body: Vec::new().into() }, now)
}

/// Prepares a field of a response for an error message.
#[must_use]
pub fn quote(text: &str, secrets: &[&str]) -> String {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    secret::quote(text, &secrets)
}

/// Decodes base64url without padding.
#[must_use]
pub fn base64url(text: &str) -> Option<Vec<u8>> {
    text::base64url(text)
}

/// Decodes base64 in lines.
#[cfg(feature = "certificate")]
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    text::base64(text)
}

/// Encodes as base64url without padding, and as base64 with it.
#[cfg(feature = "certificate")]
#[must_use]
pub fn to_base64(bytes: &[u8]) -> (String, String) {
    (text::to_base64url(bytes), text::to_base64(bytes))
}

/// Percent-encodes a value.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    text::encode(text)
}
