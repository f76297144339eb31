//! Requests in the form in which they are compared. Each rule that makes them comparable has a name, a reason in
//! README.md, and a count in the table's footer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfob_test_support::case::Case;
use keyfob_test_support::fake;
use keyfob_test_support::host::egress::Recorded;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::differences::Differences;

/// A request, as either player sent it. Header names are in lower case.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// A request that was made so many times in a row.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub count: usize,
}

/// Headers that decide what an endpoint answers.
const HEADERS: [&str; 5] = ["metadata", "x-identity-header", "secret", "authorization", "content-type"];

impl Asked {
    /// A connection of which no more is known.
    pub fn connection(address: &str) -> Self {
        let (headers, body) = (BTreeMap::new(), String::new());
        Self { method: "CONNECT".to_owned(), url: address.to_owned(), headers, body }
    }

    /// Asks a vault what it wants, before there is a token.
    pub fn is_challenge(&self) -> bool {
        let path = self.url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        let folder = path.and_then(|path| path.split(['/', '?']).next());
        matches!(folder, Some("secrets" | "deletedsecrets")) && !self.headers.contains_key("authorization")
    }

    /// Asks Entra for its addresses.
    pub fn is_discovery(&self) -> bool {
        self.method == "GET"
            && (self.url.ends_with("/.well-known/openid-configuration")
                || self.url.contains("/common/discovery/instance?"))
    }

    /// Asks whether IMDS is there: without the header that it wants.
    pub fn is_probe(&self) -> bool {
        self.url.contains("/metadata/identity/oauth2/token?") && !self.headers.contains_key("metadata")
    }
}

impl From<&Recorded> for Asked {
    fn from(recorded: &Recorded) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = recorded.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
        let (method, url) = (recorded.method.to_string(), recorded.url.clone());
        Self { method, url, headers, body: text(&recorded.body) }
    }
}

/// Who sent the requests.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    Keyfob,
    Sdk,
}

/// Brings requests into the form in which they are compared.
pub struct Normal<'a> {
    pub case: &'a Case,
    pub side: Side,
    /// Only the SDK asked a vault for its challenge.
    pub spared: bool,
    pub differences: &'a Differences,
    pub counts: &'a mut BTreeMap<&'static str, usize>,
}

impl Normal<'_> {
    pub fn lines(&mut self, asked: &[Asked]) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (index, asked_now) in asked.iter().enumerate() {
            if asked_now.is_discovery() {
                self.count("discovery", true);
                continue;
            }
            if self.spared && asked_now.is_challenge() {
                self.count("challenge", true);
                continue;
            }
            let mut asked_now = asked_now.clone();
            if asked_now.is_probe() {
                self.count("probe", true);
                if asked.get(index + 1).is_some_and(|next| next.headers.contains_key("metadata")) {
                    continue;
                }
                // Nobody was there: what both would have asked.
                asked_now.headers.insert("metadata".to_owned(), "true".to_owned());
            }
            let text = self.line(&asked_now);
            match lines.last_mut() {
                Some(last) if last.text == text => {
                    last.count += 1;
                    self.count("repeat", true);
                }
                _ => lines.push(Line { text, count: 1 }),
            }
        }
        lines
    }

    fn count(&mut self, rule: &'static str, applied: bool) {
        *self.counts.entry(rule).or_default() += usize::from(applied);
    }

    fn line(&mut self, asked: &Asked) -> String {
        let (place, query) = asked.url.split_once('?').unwrap_or((&asked.url, ""));
        let bare = place.trim_end_matches('/');
        self.count("trailing slash", bare != place);
        let usual = usual_port(bare);
        self.count("port", usual != bare);
        let mut text = format!("{} {usual}", asked.method);
        let query = self.fields(query);
        if !query.is_empty() {
            text = format!("{text}?{query}");
        }
        for name in HEADERS {
            let empty = name == "content-type" && asked.body.is_empty();
            if let Some(value) = asked.headers.get(name) {
                self.count("content type", empty);
                if empty {
                    continue;
                }
                text = format!("{text} [{name}: {}]", self.speaks(value));
            }
        }
        if asked.body.is_empty() {
            return text;
        }
        if let Ok(json) = asked.body.parse::<Value>() {
            // The one way to write it.
            let written = json.to_string();
            self.count("json", written != asked.body);
            return format!("{text} {written}");
        }
        format!("{text} {{{}}}", self.fields(&asked.body))
    }

    /// A query or a form: decoded, because there is more than one way to encode, and sorted.
    fn fields(&mut self, text: &str) -> String {
        let mut fields = Vec::new();
        for field in text.split('&').filter(|field| !field.is_empty()) {
            let mut field = decoded(field);
            if let Some(value) = field.strip_prefix("claims=").and_then(|value| value.parse::<Value>().ok()) {
                field = format!("claims={value}");
            }
            if let Some(signed) = field.strip_prefix("client_assertion=").and_then(signed) {
                self.count("assertion", true);
                field = format!("client_assertion=<{signed}>");
            }
            if !self.differences.ignored(&field, self.side) {
                fields.push(field);
            }
        }
        let order = fields.clone();
        fields.sort();
        self.count("order", fields != order);
        fields.join("&")
    }

    /// A token by whom it speaks for: no two tokens are equal.
    fn speaks(&self, value: &str) -> String {
        match value.strip_prefix("Bearer ").and_then(fake::client_id) {
            Some(id) => format!("Bearer of {}", named(&id, self.case)),
            None => value.to_owned(),
        }
    }
}

/// What an assertion says that a client signed for itself; no two of those are equal.
fn signed(assertion: &str) -> Option<String> {
    let mut parts = assertion.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()
    });
    let (header, claims) = (parts.next()??, parts.next()??);
    let issuer = claims["iss"].as_str().filter(|issuer| claims["sub"] == *issuer)?;
    let chain = header["x5c"].as_array().map(|chain| format!(", with a chain of {}", chain.len()));
    Some(format!("{issuer} to {}{}", claims["aud"].as_str()?, chain.unwrap_or_default()))
}

/// Decoded, where that gives text.
fn decoded(field: &str) -> String {
    let spaces = field.replace('+', " ");
    percent_decode_str(&spaces).decode_utf8().map_or_else(|_| field.to_owned(), Cow::into_owned)
}

/// The URL without the port that https has anyway.
fn usual_port(url: &str) -> String {
    let split = url.strip_prefix("https://").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    match split.and_then(|(authority, path)| Some((authority.strip_suffix(":443")?, path))) {
        Some((host, path)) => format!("https://{host}/{path}"),
        None => url.to_owned(),
    }
}

/// The name that the case has for a client id.
pub fn named(client_id: &str, case: &Case) -> String {
    let identity = case.azure.identities.iter().find(|identity| identity.client_id.eq_ignore_ascii_case(client_id));
    identity.map_or_else(|| client_id.to_owned(), |identity| identity.name.clone())
}
