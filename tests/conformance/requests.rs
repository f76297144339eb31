//! Brings requests into a form in which they can be compared. Each rule for that has a name, a reason in README.md, and
//! a count below the table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfob_test_support::case::Case;
use keyfob_test_support::fake;
use keyfob_test_support::host::egress::RecordedRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::differences::Differences;

/// A request that one of the players sent. Header names are in lower case.
#[derive(Clone, Debug)]
pub struct SentRequest {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// A request, and how many times in a row it was sent.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub count: usize,
}

/// Headers that decide what an endpoint answers.
const HEADERS: [&str; 5] = ["metadata", "x-identity-header", "secret", "authorization", "content-type"];

impl SentRequest {
    /// A connection of which only the address is known.
    pub fn connection(address: &str) -> Self {
        let (headers, body) = (BTreeMap::new(), String::new());
        Self { method: "CONNECT".to_owned(), url: address.to_owned(), headers, body }
    }

    /// Whether it goes to a vault without a token, to get the vault's challenge.
    pub fn is_challenge(&self) -> bool {
        let path = self.url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        let folder = path.and_then(|path| path.split(['/', '?']).next());
        matches!(folder, Some("secrets" | "deletedsecrets")) && !self.headers.contains_key("authorization")
    }

    /// Whether it asks Entra for its endpoints.
    pub fn is_discovery(&self) -> bool {
        self.method == "GET"
            && (self.url.ends_with("/.well-known/openid-configuration")
                || self.url.contains("/common/discovery/instance?"))
    }

    /// Whether it only asks if IMDS is there: it lacks the header that IMDS requires.
    pub fn is_probe(&self) -> bool {
        self.url.contains("/metadata/identity/oauth2/token?") && !self.headers.contains_key("metadata")
    }
}

impl From<&RecordedRequest> for SentRequest {
    fn from(recorded: &RecordedRequest) -> Self {
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

/// Normalizes the requests of one side.
pub struct Normalizer<'a> {
    pub case: &'a Case,
    pub side: Side,
    /// Only the SDK sent a request for a vault's challenge.
    pub spared: bool,
    pub differences: &'a Differences,
    pub counts: &'a mut BTreeMap<&'static str, usize>,
}

impl Normalizer<'_> {
    pub fn lines(&mut self, asked: &[SentRequest]) -> Vec<Line> {
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
                // IMDS did not answer: the probe stands for the request that would have followed.
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

    fn line(&mut self, asked: &SentRequest) -> String {
        let (place, query) = asked.url.split_once('?').unwrap_or((&asked.url, ""));
        let bare = place.trim_end_matches('/');
        self.count("trailing slash", bare != place);
        let usual = without_default_port(bare);
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
                text = format!("{text} [{name}: {}]", self.token_owner(value));
            }
        }
        if asked.body.is_empty() {
            return text;
        }
        if let Ok(json) = asked.body.parse::<Value>() {
            // Serialized again, so that white space does not differ.
            let written = json.to_string();
            self.count("json", written != asked.body);
            return format!("{text} {written}");
        }
        format!("{text} {{{}}}", self.fields(&asked.body))
    }

    /// The fields of a query or a form, decoded and sorted: encoding and order may differ.
    fn fields(&mut self, text: &str) -> String {
        let mut fields = Vec::new();
        for field in text.split('&').filter(|field| !field.is_empty()) {
            let mut field = decoded(field);
            if let Some(value) = field.strip_prefix("claims=").and_then(|value| value.parse::<Value>().ok()) {
                field = format!("claims={value}");
            }
            if let Some(signed) = field.strip_prefix("client_assertion=").and_then(describe_assertion) {
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

    /// A bearer token by the identity that it is for, as no two tokens are equal.
    fn token_owner(&self, value: &str) -> String {
        match value.strip_prefix("Bearer ").and_then(fake::client_id) {
            Some(id) => format!("Bearer of {}", identity_name(&id, self.case)),
            None => value.to_owned(),
        }
    }
}

/// The issuer, audience and chain of an assertion that a client signed itself, as no two of those are equal.
fn describe_assertion(assertion: &str) -> Option<String> {
    let mut parts = assertion.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()
    });
    let (header, claims) = (parts.next()??, parts.next()??);
    let issuer = claims["iss"].as_str().filter(|issuer| claims["sub"] == *issuer)?;
    let chain = header["x5c"].as_array().map(|chain| format!(", with a chain of {}", chain.len()));
    Some(format!("{issuer} to {}{}", claims["aud"].as_str()?, chain.unwrap_or_default()))
}

/// The decoded text; the text itself if its bytes are not UTF-8.
fn decoded(field: &str) -> String {
    let spaces = field.replace('+', " ");
    percent_decode_str(&spaces).decode_utf8().map_or_else(|_| field.to_owned(), Cow::into_owned)
}

/// The URL without the port 443.
fn without_default_port(url: &str) -> String {
    let split = url.strip_prefix("https://").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    match split.and_then(|(authority, path)| Some((authority.strip_suffix(":443")?, path))) {
        Some((host, path)) => format!("https://{host}/{path}"),
        None => url.to_owned(),
    }
}

/// The name of the identity with this client id in the case.
pub fn identity_name(client_id: &str, case: &Case) -> String {
    let identity = case.azure.identities.iter().find(|identity| identity.client_id.eq_ignore_ascii_case(client_id));
    identity.map_or_else(|| client_id.to_owned(), |identity| identity.name.clone())
}
