//! Tests of the summaries, and that they have no secret.

use super::super::testing::{NOW, fake, get, post, request};
use super::*;
use crate::wire::Service;

const WORLD: &str = "
    platform = 'vm'
    [[identity]]
    name = 'app'
    kind = 'user-assigned'
    [[identity]]
    name = 'stranger'
    kind = 'service-principal'
    client-id = '44444444-dddd-4ddd-8ddd-000000000004'
    client-secret = 'canary-secret'
    [[vault]]
    url = 'https://kv.vault.azure.net'
    roles = { app = 'Key Vault Secrets User' }
    [[vault.secret]]
    name = 'a'
    version = '00000000000000000000000000000001'
    value = 'canary-value'
    [[vault.secret]]
    name = 'b'
    value = 'canary-other'
";
const LOGIN: &str = "https://login.microsoftonline.com/7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10/oauth2/v2.0/token";
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

fn summarize(fake: &Fake, request: &Request) -> (String, Value) {
    let response = fake.handle(request, NOW);
    let summary = fake.summarize(request, &response);
    assert!(!summary.contains("canary") && !summary.contains("eyJ"), "{summary}");
    (summary, super::super::testing::json(&response))
}

fn form(id: &str, secret: &str) -> Request {
    let scope = "https%3A%2F%2Fvault.azure.net%2F.default";
    post(LOGIN, &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}"))
}

#[test]
fn summarizes_caller_and_action() {
    let fake = fake(WORLD);
    let (who, body) =
        summarize(&fake, &get(&format!("{IMDS}&resource=https://vault.azure.net"), &[("metadata", "true")]));
    assert_eq!(who, "app got a token for https://vault.azure.net");
    let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let url = |name: &str| format!("https://kv.vault.azure.net/secrets/{name}?api-version=7.4");
    let read = |bearer: &str, name: &str| summarize(&fake, &get(&url(name), &[("authorization", bearer)])).0;
    assert_eq!(read(&bearer, "a"), "app read a, version 00000000000000000000000000000001");
    assert!(read(&bearer, "c").starts_with("SecretNotFound: A secret with (name/id) c was not found"));
    let list = |query: &str| {
        let url = format!("https://kv.vault.azure.net/secrets?api-version=7.4{query}");
        summarize(&fake, &get(&url, &[("authorization", &bearer)])).0
    };
    assert_eq!(list(""), "app listed 2 secrets");
    assert_eq!(list("&maxresults=1"), "app listed 1 secret, and there are more");
    assert_eq!(list("&$skiptoken=canary"), "BadParameter: The parameter '$skiptoken' is invalid.");

    let (who, body) = summarize(&fake, &form("44444444-dddd-4ddd-8ddd-000000000004", "canary-secret"));
    assert_eq!(who, "stranger got a token for https://vault.azure.net");
    let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let (first, _) = summarize(&fake, &get(&url("a"), &[]));
    assert_eq!(first, "told where to get the right to ask");
    assert_eq!(
        read(&bearer, "a"),
        "stranger was refused: ForbiddenByRbac: Caller is not authorized to perform action on resource."
    );
    assert_eq!(read("Bearer canary", "a"), "Unauthorized: AKV10000: Error validating token: its signature is invalid.");
}

#[test]
fn every_operation_has_a_summary() {
    let fake = fake(&WORLD.replace("Secrets User", "Secrets Officer"));
    let body = summarize(&fake, &get(&format!("{IMDS}&resource=https://vault.azure.net"), &[("metadata", "true")])).1;
    let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let send = |method: &str, path: &str, body: &str| {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = format!("https://kv.vault.azure.net{path}?api-version=7.4");
        summarize(&fake, &request(method, &url, &headers).map(|_| body.to_owned().into()))
    };
    let (set, body) = send("PUT", "/secrets/c", r#"{"value": "canary-set"}"#);
    let version = body["id"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(set, format!("app set c, version {version}"));
    let backup = send("POST", "/secrets/c/backup", "").1["value"].as_str().unwrap().to_owned();
    for (method, path, body, words) in [
        ("PATCH", "/secrets/c/", "{}", format!("app updated c, version {version}")),
        ("GET", "/secrets/a/versions", "", "app listed 1 version of a".to_owned()),
        ("POST", "/secrets/c/backup", "", "app backed up c".to_owned()),
        ("DELETE", "/secrets/c", "", "app deleted c".to_owned()),
        ("GET", "/deletedsecrets", "", "app listed 1 deleted secret".to_owned()),
        ("GET", "/deletedsecrets/c", "", "app looked at the deleted c".to_owned()),
        ("POST", "/deletedsecrets/c/recover", "", "app recovered c".to_owned()),
        ("DELETE", "/secrets/c", "", "app deleted c".to_owned()),
        ("DELETE", "/deletedsecrets/c", "", "app purged c".to_owned()),
        ("POST", "/secrets/restore", &format!(r#"{{"value": "{backup}"}}"#), "app restored c".to_owned()),
        // Values and names mixed up.
        (
            "PUT",
            "/secrets/c",
            r#"{"canary-value": "c"}"#,
            "BadParameter: Property has invalid value: missing field `value`".to_owned(),
        ),
        (
            "PUT",
            "/secrets/c",
            r#"{"value": "c", "canary-x": "c"}"#,
            "BadParameter: Property has invalid value: unknown field `…`, expected one of `contentType`, \
             `attributes`, `tags`"
                .to_owned(),
        ),
        ("PUT", "/secrets/c", r#"{"value": 1}"#, String::new()),
    ] {
        let (said, _) = send(method, path, body);
        assert!(said == words || words.is_empty(), "{method} {path}: {said:?} is not {words:?}");
    }
}

#[test]
fn app_service_error_has_a_remedy() {
    let url = "http://169.254.130.4:8081/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";
    for (identities, cure) in [
        (
            "[[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '44444444-dddd-4ddd-8ddd-000000000004'",
            "Set AZURE_CLIENT_ID on the app, for app to 44444444-dddd-4ddd-8ddd-000000000004",
        ),
        ("[[identity]]\nname = 'app'\nkind = 'user-assigned'\nassigned = false", "The app has no identity"),
    ] {
        let fake = fake(&format!("platform = 'app-service'\n{identities}"));
        let header = fake.description.identity_header().to_owned();
        let (why, _) = summarize(&fake, &get(url, &[("x-identity-header", &header)]));
        assert_eq!(why, format!("Unable to load the proper Managed Identity. {cure}"));
    }
}

#[test]
fn a_refusal_quotes_no_secret() {
    let fake = fake(WORLD);
    let good = "44444444-dddd-4ddd-8ddd-000000000004";
    for (id, secret, says) in [
        (good, "canary-wrong", "invalid_client: AADSTS7000215"),
        // Swapped, a common mistake.
        ("canary%2Bother", good, "Application with identifier '…' was not found"),
        (good, "canary%zz", "'…' is not percent-encoded correctly"),
    ] {
        let (why, _) = summarize(&fake, &form(id, secret));
        assert!(why.contains(says) && !why.contains("Trace ID"), "{why}");
    }
    let (why, _) = summarize(&fake, &get(&format!("{IMDS}&other=canary-x"), &[("metadata", "true")]));
    assert_eq!(why, "invalid_request: The parameter 'other' is not known to this endpoint");
    let (why, _) = summarize(&fake, &request("GET", "https://other.example/", &[]));
    assert_eq!(why, "no connection: NameNotFound");
}
