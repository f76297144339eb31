//! Events for the host's log, one a line. Nothing is logged unless `AZURE_LOG_LEVEL` is set, as in the Azure SDKs
//! (<https://learn.microsoft.com/javascript/api/overview/azure/logger-readme>).
//!
//! No line contains a secret, a token, a header value other than the request id, or a query value other than
//! `api-version`.

use crate::env::Env;
use crate::platform::{Platform, Request};
use crate::prelude::*;
use crate::secret::{SecretString, quote};

/// The log level. Each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Silent,
    /// Calls that failed.
    Error,
    /// Failed attempts that are retried.
    Warning,
    /// Responses, and which credential was used.
    Info,
    /// Requests, and tokens from the cache.
    Verbose,
}

/// The names of the levels in the Azure SDKs for JavaScript and Python.
const NAMES: [(&str, Level); 6] = [
    ("error", Level::Error),
    ("warning", Level::Warning),
    ("info", Level::Info),
    ("verbose", Level::Verbose),
    ("critical", Level::Error),
    ("debug", Level::Verbose),
];

impl Level {
    /// The level that the environment sets.
    pub(crate) fn from_env(env: &Env, platform: &dyn Platform) -> Self {
        let Some(value) = env.get("AZURE_LOG_LEVEL") else { return Self::Silent };
        match NAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(value)) {
            Some((_, level)) => level,
            None => {
                platform.log("keyfob: AZURE_LOG_LEVEL is not error, warning, info or verbose, so nothing is logged");
                Self::Silent
            }
        }
    }

    fn name(self) -> &'static str {
        NAMES.into_iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }
}

/// The log of one call.
#[derive(Clone, Copy)]
pub(crate) struct Log<'a> {
    pub(crate) platform: &'a dyn Platform,
    pub(crate) level: Level,
}

impl Log<'_> {
    /// Writes an event if its level is enabled. The text is made only then.
    pub(crate) fn write(&self, level: Level, event: &dyn Fn() -> String) {
        if level <= self.level {
            let line = event().replace("\n", " ");
            self.platform.log(&format!("keyfob: [{}] {line}", level.name()));
        }
    }
}

/// Method and URL of a request, without the values of its query. The link to the next page of a list is text of the
/// server and may echo `secrets`, so these are masked in the names too.
pub(crate) fn describe_request(request: &Request, secrets: &[SecretString]) -> String {
    let method = request.method.name();
    let scheme = if request.https { "https" } else { "http" };
    let mut line = format!("{method} {scheme}://{}", request.authority);
    for (number, part) in request.path.split(['?', '&']).enumerate() {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if number > 0 {
            line.push(if number == 1 { '?' } else { '&' });
        }
        line.push_str(name);
        if number > 0 {
            line.push('=');
            line.push_str(if name == "api-version" { value } else { "REDACTED" });
        }
    }
    quote(&line, secrets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Method;

    #[test]
    fn a_request_is_logged_without_query_values() {
        let mut request = Request {
            method: Method::Get,
            https: true,
            authority: "a.vault.azure.net".to_owned(),
            path: "/secrets?$skiptoken=canary&api-version=7.4&x".to_owned(),
            headers: vec![("authorization", SecretString::from("canary"))],
            body: SecretString::from("canary"),
            max_body: 0,
        };
        let logged = "GET https://a.vault.azure.net/secrets?$skiptoken=REDACTED&api-version=7.4&x=REDACTED";
        assert_eq!(describe_request(&request, &[]), logged);
        request.method = Method::Post;
        request.path = "/t/oauth2/v2.0/token\r\nforged".to_owned();
        assert_eq!(describe_request(&request, &[]), "POST https://a.vault.azure.net/t/oauth2/v2.0/token forged");
    }

    #[test]
    fn secrets_in_query_names_are_masked() {
        let request = Request {
            method: Method::Get,
            https: true,
            authority: "a.vault.azure.net".to_owned(),
            path: "/secrets?the-canary&can%61ry=1&a%2Fcanary=2".to_owned(),
            headers: Vec::new(),
            body: SecretString::default(),
            max_body: 0,
        };
        let logged = describe_request(&request, &["the-canary".into(), "a/canary".into()]);
        assert_eq!(
            logged,
            "GET https://a.vault.azure.net/secrets?REDACTED=REDACTED&can%61ry=REDACTED&REDACTED=REDACTED"
        );
    }
}
