//! Setting and updating.

use serde_json::{Value, json};

use super::super::super::Fake;
use super::super::super::testing::{NOW, fake, request};
use super::super::super::token::issue;
use super::{call, call_at, code, json as body_of, url};
use crate::wire::Service;

fn world() -> Fake {
    fake(
        "[[identity]]\nname = 'o'\nkind = 'user-assigned'\n[[vault]]\nurl = 'https://story-kv.vault.azure.net'\n\
         roles = { o = 'Key Vault Secrets Officer' }\n\
         [[vault.secret]]\nname = 'Secret-A'\nvalue = 'canary-1'\ncontent-type = 'x/y'\ntags = { k = 'v' }\n",
    )
}

fn put(fake: &Fake, name: &str, body: &Value) -> (u16, Value) {
    call(fake, "o", "PUT", &format!("/secrets/{name}"), Some(body))
}

#[test]
fn a_new_version_begins_anew() {
    let fake = world();
    assert!(!fake.is_modified());
    let (status, told) = put(&fake, "SECRET-a", &json!({"value": "canary-2"}));
    let id = told["id"].as_str().unwrap();
    let version = id.strip_prefix(&url("/secrets/Secret-A/")).unwrap();
    assert!(version.len() == 32 && version.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let expected = json!({
        "value": "canary-2",
        "id": id,
        "attributes": {
            "enabled": true, "created": NOW, "updated": NOW,
            "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
        },
    });
    assert_eq!((status, &told), (200, &expected));
    assert_eq!(call(&fake, "o", "GET", "/secrets/secret-a/", None), (200, expected));
    assert!(fake.is_modified() && fake.planted_secrets().contains(&"canary-2".to_owned()));

    let all = json!({
        "value": "", "contentType": "c", "tags": {"a": "b"},
        "attributes": {"enabled": false, "nbf": 1, "exp": 2, "created": 3, "recoveryLevel": "Purgeable"},
    });
    let (_, told) = put(&fake, "b", &all);
    assert_eq!(
        (&told["value"], &told["contentType"], &told["tags"], &told["attributes"]["nbf"], &told["attributes"]["exp"]),
        (&json!(""), &json!("c"), &json!({"a": "b"}), &json!(1), &json!(2)),
        "{told}"
    );
    assert_eq!((&told["attributes"]["enabled"], &told["attributes"]["created"]), (&json!(false), &json!(NOW)));
    assert_eq!(code(&call(&fake, "o", "GET", "/secrets/b", None).1), "SecretDisabled");
    // An interface of old tells less.
    let (_, told) = call(&fake, "o", "PUT", "/secrets/b?api-version=7.0", Some(&json!({"value": "x", "tags": null})));
    assert_eq!((&told["attributes"]["recoverableDays"], &told["tags"]), (&Value::Null, &Value::Null));
}

#[test]
fn an_update_changes_only_given_properties() {
    let fake = world();
    let old = call(&fake, "o", "GET", "/secrets/secret-a", None).1;
    let old = old["id"].as_str().unwrap().rsplit('/').next().unwrap();
    put(&fake, "secret-a", &json!({"value": "canary-2", "attributes": {"exp": 7}}));
    let patch = |path: &str, body: &Value| call_at(&fake, NOW + 5, "o", "PATCH", path, Some(body));

    let (status, told) = patch("/secrets/secret-a/", &json!({"contentType": "new", "attributes": {"nbf": 3}}));
    assert_eq!((status, &told["contentType"], &told["value"]), (200, &json!("new"), &Value::Null));
    let attributes = &told["attributes"];
    let expected = (&json!(3), &json!(7), &json!(NOW), &json!(NOW + 5));
    assert_eq!((&attributes["nbf"], &attributes["exp"], &attributes["created"], &attributes["updated"]), expected);
    assert_eq!(call(&fake, "o", "GET", "/secrets/secret-a", None).1["value"], "canary-2");

    let (_, told) = patch(&format!("/secrets/secret-a/{old}"), &json!({"tags": {"only": "this"}}));
    assert_eq!((&told["tags"], &told["contentType"]), (&json!({"only": "this"}), &json!("x/y")));
    assert_eq!(patch("/secrets/secret-a", &json!({"attributes": {"enabled": false}})).0, 200);
    assert_eq!(code(&call(&fake, "o", "GET", "/secrets/secret-a", None).1), "SecretDisabled");
    // A disabled version can be changed, and an older one read.
    assert_eq!(patch("/secrets/secret-a", &json!({"attributes": {"exp": 8}})).0, 200);
    assert_eq!(call(&fake, "o", "GET", &format!("/secrets/secret-a/{old}"), None).0, 200);
    assert_eq!(patch("/secrets/secret-a/00000000000000000000000000000009", &json!({})).0, 404);
}

#[test]
fn bodies_are_read_without_forgiveness() {
    let (fake, long) = (world(), "canary".repeat(5000));
    let tags = |count: usize| -> Value { (0..count).map(|at| (format!("t{at}"), json!("v"))).collect() };
    for (method, body, status) in [
        ("PUT", json!({"value": "x".repeat(25_600)}), 200),
        ("PUT", json!({"value": "x".repeat(25_601)}), 400),
        ("PUT", json!({"value": "é".repeat(12_801)}), 400),
        ("PUT", json!({"value": "x", "tags": tags(15)}), 200),
        ("PUT", json!({"value": "x", "tags": tags(16)}), 400),
        ("PUT", json!({"value": "x", "tags": {"a": &long[..513]}}), 400),
        ("PUT", json!({"value": "x", "tags": {&long[..513]: "a"}}), 400),
        ("PUT", json!({"value": "x", "tags": {"a": &long[..512]}}), 200),
        ("PUT", json!({"value": "x", "contentType": &long[..255]}), 200),
        ("PUT", json!({"value": "x", "contentType": &long[..256]}), 400),
        ("PATCH", json!({"contentType": &long[..256]}), 400),
        ("PUT", json!({}), 400),
        ("PUT", json!({"value": null}), 400),
        ("PUT", json!({"value": 4711}), 400),
        ("PUT", json!({"value": ["canary"]}), 400),
        ("PUT", json!({"value": "x", "canaries": 1}), 400),
        ("PUT", json!({"value": "x", "tags": {"a": 1}}), 400),
        ("PUT", json!({"value": "x", "attributes": {"exp": "canary"}}), 400),
        ("PUT", json!({"value": "x", "attributes": {"exp": -1}}), 400),
        ("PUT", json!({"value": "x", "attributes": {"enabled": 1}}), 400),
        ("PUT", json!({"value": "x", "attributes": {"expires": 1}}), 400),
        ("PUT", json!("canary"), 400),
        ("PATCH", json!({"value": "canary"}), 400),
        ("POST", json!({"value": "canary"}), 400),
        ("POST", json!({"value": "canary", "name": "x"}), 400),
    ] {
        let path = if method == "POST" { "/secrets/restore" } else { "/secrets/secret-a" };
        let (got, told) = call(&fake, "o", method, path, Some(&body));
        assert_eq!(got, status, "{method} {body}: {told}");
        let message = told["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.contains("canary") && !message.contains("4711"), "{message}");
    }
}

#[test]
fn a_body_needs_the_json_content_type_and_an_operation_with_one() {
    let fake = world();
    let token =
        issue(&fake, &fake.description.identities[0], &fake.description.tenant, "https://vault.azure.net", NOW, 100);
    let bearer = format!("Bearer {token}");
    let good = r#"{"value": "x"}"#;
    for (method, path, kind, body, status) in [
        ("PUT", "/secrets/a", Some("application/json"), good, 200),
        ("PUT", "/secrets/a", Some("Application/JSON; charset=utf-8"), good, 200),
        ("PUT", "/secrets/a", Some("text/plain"), good, 415),
        ("PUT", "/secrets/a", Some("application/json-patch+json"), good, 415),
        ("PUT", "/secrets/a", None, good, 415),
        ("PUT", "/secrets/a", Some("application/json"), "", 400),
        ("PUT", "/secrets/a", Some("application/json"), "{", 400),
        ("PATCH", "/secrets/a", None, "", 400),
        ("GET", "/secrets/a", Some("application/json"), "{}", 400),
        ("GET", "/secrets", Some("application/json"), "{}", 400),
        ("POST", "/secrets/a/backup", Some("application/json"), "{}", 400),
        ("DELETE", "/secrets/a", Some("application/json"), "{}", 400),
        ("POST", "/deletedsecrets/a/recover", Some("application/json"), "{}", 400),
        ("GET", "/secrets/a", None, "", 200),
    ] {
        for authorized in [true, false] {
            let mut headers = Vec::new();
            headers.extend(authorized.then_some(("authorization", bearer.as_str())));
            headers.extend(kind.map(|kind| ("content-type", kind)));
            let ask = request(method, &url(&format!("{path}?api-version=7.4")), &headers).map(|_| body.into());
            let response = fake.handle(&ask, NOW);
            // Who has no token hears nothing of the body.
            let expected = if authorized { status } else { 401 };
            assert_eq!(response.status, expected, "{method} {path} {kind:?} {body}: {}", body_of(&response));
        }
    }
}
