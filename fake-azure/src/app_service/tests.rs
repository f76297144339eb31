//! Tests of the endpoint by requests.

use super::super::Fake;
use super::super::testing::{USER_ASSIGNED, ask, fake, get, identity, request, token_claims};

const SYSTEM: &str = "[[identity]]\nname = 'S'\nkind = 'system-assigned'";
const A: &str = "client_id=00000000-0000-0000-0000-00000000000a";
const ASK: &str = "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";
const GOOD: [(&str, &str); 1] = [("X-IDENTITY-HEADER", "good")];

fn world(more: &str) -> Fake {
    fake(&format!("platform = 'app-service'\nidentity-header = 'good'\n{USER_ASSIGNED}{more}"))
}

fn url(query: &str) -> String {
    format!("http://169.254.130.4:8081/msi/token?{query}")
}

#[test]
fn gives_a_token() {
    let fake = world(SYSTEM);
    for (id, name) in [
        (A, "A"),
        ("client_id=00000000-0000-0000-0000-00000000000A", "A"),
        ("object_id=00000000-0000-0000-0000-00000000001a", "A"),
        ("principal_id=00000000-0000-0000-0000-00000000001a", "A"),
        ("mi_res_id=%2FSUBSCRIPTIONS%2Fs%2Fa", "A"),
        ("", "S"),
    ] {
        let (status, body) = ask(&fake, &get(&url(&format!("{ASK}&{id}")), &GOOD));
        assert_eq!(status, 200, "{id}: {body}");
        let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "client_id", "expires_on", "resource", "token_type"]);
        assert!(body.as_object().unwrap().values().all(serde_json::Value::is_string));
        let claims = token_claims(&body);
        let identity = identity(&fake, name);
        assert_eq!(
            (claims.appid.as_str(), claims.aud.as_str()),
            (identity.client_id.as_str(), "https://vault.azure.net")
        );
        assert_eq!(body["expires_on"], claims.exp.to_string());
    }
}

#[test]
fn refuses() {
    let fake = world("");
    let b = "client_id=00000000-0000-0000-0000-00000000000b";
    for (query, status, says) in [
        (ASK.to_owned(), 400, "Unable to load the proper Managed Identity."),
        (format!("{ASK}&{b}"), 400, "No User Assigned or Delegated"),
        (format!("{ASK}&{A}&{b}"), 400, "duplicated"),
        (format!("{ASK}&{A}&mi_res_id=x"), 400, "More than one"),
        (format!("{ASK}&client_id="), 400, "empty"),
        (format!("{ASK}&clientid=a"), 400, "'clientid'"),
        (format!("{ASK}&msi_res_id=a"), 400, "'msi_res_id'"),
        (format!("{ASK}&resource_id=a"), 400, "'resource_id'"),
        (format!("{ASK}&{A}&scope=a"), 400, "'scope'"),
        (format!("{A}&resource=https://vault.azure.net"), 400, "api-version"),
        (format!("api-version=2017-09-01&{A}&resource=https://vault.azure.net"), 400, "api-version"),
        (format!("api-version=2019-08-01&{A}"), 400, "'resource'"),
        (format!("api-version=2019-08-01&{A}&resource=https://vault.azure.net/.default"), 400, "AADSTS500011"),
    ] {
        let (got, body) = ask(&fake, &get(&url(&query), &GOOD));
        let message = body["message"].as_str().unwrap();
        assert_eq!((got, body["statusCode"].as_u64()), (status, Some(status.into())), "{query}");
        assert!(message.contains(says), "{query}: {message}");
        assert!(body["correlationId"].is_string());
    }
    let fine = url(&format!("{ASK}&{A}"));
    for (request, status) in [
        (get(&fine, &[]), 401),
        (get(&fine, &[("X-IDENTITY-HEADER", "bad")]), 401),
        (get(&fine, &[GOOD[0], GOOD[0]]), 401),
        (request("POST", &fine, &GOOD), 405),
        (get(&fine.replace("/msi/token", "/msi/token/"), &GOOD), 404),
    ] {
        assert_eq!(ask(&fake, &request).0, status, "{request:?}");
    }
}
