//! Tests of the token endpoint by requests.

use super::super::description::TENANT;
use super::super::testing::{NOW, ask, fake, get, post, request, token_claims};
use bytes::Bytes;

const WORLD: &str = r#"
    [[identity]]
    name = "P"
    kind = "service-principal"
    client-id = "00000000-0000-0000-0000-00000000000c"
    client-secret = "s~ cret"
    other-tenants = ["00000000-0000-0000-0000-0000000000ff"]
    [[identity]]
    name = "E"
    kind = "service-principal"
    client-id = "00000000-0000-0000-0000-00000000000e"
    client-secret = "old"
    client-secret-expired = true
    [[identity]]
    name = "W"
    kind = "user-assigned"
    client-id = "00000000-0000-0000-0000-00000000000f"
    federated-token = "eyJh.eyJzdWIiOiJtZSJ9.c2ln"
    [[vault]]
    url = "https://kv.corp.example.com"
    tenant = "00000000-0000-0000-0000-0000000000aa"
"#;
const SECRET: &str = "client_id=00000000-0000-0000-0000-00000000000c&client_secret=s~+cret";
const ASSERTION: &str = "client_id=00000000-0000-0000-0000-00000000000f&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";
const GRANT: &str = "grant_type=client_credentials";
const SCOPE: &str = "scope=https%3A%2F%2Fvault.azure.net%2F.default";

fn url(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token")
}

