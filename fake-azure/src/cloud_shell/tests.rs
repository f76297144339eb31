//! Tests of the endpoint by requests.

use super::super::testing::{ask, fake, get, post, request, token_claims};
use crate::wire::Request;

const WORLD: &str = "platform = 'cloud-shell'\n[[identity]]\nname = 'U'\nkind = 'system-assigned'\n[[identity]]\nname = 'A'\nkind = 'user-assigned'";
const URL: &str = "http://localhost:50342/oauth2/token";
const RESOURCE: &str = "resource=https%3A%2F%2Fvault.azure.net";

/// A form with the header.
fn form(url: &str, text: &str) -> Request {
    let mut request = post(url, text);
    request.headers_mut().insert("metadata", "true".parse().unwrap());
    request
}

#[test]
fn gives_the_users_token() {
    let fake = fake(WORLD);
    let (status, body) = ask(&fake, &form(URL, RESOURCE));
    assert_eq!((status, &body["expires_in"]), (200, &"86400".into()), "{body}");
    let claims = token_claims(&body);
    assert_eq!(claims.oid, fake.description.identities[0].object_id);
}

#[test]
fn refuses() {
    let fake = fake(WORLD);
    let mut typed = form(URL, RESOURCE);
    typed.headers_mut().insert("content-type", "application/json".parse().unwrap());
    for (request, status, code, says) in [
        (post(URL, RESOURCE), 400, "InvalidRequest", "metadata header"),
        (typed, 400, "InvalidRequest", "content type"),
        (form(URL, ""), 400, "InvalidRequest", "'resource'"),
        (form(URL, &format!("{RESOURCE}&client_id=x")), 400, "InvalidRequest", "'client_id'"),
        (form(URL, &format!("{RESOURCE}&{RESOURCE}")), 400, "InvalidRequest", "duplicated"),
        (form(&format!("{URL}?{RESOURCE}"), RESOURCE), 400, "InvalidRequest", "not a query"),
        (form(URL, "resource=https://x.example"), 400, "AudienceNotSupported", "https://x.example is not a supported"),
        (form(&format!("{URL}/"), RESOURCE), 404, "NotFound", ""),
        (get(&format!("{URL}?{RESOURCE}"), &[("metadata", "true")]), 405, "MethodNotAllowed", ""),
        (request("PUT", URL, &[]), 405, "MethodNotAllowed", ""),
    ] {
        let (got, body) = ask(&fake, &request);
        assert_eq!((got, &body["error"]["code"]), (status, &code.into()), "{request:?}: {body}");
        assert!(body["error"]["message"].as_str().unwrap().contains(says), "{body}");
    }
}
