//! Secrets that belong to certificates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::super::super::Fake;
use super::super::super::testing::fake;
use super::{call, code};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/certificates");

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}/{name}")).unwrap()
}

fn world() -> Fake {
    let pfx = |name: &str| BASE64.encode(file(name));
    fake(&format!(
        "[[identity]]\nname = 'o'\nkind = 'user-assigned'\n[[vault]]\nurl = 'https://story-kv.vault.azure.net'\n\
         roles = {{ o = 'Key Vault Administrator' }}\n\
         [[vault.secret]]\nname = 'cert'\nvalue = '{}'\nversion = '{:032x}'\nmanaged = true\nprevious-version = '{:032x}'\n\
         [[vault.secret]]\nname = 'mac'\nvalue = '{}'\nmanaged = true\n\
         [[vault.secret]]\nname = 'secret'\nvalue = '{}'\nmanaged = true\n\
         [[vault.secret]]\nname = 'pem'\nvalue = 'PEM'\nmanaged = true\ncontent-type = 'application/x-pem-file'\n\
         [[vault.secret]]\nname = 'plain'\nvalue = 'x'\ncontent-type = 'application/x-pkcs12'\n",
        pfx("unencrypted.pfx"),
        2,
        1,
        pfx("unencrypted-mac.pfx"),
        pfx("empty-password.pfx"),
    ))
}

#[test]
fn managed_secrets_are_marked() {
    let fake = world();
    let told = |path: &str| call(&fake, "o", "GET", path, None).1;
    let bundle = told("/secrets/cert");
    assert_eq!((&bundle["managed"], &bundle["contentType"]), (&json!(true), &json!("application/x-pkcs12")));
    assert_eq!(bundle["kid"], format!("https://story-kv.vault.azure.net/keys/cert/{:032x}", 2));
    assert_eq!(bundle["previousVersion"], format!("{:032x}", 1));
    assert_eq!(told("/secrets/cert?api-version=7.6")["previousVersion"], Value::Null);
    let item = &told("/secrets")["value"][0];
    assert_eq!((&item["managed"], &item["kid"], &item["previousVersion"]), (&json!(true), &Value::Null, &Value::Null));
    assert_eq!(told("/secrets/plain")["managed"], Value::Null);
    for (method, body) in [("PUT", Some(json!({"value": "x"}))), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        let (status, told) = call(&fake, "o", method, "/secrets/cert", body.as_ref());
        assert_eq!((status, code(&told)), (403, "Forbidden"), "{method}");
    }
}

#[test]
fn converts_only_pkcs12_to_pem() {
    let fake = world();
    let (pfx, pem) = ("application/x-pkcs12", "application/x-pem-file");
    let get = |name: &str, format: &str| {
        call(&fake, "o", "GET", &format!("/secrets/{name}?api-version=2025-07-01&outContentType={format}"), None)
    };
    for (name, format, status) in [
        ("cert", pem, 200),
        ("cert", pfx, 200),
        ("mac", pem, 200),
        ("pem", pem, 200),
        ("pem", pfx, 400),
        ("cert", "text/plain", 400),
        ("cert", "", 400),
        ("plain", pem, 400),
        // What the fake can't it says, with a status that no vault has.
        ("secret", pem, 501),
    ] {
        let (got, told) = get(name, format);
        assert_eq!(got, status, "{name} {format}: {told}");
        assert!(got != 200 || told["contentType"] == format, "{told}");
    }
    // Interfaces of before know no such parameter.
    let (status, _) = call(&fake, "o", "GET", &format!("/secrets/cert?api-version=7.6&outContentType={pem}"), None);
    assert_eq!(status, 400);
    // As OpenSSL had it before it made the PKCS#12 of it.
    let lines = |text: &str| -> Vec<String> { text.lines().map(|line| line.trim_end().to_owned()).collect() };
    let expected = lines(&String::from_utf8(file("key-first.pem")).unwrap());
    for name in ["cert", "mac"] {
        assert_eq!(lines(get(name, pem).1["value"].as_str().unwrap()), expected, "{name}");
    }
}