#[test]
fn gives_a_token() {
    let fake = fake(WORLD);
    let upper = TENANT.to_ascii_uppercase();
    for (tenant, form) in [
        (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}")),
        (&upper, format!("{GRANT}&{SCOPE}&{SECRET}&client_info=1&claims=%7B%22access_token%22%3A%7B%7D%7D")),
        (TENANT, format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9.c2ln")),
        ("00000000-0000-0000-0000-0000000000ff", format!("{GRANT}&{SCOPE}&{SECRET}")),
    ] {
        let (status, body) = ask(&fake, &post(&url(tenant), &form));
        assert_eq!((status, body["expires_in"].as_u64()), (200, Some(3599)), "{form}: {body}");
        let claims = token_claims(&body);
        assert_eq!((claims.aud.as_str(), claims.exp), ("https://vault.azure.net", NOW + 3599));
        assert!(claims.tid.eq_ignore_ascii_case(tenant));
    }
}

#[test]
fn refuses() {
    let fake = fake(WORLD);
    let scope = |scope: &str| format!("{GRANT}&{SECRET}&scope={scope}");
    for (tenant, form, status, error, code) in [
        ("00000000-0000-0000-0000-000000000000", String::new(), 400, "invalid_request", 90_002),
        ("contoso.example", String::new(), 400, "invalid_request", 90_002),
        ("contoso", String::new(), 400, "invalid_request", 900_023),
        ("common", String::new(), 400, "invalid_request", 50_059),
        (TENANT, String::new(), 400, "invalid_request", 900_144),
        (TENANT, format!("{SCOPE}&{SECRET}"), 400, "invalid_request", 900_144),
        (TENANT, format!("{GRANT}&{SECRET}"), 400, "invalid_request", 900_144),
        (TENANT, format!("{GRANT}&{SCOPE}"), 400, "invalid_request", 900_144),
        (TENANT, format!("grant_type=password&{SCOPE}&{SECRET}"), 400, "unsupported_grant_type", 70_003),
        (TENANT, scope("https://vault.azure.net"), 400, "invalid_scope", 1_002_012),
        (TENANT, scope("https://vault.azure.net/.default+openid"), 400, "invalid_scope", 70_011),
        (TENANT, scope("https://x.example/.default"), 400, "invalid_resource", 500_011),
        (TENANT, scope("https://vault.azure.net//.default"), 400, "invalid_resource", 500_011),
        (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}&resource=x"), 400, "invalid_request", 901_002),
        (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}&foo=x"), 400, "invalid_request", 9_002_313),
        (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}&{SCOPE}"), 400, "invalid_request", 9_002_313),
        (TENANT, format!("{GRANT}&{SCOPE}&{}", SECRET.replace("c&", "d&")), 400, "unauthorized_client", 700_016),
        (
            "00000000-0000-0000-0000-0000000000aa",
            format!("{GRANT}&{SCOPE}&{SECRET}"),
            400,
            "unauthorized_client",
            700_016,
        ),
        (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}x"), 401, "invalid_client", 7_000_215),
        (TENANT, format!("{GRANT}&{SCOPE}&{}", SECRET.replace("c&", "f&")), 401, "invalid_client", 7_000_215),
        (
            TENANT,
            format!("{GRANT}&{SCOPE}&client_id=00000000-0000-0000-0000-00000000000e&client_secret=old"),
            401,
            "invalid_client",
            7_000_222,
        ),
        (
            TENANT,
            format!("{GRANT}&{SCOPE}&client_id=00000000-0000-0000-0000-00000000000c"),
            401,
            "invalid_client",
            7_000_218,
        ),
        (TENANT, format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJ5b3UifQ.c2ln"), 400, "invalid_client", 700_213),
        (TENANT, format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9.c2ln%0A"), 400, "invalid_request", 50_027),
        (TENANT, format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9"), 400, "invalid_request", 50_027),
        (TENANT, format!("{GRANT}&{SCOPE}&{ASSERTION}a.b.c&client_secret=x"), 400, "invalid_request", 9_002_313),
        (
            TENANT,
            format!("{GRANT}&{SCOPE}&{}a.b.c", ASSERTION.replace("urn", "arn")),
            400,
            "invalid_request",
            9_002_313,
        ),
    ] {
        let (got, body) = ask(&fake, &post(&url(tenant), &form));
        assert_eq!((got, &body["error"]), (status, &error.into()), "{tenant} {form}: {body}");
        assert_eq!(body["error_codes"], serde_json::json!([code]), "{tenant} {form}");
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
        assert!(text.ends_with("Timestamp: 2027-01-15 08:00:00Z"), "{text}");
    }
}

#[test]
fn wants_a_posted_form() {
    let fake = fake(WORLD);
    let form = Bytes::from(format!("{GRANT}&{SCOPE}&{SECRET}"));
    let json = [("content-type", "application/json")];
    let (status, body) = ask(&fake, &request("POST", &url(TENANT), &json).map(|_| form));
    assert_eq!((status, &body["error_codes"][0]), (400, &900_144.into()));
    let (status, body) = ask(&fake, &get(&url(TENANT), &[]));
    assert_eq!((status, &body["error_codes"][0]), (405, &900_561.into()));
}

#[test]
fn each_cloud_has_its_own_entra() {
    let fake = fake(&format!("cloud = 'china'\n{WORLD}[[vault]]\nurl = 'https://far.vault.azure.net'"));
    let form = |resource: &str| format!("{GRANT}&{SECRET}&scope=https://{resource}/.default");
    let home = url(TENANT).replace("login.microsoftonline.com", "login.chinacloudapi.cn");
    for (url, resource, status, code) in [
        (home.clone(), "vault.azure.cn", 200, None),
        (home.replace("chinacloudapi", "partner.microsoftonline"), "vault.azure.cn", 200, None),
        (home.clone(), "corp.example.com", 200, None),
        (home.clone(), "vault.azure.net", 400, Some(500_011)),
        (home.clone(), "vault.usgovcloudapi.net", 400, Some(500_011)),
        (url(TENANT), "vault.azure.net", 400, Some(90_002)),
        (url(TENANT).replace(".com", ".us"), "vault.azure.cn", 400, Some(90_002)),
        (url(TENANT).replace("microsoftonline.com", "sovcloud-identity.fr"), "vault.azure.cn", 400, Some(90_002)),
    ] {
        let (got, body) = ask(&fake, &post(&url, &form(resource)));
        assert_eq!((got, body["error_codes"][0].as_u64()), (status, code), "{url} {resource}: {body}");
        if let Some(uri) = body["error_uri"].as_str() {
            assert_eq!(uri.split('/').nth(2), url.split('/').nth(2));
        }
    }
}

#[test]
fn the_token_has_the_requested_claims() {
    let fake = fake(WORLD);
    let claims = |claims: &str| ask(&fake, &post(&url(TENANT), &format!("{GRANT}&{SCOPE}&{SECRET}&claims={claims}")));
    let nbf = "%22nbf%22:%7B%22essential%22:true,%22value%22:%221%22%7D";
    let cp1 = "%22xms_cc%22:%7B%22values%22:%5B%22CP1%22%5D%7D";
    for (asked, lifetime, capabilities, names) in [
        (String::new(), 3599, &[][..], &[][..]),
        (nbf.to_owned(), 3599, &[], &["nbf"]),
        (cp1.to_owned(), 86_400, &["CP1"], &[]),
        (format!("{nbf},{cp1}"), 86_400, &["CP1"], &["nbf"]),
    ] {
        let (status, body) = claims(&format!("%7B%22access_token%22:%7B{asked}%7D%7D"));
        assert_eq!((status, body["expires_in"].as_u64()), (200, Some(lifetime)), "{asked}: {body}");
        let token = token_claims(&body);
        assert_eq!(
            (token.exp - NOW, token.xms_cc.as_slice()),
            (lifetime, capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice())
        );
        assert_eq!(token.asked.keys().collect::<Vec<_>>(), names);
    }
    let (status, body) = claims("eyJhY2Nlc3NfdG9rZW4iOnt9fQ");
    assert_eq!((status, &body["error_codes"][0]), (400, &9_002_313.into()));
}
