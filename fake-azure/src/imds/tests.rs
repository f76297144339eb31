//! Tests of IMDS by requests.

use super::super::testing::{NOW, ask, fake, get, identity, json, request, token_claims};
use crate::wire::Service;

const A: &str = "[[identity]]\nname = 'A'\nkind = 'user-assigned'\nresource-id = '/subscriptions/s/a'\nclient-id = '00000000-0000-0000-0000-00000000000a'\n";
const B: &str = "[[identity]]\nname = 'B'\nkind = 'user-assigned'\n";
const SYSTEM: &str = "[[identity]]\nname = 'S'\nkind = 'system-assigned'\n";
const ASK: &str = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
const GOOD: [(&str, &str); 1] = [("Metadata", "true")];

fn url(query: &str) -> String {
    format!("http://169.254.169.254/metadata/identity/oauth2/token?{query}")
}

#[test]
fn gives_tokens_to_assigned_identities() {
    let node = A.replace("kind", "node = true\nkind");
    for (description, id, name) in [
        (format!("platform = 'vm'\n{A}"), "", "A"),
        (format!("platform = 'vm'\n{A}{SYSTEM}"), "", "S"),
        (format!("platform = 'vm'\n{A}{B}{SYSTEM}"), "", "S"),
        (format!("platform = 'vm'\n{A}{B}"), "&client_id=00000000-0000-0000-0000-00000000000A", "A"),
        (format!("platform = 'vm'\n{A}{B}"), "&msi_res_id=/subscriptions/S/a", "A"),
        (format!("platform = 'aks'\nallow-node-imds = true\n{node}{B}"), "", "A"),
    ] {
        let fake = fake(&description);
        let response = fake.handle(&get(&url(&format!("{ASK}{id}")), &GOOD), NOW);
        let body = json(&response);
        assert_eq!(response.status, 200, "{description}: {body}");
        assert_eq!(response.headers["server"], "IMDS/150.870.65.1854");
        assert_eq!((&body["expires_in"], &body["token_type"]), (&"86400".into(), &"Bearer".into()));
        let claims = token_claims(&body);
        let identity = identity(&fake, name);
        assert_eq!(claims.oid, identity.object_id, "{description}");
    }
}

#[test]
fn refuses() {
    let fake = fake(&format!("platform = 'vm'\n{A}{B}"));
    let a = "client_id=00000000-0000-0000-0000-00000000000a";
    for (query, error, says) in [
        (ASK.to_owned(), "invalid_request", "Multiple user assigned identities exist"),
        (format!("{ASK}&client_id=00000000-0000-0000-0000-00000000000c"), "invalid_request", "Identity not found"),
        (format!("{ASK}&{a}&object_id=x"), "invalid_request", "More than one"),
        (format!("{ASK}&mi_res_id=x"), "invalid_request", "'mi_res_id'"),
        (format!("{ASK}&msi-res-id=x"), "invalid_request", "'msi-res-id'"),
        (format!("{ASK}&{a}&scope=x"), "invalid_request", "'scope'"),
        (format!("{ASK}&client_id="), "invalid_request", "empty"),
        (format!("{ASK}&{ASK}"), "invalid_request", "duplicated"),
        (format!("{a}&resource=https://vault.azure.net"), "invalid_request", "'api-version'"),
        (format!("{a}&resource=https://vault.azure.net&api-version=2017-12-01"), "invalid_request", "api-version"),
        (format!("{a}&api-version=2018-02-01"), "invalid_request", "'resource'"),
        (format!("{a}&api-version=2018-02-01&resource=vault.azure.net"), "invalid_resource", "AADSTS500011"),
        (format!("{a}&api-version=2018-02-01&resource=https://x.example"), "invalid_resource", "AADSTS500011"),
    ] {
        let (status, body) = ask(&fake, &get(&url(&query), &GOOD));
        assert_eq!((status, &body["error"]), (400, &error.into()), "{query}: {body}");
        assert!(body["error_description"].as_str().unwrap().contains(says), "{query}: {body}");
    }
    let fine = url(&format!("{ASK}&{a}"));
    for (request, status) in [
        (get(&fine, &[]), 400),
        (get(&fine, &[("Metadata", "false")]), 400),
        (get(&fine, &[GOOD[0], ("X-Forwarded-For", "1.2.3.4")]), 400),
        (request("POST", &fine, &GOOD), 405),
        (get(&fine.replace("oauth2/token", "oauth2/token/"), &GOOD), 404),
        (get(&fine, &GOOD), 200),
    ] {
        let response = fake.handle(&request, NOW);
        assert_eq!(response.status, status, "{request:?}");
        assert_eq!(response.headers["server"], "IMDS/150.870.65.1854");
    }
    let nobody = super::super::testing::fake("platform = 'vm'");
    let (status, body) = ask(&nobody, &get(&url(ASK), &GOOD));
    assert_eq!((status, &body["error_description"]), (400, &"Identity not found".into()));
}

#[test]
fn other_clouds_are_not_imds() {
    for status in [401, 403, 404] {
        let fake = fake(&format!("platform = 'other-cloud-{status}'"));
        let response = fake.handle(&get(&url(ASK), &GOOD), NOW);
        assert_eq!(response.status, status);
        assert!(!response.headers["server"].to_str().unwrap().starts_with("IMDS"));
        assert!(json(&response).is_null());
    }
}
