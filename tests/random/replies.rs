//! Strategies for random replies: changed replies of the services, replies that no service gives, and replies that
//! break HTTP or JSON.

use std::collections::BTreeMap;

use keyfob_test_support::fake::{ConnectFault, Fault};
use keyfob_test_support::wire::BodyEnd;
use proptest::prelude::*;
use proptest::{collection, option, sample};

/// The names of JSON members that Keyfob reads, and some others.
const NAMES: &[&str] = &[
    "expires_on",
    "expires_in",
    "refresh_in",
    "refresh_on",
    "token_type",
    "resource",
    "client_id",
    "error",
    "error_description",
    "error_codes",
    "correlation_id",
    "trace_id",
    "message",
    "statusCode",
    "code",
    "innererror",
    "value",
    "id",
    "name",
    "attributes",
    "enabled",
    "nbf",
    "exp",
    "created",
    "updated",
    "recoverableDays",
    "recoveryLevel",
    "contentType",
    "tags",
    "managed",
    "kid",
    "nextLink",
    "deletedDate",
    "a",
];

/// Values for JSON members and bodies.
const TEXTS: &[&str] = &[
    "",
    " ",
    "0",
    "-1",
    "1",
    "3599",
    "1796083201",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "0x10",
    "12/1/2026 3:04:05 PM +00:00",
    "2026-12-01T03:04:05Z",
    "9999-12-31T23:59:59Z",
    "Tue, 01 Dec 2026 00:00:05 GMT",
    "Bearer",
    "true",
    "null",
    "@echo",
    "@token",
    "AADSTS700016: @echo",
    "AADSTS99999999999999999999: x",
    "Forbidden",
    "ForbiddenByRbac",
    "SecretNotFound",
    "invalid_client",
    "\u{0}",
    "\r\nforged: line",
    "\u{1b}[2J\u{202e}",
    "é\u{1f511}",
    "https://evil.example/",
    "https://story-kv.vault.azure.net.evil.example/secrets?a=b",
    "https://story-kv.vault.azure.net/secrets?@token",
    "https://story-kv.vault.azure.net:443/secrets?$skiptoken=x",
    "https://kv.corp.example/secrets/secret-a/00000000000000000000000000000001",
    "http://story-kv.vault.azure.net/",
    "https://story-kv.vault.azure.net/secrets/secret-a",
    "33333333-cccc-4ccc-8ccc-000000000003",
];

/// What stands in a token's place. No other text has these in it, so that to find one is to find a leak.
const TOKENS: &[&str] =
    &["canary-token-1", "canary-token-2.with.dots", "canary token with spaces", "canary\u{e9}token"];

/// Pieces of a `WWW-Authenticate`.
const CHALLENGE: &[&str] = &[
    "Bearer ",
    "Basic ",
    "bearer",
    "PoP ",
    "authorization=",
    "authorization_uri=",
    "resource=",
    "scope=",
    "realm=",
    "error=",
    "claims=",
    "\"insufficient_claims\"",
    "\"https://login.microsoftonline.com/7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10\"",
    "\"https://login.windows.net/common\"",
    "\"https://vault.azure.net\"",
    "\"https://corp.example\"",
    "\"https://example\"",
    "\"https://evil.example\"",
    "\"http://vault.azure.net\"",
    "\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"",
    "\"@token\"",
    "\"@echo\"",
    "/var/opt/azcmagent/tokens/a.key",
    "/var/opt/azcmagent/tokens/../../../etc/passwd",
    ", ",
    ",",
    "=",
    "\"",
    "\\",
    " ",
];

