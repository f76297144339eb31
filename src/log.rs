//! What happened, an event a line, for the host's log. Silent unless `AZURE_LOG_LEVEL` asks for it, as in the Azure SDKs
//! (<https://learn.microsoft.com/javascript/api/overview/azure/logger-readme>).
//!
//! No line holds a secret, a token, a header's value (but the request id) or a query's (but the version's).

use crate::env::Env;
use crate::platform::{Platform, Request};
use crate::prelude::*;
use crate::secret::{SecretString, quote};
use crate::text::replace;

/// How much is told; each holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Silent,
    /// Calls that failed.
    Error,
    /// Attempts that failed and are made again.
    Warning,
    /// Answers, and which credential was used.
    Info,
    /// Requests, and tokens from memory.
    Verbose,
}

/// The levels, by their names in the Azure SDKs for JavaScript and for Python.
const NAMES: [(&str, Level); 6] = [
    ("error", Level::Error),
    ("warning", Level::Warning),
    ("info", Level::Info),
    ("verbose", Level::Verbose),
    ("critical", Level::Error),
    ("debug", Level::Verbose),
];

impl Level {
    /// The level that the environment asks for.
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

/// Where a call tells what happens.
#[derive(Clone, Copy)]
pub(crate) struct Log<'a> {
    pub(crate) platform: &'a dyn Platform,
    pub(crate) level: Level,
}

impl Log<'_> {
    /// Tells an event, if somebody wants to know.
    pub(crate) fn write(&self, level: Level, event: &dyn Fn() -> String) {
        if level <= self.level {
            let line = replace(&event(), "\n", " ");
            self.platform.log(&format!("keyfob: [{}] {line}", level.name()));
        }
    }
}

/// Method and URL of a request, for a log. The names of its query are a vault's own text where it continues a list, and
/// may echo `secrets`.
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
    fn a_request_is_told_without_its_values() {
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
    fn an_echo_in_a_querys_names_is_masked() {
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
