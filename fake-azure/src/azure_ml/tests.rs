//! Tests of the endpoint by requests.

use super::super::Fake;
use super::super::testing::{USER_ASSIGNED, ask, fake, get, identity, request, token_claims};

const SYSTEM: &str =
    "[[identity]]\nname = 'S'\nkind = 'system-assigned'\nclient-id = '00000000-0000-0000-0000-00000000000d'";
const ASK: &str = "api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net";
const A: &str = "clientid=00000000-0000-0000-0000-00000000000a";
const GOOD: [(&str, &str); 1] = [("secret", "good")];

fn world() -> Fake {
    fake(&format!("platform = 'azure-ml'\nidentity-header = 'good'\n{USER_ASSIGNED}{SYSTEM}"))
}

fn url(query: &str) -> String {
    format!("http://127.0.0.1:46808/MSI/auth?{query}")
}

#[test]
fn gives_a_token() {
    let fake = world();
    for (id, name) in [(A, "A"), ("clientid=00000000-0000-0000-0000-00000000000D", "S")] {
        let (status, body) = ask(&fake, &get(&url(&format!("{ASK}&{id}")), &GOOD));
        assert_eq!(status, 200, "{id}: {body}");
        let claims = token_claims(&body);
        let identity = identity(&fake, name);
        assert_eq!(claims.oid, identity.object_id);
        assert_eq!(body["expires_on"].as_u64(), Some(claims.exp));
        assert!(body.get("expires_in").is_none());
    }
}

#[test]
fn refuses() {
    let fake = world();
    for (query, says) in [
        (ASK.to_owned(), "'clientid' is missing"),
        (format!("{ASK}&clientid="), "'clientid' is missing"),
        (format!("{ASK}&client_id=00000000-0000-0000-0000-00000000000a"), "'client_id'"),
        (format!("{ASK}&{A}&object_id=x"), "'object_id'"),
        (format!("{ASK}&{A}&mi_res_id=x"), "'mi_res_id'"),
        (format!("{ASK}&{A}&{A}"), "duplicated"),
        (format!("{ASK}&clientid=00000000-0000-0000-0000-00000000000b"), "not on this compute"),
        (format!("api-version=2017-09-01&{A}"), "'resource'"),
        (format!("api-version=2019-08-01&{A}&resource=https://vault.azure.net"), "api-version"),
        (format!("{A}&resource=https://vault.azure.net"), "api-version"),
        (format!("api-version=2017-09-01&{A}&resource=https://x.example"), "AADSTS500011"),
    ] {
        let (status, body) = ask(&fake, &get(&url(&query), &GOOD));
        assert_eq!((status, body["statusCode"].as_u64()), (400, Some(400)), "{query}: {body}");
        assert!(body["message"].as_str().unwrap().contains(says), "{query}: {body}");
    }
    let fine = url(&format!("{ASK}&{A}"));
    for (request, status) in [
        (get(&fine, &[]), 401),
        (get(&fine, &[("secret", "bad")]), 401),
        (get(&fine, &[("X-IDENTITY-HEADER", "good")]), 401),
        (get(&fine, &[GOOD[0], GOOD[0]]), 401),
        (request("POST", &fine, &GOOD), 405),
        (get(&fine.replace("/MSI/auth", "/msi/auth"), &GOOD), 404),
        (get(&fine, &[GOOD[0], ("Metadata", "true")]), 200),
    ] {
        assert_eq!(ask(&fake, &request).0, status, "{request:?}");
    }
}