const STATUSES: &[u16] = &[
    200, 200, 200, 200, 201, 204, 206, 301, 302, 307, 308, 400, 400, 401, 401, 401, 403, 403, 404, 408, 409, 410, 412,
    418, 429, 429, 500, 502, 503, 504, 505, 599,
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => sample::select(TEXTS).prop_map(str::to_owned),
        1 => collection::vec(any::<char>(), 0..24).prop_map(|characters| characters.into_iter().collect()),
        1 => (sample::select(TEXTS), 1..400_usize).prop_map(|(text, times)| text.repeat(times)),
    ]
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Any JSON, as text, because some of it no value can hold.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => text().prop_map(|text| quoted(&text)),
        2 => sample::select(&["0", "1", "-1", "3599", "1796083201", "1.5", "1e999", "-0", "99999999999999999999999"][..])
            .prop_map(str::to_owned),
        1 => sample::select(&["null", "true", "false", "{}", "[]"][..]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 8, |inner| {
        prop_oneof![
            3 => object(inner.clone()),
            1 => collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

fn object(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let token = prop_oneof![
        3 => sample::select(TOKENS).prop_map(quoted),
        1 => sample::select(&["null", "7", "{}", "[]", "\"\""][..]).prop_map(str::to_owned),
    ];
    let field = prop_oneof![
        8 => (sample::select(NAMES), inner).prop_map(|(name, value)| format!("{}:{value}", quoted(name))),
        1 => token.clone().prop_map(|token| format!("\"access_token\":{token}")),
    ];
    // Half of them look like a token's reply.
    let token = option::of((token, sample::select(&["\"3599\"", "3599", "0", "-5", "null", "\"x\""][..])));
    (token, collection::vec(field, 0..8)).prop_map(|(token, mut fields)| {
        fields.extend(token.map(|(token, life)| format!("\"access_token\":{token},\"expires_in\":{life}")));
        format!("{{{}}}", fields.join(","))
    })
}

/// What a header may hold.
fn value() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().filter(|c| (' '..='~').contains(c)).collect())
}

fn headers() -> impl Strategy<Value = BTreeMap<String, String>> {
    let challenge = collection::vec(sample::select(CHALLENGE), 0..9).prop_map(|pieces| pieces.concat());
    let challenge = option::of(challenge.prop_map(|value| ("WWW-Authenticate".to_owned(), value)));
    const OTHERS: &[&str] =
        &["Retry-After", "retry-after-ms", "Date", "Location", "x-ms-request-id", "Content-Encoding"];
    let other = (sample::select(OTHERS), value()).prop_map(|(name, value)| (name.to_owned(), value));
    let kind = sample::select(&["application/json", "text/html", ""][..]);
    let server = option::of(sample::select(&["IMDS/150.870.65.1854", "nginx"][..]));
    (challenge, collection::vec(other, 0..3), kind, server).prop_map(|(challenge, others, kind, server)| {
        let mut headers: BTreeMap<_, _> = others.into_iter().chain(challenge).collect();
        headers.insert("Content-Type".to_owned(), kind.to_owned());
        headers.extend(server.map(|server| ("Server".to_owned(), server.to_owned())));
        headers
    })
}

/// A reply that nobody else makes.
fn made() -> impl Strategy<Value = Fault> {
    let body = prop_oneof![
        6 => json(),
        1 => text(),
        1 => (json(), any::<sample::Index>()).prop_map(|(json, cut)| {
            json.chars().take(cut.index(json.chars().count().max(1))).collect()
        }),
    ];
    let large = option::weighted(0.05, prop_oneof![0..2_000_usize, 60_000..400_000_usize]);
    (sample::select(STATUSES), headers(), body, large.clone(), large).prop_map(
        |(status, headers, body, size, brackets)| Fault {
            status: Some(status),
            headers,
            body,
            body_size: size,
            brackets: brackets.unwrap_or(0),
            ..Fault::default()
        },
    )
}

/// The right reply, bent.
fn bent() -> impl Strategy<Value = Fault> {
    let status = option::weighted(0.3, sample::select(STATUSES));
    let headers = prop_oneof![3 => Just(BTreeMap::new()), 1 => headers()];
    let change = (sample::select(&["\"", ":", ",", "e", "1", "https", "}", "in", "value"][..]), text());
    let changes = collection::btree_map(change.0.prop_map(str::to_owned), change.1, 0..2);
    (status, headers, changes).prop_map(|(status, headers, replace)| Fault {
        real: true,
        status,
        headers,
        replace,
        ..Fault::default()
    })
}

/// When and how far it comes.
fn pace(reply: impl Strategy<Value = Fault>) -> impl Strategy<Value = Fault> {
    use ConnectFault::{Certificate, NameNotFound, Never, Refused, Reset, Unreachable};
    let connect = [Refused, Unreachable, NameNotFound, Certificate, Reset, Never];
    let connect = option::weighted(0.1, sample::select(connect.to_vec()));
    let end = option::weighted(0.1, sample::select(vec![BodyEnd::Reset, BodyEnd::Never]));
    let first_byte = prop_oneof![6 => Just(0), 1 => 0..20_000_u64];
    let trickle = option::weighted(0.05, prop_oneof![1..50_u64, Just(4_000_u64)]);
    let percent = option::weighted(0.1, 0..100_usize);
    (reply, connect, end, first_byte, trickle, percent, prop::bool::weighted(0.05)).prop_map(
        |(fault, connect, end, first_byte_ms, trickle_ms, percent, silent)| Fault {
            times: Some(1),
            connect,
            end,
            first_byte_ms,
            trickle_ms,
            percent,
            silent,
            ..fault
        },
    )
}

/// Some replies, one after the other; after them all is right.
pub fn sequence() -> impl Strategy<Value = Vec<Fault>> {
    collection::vec(pace(prop_oneof![3 => made().boxed(), 2 => bent().boxed()]), 1..8)
}
