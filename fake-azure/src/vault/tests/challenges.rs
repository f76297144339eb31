//! What a 401 asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::json;

use super::super::super::testing::{NOW, fake, get};
use super::super::super::token::RequestedClaims;
use super::super::super::token::issue_as_asked;
use super::{WORLD, url};
use crate::wire::Service;

#[test]
fn challenges_only_capable_clients() {
    const CLOCK: u64 = 1_799_999_000;
    let description = |option: &str| fake(&WORLD.replace("roles =", &format!("{option}\nroles =")));
    let (always, revoked) = ("claims-challenge = true", "revoke-before = 1799999500");
    for (option, issued, cp1, nbf, demanded) in [
        ("", CLOCK, true, None, None),
        (always, CLOCK, false, None, None),
        (always, CLOCK, true, None, Some("1767225600")),
        (always, CLOCK, true, Some("1"), Some("1767225600")),
        (always, CLOCK, true, Some("1767225600"), None),
        (revoked, CLOCK, false, None, None),
        (revoked, CLOCK, true, None, Some("1799999500")),
        (revoked, CLOCK, true, Some("1799999500"), None),
        (revoked, CLOCK + 500, true, None, None),
    ] {
        let fake = description(option);
        let (identity, tenant) = (&fake.description.identities[0], &fake.description.tenant);
        let claims = json!({"nbf": {"essential": true, "value": nbf}});
        let asked = RequestedClaims {
            capabilities: if cp1 { vec!["CP1".to_owned()] } else { Vec::new() },
            claims: nbf.map_or_else(Default::default, |_| claims.as_object().unwrap().clone()),
        };
        let token = issue_as_asked(&fake, identity, tenant, "https://vault.azure.net", issued, 86_400, asked);
        let path = url("/secrets/secret-a?api-version=7.4");
        let response = fake.handle(&get(&path, &[("authorization", &format!("Bearer {token}"))]), NOW);
        let Some(demanded) = demanded else {
            assert_eq!(response.status, 200, "{option} {issued} {cp1} {nbf:?}");
            continue;
        };
        assert_eq!(response.status, 401, "{option} {issued} {cp1} {nbf:?}");
        let challenge = response.headers["www-authenticate"].to_str().unwrap();
        let claims = challenge
            .strip_prefix(r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims=""#)
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&BASE64URL.decode(claims).unwrap()).unwrap();
        assert_eq!(claims, json!({"access_token": {"nbf": {"essential": true, "value": demanded}}}));
    }
}

#[test]
fn challenge_names_the_entra_of_the_vaults_cloud() {
    let fake = fake(
        "cloud = 'us-government'\n[[vault]]\nurl = 'https://a.vault.azure.cn'\n[[vault]]\nurl = 'https://kv.corp.example.com'",
    );
    for (host, entra) in
        [("a.vault.azure.cn", "login.chinacloudapi.cn"), ("kv.corp.example.com", "login.microsoftonline.us")]
    {
        let response = fake.handle(&get(&format!("https://{host}/secrets/a?api-version=7.4"), &[]), NOW);
        let challenge = response.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with(&format!("Bearer authorization=\"https://{entra}/")), "{challenge}");
    }
}
