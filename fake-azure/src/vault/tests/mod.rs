//! Tests of the vault by requests.

mod backups;
mod certificates;
mod challenges;
mod life;
mod lists;
mod permissions;
mod writes;

use serde_json::{Value, json};

use super::super::Fake;
use super::super::testing::{NOW, ask, fake, get, identity, json, request};
use super::super::token::issue;
use crate::wire::Service;

const WORLD: &str = r#"
    [[identity]]
    name = "A"
    kind = "user-assigned"
    [[identity]]
    name = "O"
    kind = "user-assigned"
    [[identity]]
    name = "R"
    kind = "user-assigned"
    [[identity]]
    name = "N"
    kind = "user-assigned"
    [[vault]]
    url = "https://story-kv.vault.azure.net"
    roles = { A = "Key Vault Secrets User", O = "Key Vault Secrets Officer", R = "Key Vault Reader" }
    [[vault.secret]]
    name = "secret-a"
    value = "old"
    version = "00000000000000000000000000000001"
    [[vault.secret]]
    name = "secret-a"
    value = "new"
    version = "000000000000000000000000000000ab"
    content-type = "text/plain"
    tags = { k = "v" }
    created = 1
    updated = 2
    exp = 3
    [[vault.secret]]
    name = "off"
    value = "x"
    [[vault.secret]]
    name = "off"
    value = "y"
    enabled = false
"#;

/// A token of the identity at `index` for the usual audience.
fn token(fake: &Fake, index: usize) -> String {
    let identity = &fake.description.identities[index];
    issue(fake, identity, &fake.description.tenant, "https://vault.azure.net", NOW, 100)
}

fn url(path: &str) -> String {
    format!("https://story-kv.vault.azure.net{path}")
}

/// Status and body of the response to the identity of this name, at this time, from the newest interface unless the path
/// says another. A body is JSON.
fn call_at(fake: &Fake, now: u64, who: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let identity = identity(fake, who);
    let audience = &fake.description.vaults[0].resource;
    let bearer = format!("Bearer {}", issue(fake, identity, &fake.description.tenant, audience, now, 100));
    let url = if path.starts_with('/') { url(path) } else { path.to_owned() };
    let url = if url.contains('?') { url } else { format!("{url}?api-version=2026-04-01") };
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(body.map(|_| ("content-type", "application/json")));
    let body = body.map(ToString::to_string).unwrap_or_default();
    let response = fake.handle(&request(method, &url, &headers).map(|_| body.into()), now);
    (response.status.as_u16(), json(&response))
}

/// The same at the time of the tests.
fn call(fake: &Fake, who: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    call_at(fake, NOW, who, method, path, body)
}

/// The error's inner code, or else its code; empty if there is no error.
fn code(body: &Value) -> &str {
    let error = &body["error"];
    [&error["innererror"]["code"], &error["code"]].into_iter().find_map(Value::as_str).unwrap_or_default()
}

fn ask_as(fake: &Fake, index: usize, method: &str, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", token(fake, index));
    ask(fake, &request(method, &url(path), &[("authorization", &bearer)]))
}

#[test]
fn gives_secrets() {
    let fake = fake(WORLD);
    let latest = json!({
        "value": "new",
        "id": "https://story-kv.vault.azure.net/secrets/secret-a/000000000000000000000000000000ab",
        "contentType": "text/plain",
        "attributes": {
            "enabled": true, "created": 1, "updated": 2, "exp": 3,
            "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
        },
        "tags": {"k": "v"},
    });
    for path in [
        "/secrets/secret-a?api-version=7.4",
        "/secrets/secret-a/?api-version=2025-07-01",
        "/secrets/SECRET-A/000000000000000000000000000000AB?api-version=2026-04-01",
    ] {
        assert_eq!(ask_as(&fake, 0, "GET", path), (200, latest.clone()), "{path}");
        assert_eq!(ask_as(&fake, 1, "GET", path).0, 200, "{path}");
    }
    let old = "/secrets/secret-a/00000000000000000000000000000001?api-version=7.4";
    assert_eq!(ask_as(&fake, 0, "GET", old).1["value"], "old");
}

