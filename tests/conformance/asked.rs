//! Requests in the form in which they are compared, and the rules that make them comparable.

use std::collections::BTreeMap;

use keyfob_host_test::egress::Recorded;
use keyfob_host_test::fake;

use crate::case::Case;

/// A request, as either player sent it. Header names are in lower case.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// How often each rule changed something, by its name.
pub type Rules = BTreeMap<&'static str, usize>;

/// Headers that decide what an endpoint answers.
const HEADERS: [&str; 4] = ["metadata", "x-identity-header", "secret", "authorization"];

impl Asked {
    /// A connection of which no more is known.
    pub fn connection(address: &str) -> Self {
        let (headers, body) = (BTreeMap::new(), String::new());
        Self { method: "CONNECT".to_owned(), url: address.to_owned(), headers, body }
    }

    /// Whether it asks a vault what it wants, before there is a token.
    pub fn is_challenge(&self) -> bool {
        let path = self.url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        path.is_some_and(|path| path.starts_with("secrets/")) && !self.headers.contains_key("authorization")
    }

    fn is_discovery(&self) -> bool {
        self.method == "GET"
            && (self.url.ends_with("/.well-known/openid-configuration")
                || self.url.contains("/common/discovery/instance?"))
    }

    fn is_probe(&self) -> bool {
        self.url.contains("/metadata/identity/oauth2/token?") && !self.headers.contains_key("metadata")
    }
}

impl From<&Recorded> for Asked {
    fn from(recorded: &Recorded) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = recorded.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
        Self { method: recorded.method.to_string(), url: recorded.url.clone(), headers, body: text(&recorded.body) }
    }
}

/// A request that was made so many times in a row.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub count: usize,
}

/// The requests by the rules. `spared` says that only the SDK sent requests for a challenge.
pub fn lines(asked: &[Asked], case: &Case, spared: bool, rules: &mut Rules) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for asked in asked {
        if asked.is_discovery() {
            *rules.entry("discovery").or_default() += 1;
            continue;
        }
        if spared && asked.is_challenge() {
            *rules.entry("challenge").or_default() += 1;
            continue;
        }
        let text = line(asked, case, rules);
        match lines.last_mut() {
            Some(last) if last.text == text => {
                last.count += 1;
                *rules.entry("repeat").or_default() += 1;
            }
            _ => lines.push(Line { text, count: 1 }),
        }
    }
    lines
}

fn line(asked: &Asked, case: &Case, rules: &mut Rules) -> String {
    let mut headers = asked.headers.clone();
    if asked.is_probe() {
        *rules.entry("probe").or_default() += 1;
        headers.insert("metadata".to_owned(), "true".to_owned());
    }
    let (place, query) = asked.url.split_once('?').unwrap_or((&asked.url, ""));
    let bare = place.trim_end_matches('/');
    if bare != place {
        *rules.entry("trailing slash").or_default() += 1;
    }
    let mut text = format!("{} {bare}", asked.method);
    let sorted = sorted(query, rules);
    if !sorted.is_empty() {
        text = format!("{text}?{sorted}");
    }
    for name in HEADERS {
        if let Some(value) = headers.get(name) {
            text = format!("{text} [{name}: {}]", speaks(value, case));
        }
    }
    if !asked.body.is_empty() {
        text = format!("{text} {{{}}}", sorted_form(&asked.body, rules));
    }
    text
}

fn sorted(query: &str, rules: &mut Rules) -> String {
    // One encoding: a client may leave a slash or a colon as it is.
    let mut fields: Vec<String> = query.split('&').filter(|field| !field.is_empty()).map(decoded).collect();
    let before = fields.clone();
    fields.sort();
    if fields != before {
        *rules.entry("order").or_default() += 1;
    }
    fields.join("&")
}

fn sorted_form(body: &str, rules: &mut Rules) -> String {
    let (kept, dropped): (Vec<&str>, Vec<&str>) = body.split('&').partition(|field| !field.starts_with("client_info="));
    *rules.entry("telemetry").or_default() += dropped.len();
    sorted(&kept.join("&"), rules)
}

/// Percent-decoded, where that gives text.
fn decoded(field: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => match (hex(rest.next()), hex(rest.next())) {
                (Some(high), Some(low)) => bytes.push(u8::try_from(high * 16 + low).unwrap()),
                _ => return field.to_owned(),
            },
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| field.to_owned())
}

/// A token by whom it speaks for: no two tokens are equal.
fn speaks(value: &str, case: &Case) -> String {
    match value.strip_prefix("Bearer ").and_then(fake::client_id) {
        Some(id) => format!("Bearer of {}", named(&id, case)),
        None => value.to_owned(),
    }
}

/// The name that the case has for a client id.
pub fn named(client_id: &str, case: &Case) -> String {
    let identity = case.azure.identities.iter().find(|identity| identity.client_id.eq_ignore_ascii_case(client_id));
    identity.map_or_else(|| client_id.to_owned(), |identity| identity.name.clone())
}
