//! Client assertions as Entra sees them. The key and its certificate are for these tests alone.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use super::super::super::Fake;
use super::super::super::description::TENANT;
use super::super::super::testing::{NOW, ask, fake, get, post, token_claims};
use crate::wire::Service;

const KEY: &str = include_str!("key.pem");
const CERTIFICATE: &str = include_str!("cert.pem");
const APP: &str = "00000000-0000-0000-0000-00000000000c";
const ADFS: &str = "https://adfs.corp.example/adfs/oauth2/token/";

fn world() -> Fake {
    fake(&format!(
        r#"
            adfs-host = "adfs.corp.example"
            [[vault]]
            url = "https://kv.vault.corp.example"
            tenant = "adfs"
            [[identity]]
            name = "P"
            kind = "service-principal"
            client-id = "{APP}"
            certificate = """{CERTIFICATE}"""
            [[identity]]
            name = "W"
            kind = "service-principal"
            client-id = "00000000-0000-0000-0000-00000000000d"
            federated-token = "e30.eyJzdWIiOiJhIn0.c2ln"
            federated-tokens = ["e30.eyJzdWIiOiJiIn0.c2ln"]
            federated-token-expired = "e30.eyJzdWIiOiJjIn0.c2ln"
        "#
    ))
}

fn url() -> String {
    format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")
}

fn der() -> Vec<u8> {
    CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap().to_vec()
}

fn ps256() -> Value {
    json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, &der()))})
}

fn rs256() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der()))})
}

fn claims(audience: &str) -> Value {
    json!({"aud": audience, "iss": APP, "sub": APP, "jti": "1", "nbf": NOW, "exp": NOW + 600})
}

/// The value with some members replaced, or removed where they are null.
fn with(mut value: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => drop(value.as_object_mut().unwrap().remove(name)),
            change => value[name] = change.clone(),
        }
    }
    value
}

/// Signs by what the header says; an unknown algorithm gets an RS256 signature.
fn signed(header: &Value, claims: &Value, base64: impl Engine) -> String {
    let pem = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(pem.secret_pkcs8_der()).unwrap();
    let text = format!("{}.{}", base64.encode(header.to_string()), base64.encode(claims.to_string()));
    let encoding: &dyn RsaEncoding = if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", base64.encode(signature))
}

fn show(fake: &Fake, url: &str, app: &str, assertion: &str) -> (u16, Value) {
    let form = format!(
        "client_id={app}&grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
    );
    ask(fake, &post(url, &form))
}

#[test]
fn a_certificate_proves_the_client() {
    let fake = world();
    let chain = json!({"x5c": [STANDARD.encode(der()), "MA=="]});
    for (url, header, claims) in [
        (url(), ps256(), claims(&url())),
        (url(), rs256(), claims(&url())),
        (url(), with(ps256(), chain.clone()), claims(&url())),
        (url(), ps256(), claims(&format!("https://login.microsoftonline.com/{TENANT}/v2.0"))),
        (url(), ps256(), claims(&url().replace("microsoftonline", "microsoft"))),
        (url().replace("microsoftonline.com", "windows.net"), ps256(), claims(&url())),
        // The official Python SDK.
        (url(), rs256(), with(claims(&url()), json!({"nbf": null, "iat": 1.5, "exp": NOW as f64 + 0.5}))),
        (ADFS.to_owned(), with(rs256(), chain), claims(ADFS)),
        (ADFS.replace("token/", "v2.0/token"), rs256(), claims(&ADFS.replace("token/", "v2.0/token"))),
    ] {
        let (status, body) = show(&fake, &url, APP, &signed(&header, &claims, URL_SAFE_NO_PAD));
        assert_eq!(status, 200, "{header} {claims}: {body}");
        let token = token_claims(&body);
        let tenant = if url.contains("adfs") { "adfs" } else { TENANT };
        assert_eq!((token.appid.as_str(), token.tid.as_str()), (APP, tenant));
    }
    let padded = signed(&ps256(), &claims(&url()), URL_SAFE);
    assert!(padded.contains('='));
    assert_eq!(show(&fake, &url(), APP, &padded).0, 200);
}