#[test]
fn refuses_unauthenticated_callers() {
    let fake = fake(WORLD);
    let path = url("/secrets/secret-a?api-version=7.4");
    let (identity, tenant) = (&fake.description.identities[0], &fake.description.tenant);
    let vaults = "https://vault.azure.net";
    let bearer = |tenant: &str, audience: &str, now: u64| {
        format!("Bearer {}", issue(&fake, identity, tenant, audience, now, 100))
    };
    let good = bearer(tenant, vaults, NOW);
    for (header, says) in [
        (None, "AKV10000"),
        (Some("Bearer".to_owned()), "AKV10000"),
        (Some(good.replace("Bearer", "Basic")), "AKV10000"),
        (Some("Bearer a.b.c".to_owned()), "AKV10000"),
        (Some(format!("{good}x")), "AKV10000"),
        (Some(bearer(tenant, vaults, NOW - 100)), "[TokenExpired]"),
        (Some(bearer(tenant, "https://management.azure.com", NOW)), "AKV10022"),
        (Some(bearer(tenant, "https://vault.azure.net/", NOW)), "AKV10022"),
        (Some(bearer("00000000-0000-0000-0000-000000000000", vaults, NOW)), "AKV10032"),
    ] {
        let headers: Vec<_> = header.iter().map(|header| ("authorization", header.as_str())).collect();
        let response = fake.handle(&get(&path, &headers), NOW);
        let error = &json(&response)["error"];
        assert_eq!((response.status.as_u16(), &error["code"]), (401, &"Unauthorized".into()));
        assert!(error["message"].as_str().unwrap().contains(says), "{header:?}: {error}");
        assert_eq!(
            response.headers["www-authenticate"],
            format!(
                "Bearer authorization=\"https://login.microsoftonline.com/{tenant}\", resource=\"https://vault.azure.net\""
            )
        );
        assert!(response.headers.contains_key("x-ms-request-id"));
    }
    let twice = [("authorization", good.as_str()), ("authorization", good.as_str())];
    assert_eq!(ask(&fake, &get(&path, &twice)).0, 401);
}

#[test]
fn refuses_unauthorized_callers() {
    let fake = fake(WORLD);
    for index in [2, 3] {
        // A missing secret gives the same error: an unauthorized caller does not learn which secrets exist.
        for name in ["secret-a", "missing"] {
            let (status, body) = ask_as(&fake, index, "GET", &format!("/secrets/{name}?api-version=7.4"));
            assert_eq!((status, &body["error"]["code"]), (403, &"Forbidden".into()));
            assert_eq!(body["error"]["innererror"]["code"], "ForbiddenByRbac");
            let message = body["error"]["message"].as_str().unwrap();
            let oid = &fake.description.identities[index].object_id;
            assert!(message.contains(&format!(";oid={oid};")), "{message}");
            assert!(message.ends_with("\r\nVault: story-kv;location=westeurope\r\n"), "{message}");
        }
    }
}

#[test]
fn refuses_invalid_requests() {
    let fake = fake(WORLD);
    for (method, path, status, code) in [
        ("GET", "/secrets/missing?api-version=7.4", 404, "SecretNotFound"),
        ("GET", "/secrets/secret-a/00000000000000000000000000000002?api-version=7.4", 404, "SecretNotFound"),
        ("GET", "/secrets/off?api-version=7.4", 403, "Forbidden"),
        ("GET", "/secrets/secret-a", 400, "BadParameter"),
        ("GET", "/secrets/secret-a?api-version=7.9", 400, "BadParameter"),
        ("GET", "/secrets/secret-a?api-version=7.4&api-version=7.4", 400, "BadParameter"),
        ("GET", "/secrets/secret-a?api-version=7.4&version=1", 400, "BadParameter"),
        ("GET", "/secrets/secret_a?api-version=7.4", 400, "BadParameter"),
        ("GET", "/secrets/secret%2Da?api-version=7.4", 400, "BadParameter"),
        ("GET", "/keys/secret-a?api-version=7.4", 404, "NotFound"),
        ("GET", "//secrets/secret-a?api-version=7.4", 404, "NotFound"),
        ("POST", "/secrets/secret-a?api-version=7.4", 405, "MethodNotAllowed"),
        ("PUT", "/secrets/secret-a/1?api-version=7.4", 405, "MethodNotAllowed"),
        ("POST", "/secrets/secret-a/versions?api-version=7.4", 405, "MethodNotAllowed"),
        ("GET", "/secrets/secret-a/backup/1?api-version=7.4", 404, "NotFound"),
        ("PUT", "/deletedsecrets/secret-a?api-version=7.4", 405, "MethodNotAllowed"),
        ("DELETE", "/deletedsecrets?api-version=7.4", 405, "MethodNotAllowed"),
        ("GET", "/deletedsecrets/secret_a?api-version=7.4", 400, "BadParameter"),
        ("POST", "/deletedsecrets/secret-a/restore?api-version=7.4", 404, "NotFound"),
        ("POST", "/secrets?api-version=7.4", 405, "MethodNotAllowed"),
        ("GET", "/secrets/secret-a/versions?api-version=7.4&other=1", 400, "BadParameter"),
        ("GET", "/secrets/secret-a?api-version=7.6&outContentType=application/x-pem-file", 400, "BadParameter"),
        ("GET", "/secrets/restore?api-version=7.4", 404, "SecretNotFound"),
        ("GET", "/secrets?maxresults=5", 400, "BadParameter"),
        ("GET", "/secrets/secret-a?api-version=7.4&maxresults=5", 400, "BadParameter"),
    ] {
        let (got, body) = ask_as(&fake, 0, method, path);
        assert_eq!((got, &body["error"]["code"]), (status, &code.into()), "{method} {path}: {body}");
    }
    let (_, body) = ask_as(&fake, 0, "GET", "/secrets/off?api-version=7.4");
    assert_eq!(body["error"]["innererror"]["code"], "SecretDisabled");
}
