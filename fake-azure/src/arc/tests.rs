//! Tests of the agent by requests.

use super::super::Fake;
use super::super::testing::{NOW, USER_ASSIGNED, ask, fake, get, identity, json, request, token_claims};
use crate::wire::Service;

const SYSTEM: &str = "[[identity]]\nname = 'S'\nkind = 'system-assigned'";
const ASK: &str = "api-version=2020-06-01&resource=https%3A%2F%2Fvault.azure.net";
const A: &str = "client_id=00000000-0000-0000-0000-00000000000A";
const GOOD: [(&str, &str); 2] = [("Metadata", "true"), ("Authorization", "Basic k.e-y")];

fn world(options: &str) -> Fake {
    fake(&format!("platform = 'azure-arc'\narc-key = 'k.e-y'\n{options}\n{USER_ASSIGNED}{SYSTEM}"))
}

fn url(query: &str) -> String {
    format!("http://localhost:40342/metadata/identity/oauth2/token?{query}")
}

#[test]
fn challenges() {
    let fake = world("");
    let path = fake.files()[0].0.clone();
    for authorization in [None, Some("Basic k.e-Y"), Some("k.e-y"), Some("basic k.e-y"), Some("Basic ay5lLXk=")] {
        let mut headers = vec![GOOD[0]];
        headers.extend(authorization.map(|value| ("authorization", value)));
        // Who is asked for does not matter yet.
        for id in ["", A, "client_id=x"] {
            let response = fake.handle(&get(&url(&format!("{ASK}&{id}")), &headers), NOW);
            assert_eq!(response.status, 401, "{authorization:?}");
            assert_eq!(response.headers["www-authenticate"], format!("Basic realm={path}"));
            assert_eq!(json(&response)["error"], "unauthorized");
        }
    }
    let odd = world("arc-key-path = '/etc/passwd'").handle(&get(&url(ASK), &GOOD[..1]), NOW);
    assert_eq!(odd.headers["www-authenticate"], "Basic realm=/etc/passwd");
}

#[test]
fn gives_a_token() {
    for (options, id, name, echoed) in [
        ("", "", "S", None),
        ("", A, "A", Some(("client_id", "00000000-0000-0000-0000-00000000000a"))),
        (
            "",
            "object_id=00000000-0000-0000-0000-00000000001a",
            "A",
            Some(("object_id", "00000000-0000-0000-0000-00000000001a")),
        ),
        ("", "msi_res_id=/SUBSCRIPTIONS/s/a", "A", Some(("msi_res_id", "/subscriptions/s/a"))),
        ("", "mi_res_id=/subscriptions/s/a", "S", None),
        ("arc-agent = 'old'", A, "S", None),
        ("arc-agent = 'old'", "object_id=x", "S", None),
    ] {
        let fake = world(options);
        let (status, body) = ask(&fake, &get(&url(&format!("{ASK}&{id}")), &GOOD));
        assert_eq!((status, &body["expires_in"]), (200, &"86400".into()), "{id}: {body}");
        let claims = token_claims(&body);
        let identity = identity(&fake, name);
        assert_eq!(claims.oid, identity.object_id, "{id}");
        for field in ["client_id", "object_id", "msi_res_id"] {
            let expected = echoed.filter(|(name, _)| *name == field).map(|(_, value)| value);
            assert_eq!(body[field].as_str(), expected, "{id}: {field}");
        }
    }
}

#[test]
fn refuses() {
    let fake = world("");
    for (query, status, error, says) in [
        (format!("{ASK}&client_id=x"), 404, "identity_not_found", "not found"),
        (format!("{ASK}&{A}&object_id=x"), 400, "invalid_request", "More than one"),
        (format!("{ASK}&{A}&{A}"), 400, "invalid_request", "duplicated"),
        (format!("{ASK}&client_id="), 400, "invalid_request", "empty"),
        (format!("{ASK}&clientid=x"), 400, "invalid_request", "'clientid'"),
        (format!("{ASK}&principal_id=x"), 400, "invalid_request", "'principal_id'"),
        ("api-version=2020-06-01".to_owned(), 400, "invalid_request", "'resource'"),
        ("resource=https://vault.azure.net".to_owned(), 400, "invalid_request", "api-version"),
        ("api-version=2018-02-01&resource=https://vault.azure.net".to_owned(), 400, "invalid_request", "api-version"),
        ("api-version=2020-06-01&resource=https://x.example".to_owned(), 400, "invalid_resource", "AADSTS500011"),
    ] {
        let (got, body) = ask(&fake, &get(&url(&query), &GOOD));
        assert_eq!((got, &body["error"]), (status, &error.into()), "{query}: {body}");
        assert!(body["error_description"].as_str().unwrap().contains(says), "{query}: {body}");
    }
    for (request, status) in [
        (get(&url(ASK), &[]), 400),
        (get(&url(ASK), &GOOD[1..]), 400),
        (get(&url(ASK), &[GOOD[0], GOOD[1], GOOD[1]]), 401),
        (request("POST", &url(ASK), &GOOD), 405),
        (get(&url(ASK).replace("oauth2/token", "oauth2"), &GOOD), 404),
        (get(&url(ASK), &GOOD), 200),
    ] {
        assert_eq!(ask(&fake, &request).0, status, "{request:?}");
    }
    let nobody = super::super::testing::fake("platform = 'azure-arc'\narc-key = 'k.e-y'");
    assert_eq!(ask(&nobody, &get(&url(ASK), &GOOD)).0, 404);
}