#[test]
fn refuses_invalid_signed_assertions() {
    let fake = world();
    let fine = || claims(&url());
    let wrong = |change: Value| with(fine(), change);
    for (header, claims, status, code) in [
        (with(ps256(), json!({"x5t#S256": "AAAA"})), fine(), 401, 700_027),
        (with(ps256(), json!({"x5t#S256": null})), fine(), 400, 50_027),
        (with(rs256(), json!({"x5t": null, "x5t#S256": ps256()["x5t#S256"]})), fine(), 400, 50_027),
        (with(ps256(), json!({"x5c": ["MA=="]})), fine(), 400, 50_027),
        (with(ps256(), json!({"x5c": STANDARD.encode(der())})), fine(), 400, 50_027),
        (with(rs256(), json!({"alg": "RS512"})), fine(), 401, 5_002_738),
        (with(rs256(), json!({"alg": null})), fine(), 401, 5_002_738),
        (ps256(), wrong(json!({"iss": "x"})), 401, 700_021),
        (ps256(), wrong(json!({"sub": null})), 401, 700_021),
        (ps256(), wrong(json!({"aud": null})), 401, 700_023),
        (ps256(), claims("https://login.microsoftonline.com/common/oauth2/v2.0/token"), 401, 700_023),
        (ps256(), claims(&url().replace("microsoftonline.com", "microsoftonline.us")), 401, 700_023),
        (ps256(), wrong(json!({"jti": null})), 400, 50_027),
        (ps256(), wrong(json!({"exp": null})), 400, 50_027),
        (ps256(), wrong(json!({"exp": "soon"})), 400, 50_027),
        (ps256(), wrong(json!({"exp": NOW - 300})), 401, 700_024),
        (ps256(), wrong(json!({"nbf": NOW + 301})), 401, 700_024),
    ] {
        let (got, body) = show(&fake, &url(), APP, &signed(&header, &claims, URL_SAFE_NO_PAD));
        assert_eq!((got, &body["error_codes"][0]), (status, &code.into()), "{header} {claims}: {body}");
    }
    let good = signed(&ps256(), &fine(), URL_SAFE_NO_PAD);
    let (text, _) = good.rsplit_once('.').unwrap();
    let other = signed(&ps256(), &wrong(json!({"jti": "2"})), URL_SAFE_NO_PAD);
    let (_, signature) = other.rsplit_once('.').unwrap();
    // RSASSA-PKCS1 where the header says PSS.
    let pkcs1 = signed(&with(ps256(), json!({"alg": "RS256"})), &fine(), URL_SAFE_NO_PAD);
    let pkcs1 = format!("{text}.{}", pkcs1.rsplit_once('.').unwrap().1);
    for (assertion, code) in [
        (format!("{text}.{signature}"), 700_027),
        (pkcs1, 700_027),
        (format!("{text}.c2ln"), 700_027),
        (format!("{good}%0A"), 50_027),
        (text.to_owned(), 50_027),
        ("a.b.c".to_owned(), 50_027),
    ] {
        let (_, body) = show(&fake, &url(), APP, &assertion);
        assert_eq!(body["error_codes"][0], code, "{assertion}: {body}");
    }
    // Another application, which has no certificate.
    let own = signed(&ps256(), &fine(), URL_SAFE_NO_PAD);
    let (_, body) = show(&fake, &url(), "00000000-0000-0000-0000-00000000000d", &own);
    assert_eq!(body["error_codes"][0], 700_027, "{body}");
}

#[test]
fn an_ad_fs_wants_the_older_signature() {
    let fake = world();
    let (status, body) = show(&fake, ADFS, APP, &signed(&ps256(), &claims(ADFS), URL_SAFE_NO_PAD));
    assert_eq!((status, &body["error_codes"][0]), (401, &5_002_738.into()), "{body}");
    let (status, body) = show(&fake, ADFS, APP, &signed(&rs256(), &claims(&url()), URL_SAFE_NO_PAD));
    assert_eq!((status, &body["error_codes"][0]), (401, &700_023.into()), "{body}");
    let (status, body) = ask(&fake, &get("https://adfs.corp.example/adfs/.well-known/openid-configuration", &[]));
    assert_eq!((status, &body["token_endpoint"]), (200, &ADFS.into()));
    let entra = url().replace("login.microsoftonline.com", "adfs.corp.example");
    assert_eq!(show(&fake, &entra, APP, "a.b.c").0, 404);
    let vault = fake.handle(&get("https://kv.vault.corp.example/secrets/a?api-version=7.4", &[]), NOW);
    assert_eq!(
        vault.headers["www-authenticate"],
        r#"Bearer authorization="https://adfs.corp.example/adfs", resource="https://vault.corp.example""#
    );
    assert_eq!(show(&fake, &url().replace(TENANT, "adfs"), APP, "a.b.c").1["error_codes"][0], 900_023);
}

#[test]
fn a_token_of_a_federated_identity_is_taken_as_it_is() {
    let fake = world();
    for (assertion, status, code) in [
        ("e30.eyJzdWIiOiJhIn0.c2ln", 200, None),
        ("e30.eyJzdWIiOiJiIn0.c2ln", 200, None),
        ("e30.eyJzdWIiOiJjIn0.c2ln", 401, Some(700_024)),
        ("e30.eyJzdWIiOiJkIn0.c2ln", 400, Some(700_213)),
    ] {
        let (got, body) = show(&fake, &url(), "00000000-0000-0000-0000-00000000000d", assertion);
        assert_eq!((got, body["error_codes"][0].as_u64()), (status, code), "{assertion}: {body}");
    }
}
