//! Tests with the files of `tests/certificates/`, which OpenSSL made, and with damaged ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

pub(super) const PASSWORD: Option<&str> = Some("keyfob-test");

pub(super) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/certificates/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(super) fn read(name: &str) -> Result<Certificate, CertificateError> {
    Certificate::read(&fixture(name), PASSWORD)
}

fn error(name: &str, password: Option<&str>) -> Option<CertificateError> {
    Certificate::read(&fixture(name), password).err()
}

#[test]
fn every_form_gives_the_same_key_and_certificate() {
    let expected = read("cert-first.pem").unwrap();
    for (name, password) in [
        ("key-first.pem", None),
        ("pkcs1.pem", None),
        ("pkcs1.pem", PASSWORD),
        ("encrypted.pem", PASSWORD),
        ("encrypted-aes128.pem", PASSWORD),
        ("encrypted-des3.pem", PASSWORD),
        ("encrypted-pbe.pem", PASSWORD),
        ("encrypted-unicode-password.pem", Some("pässwörd-🔑")),
        ("aes256.pfx", PASSWORD),
        ("aes128.pfx", PASSWORD),
        ("des3.pfx", PASSWORD),
        ("rc2.pfx", PASSWORD),
        ("no-mac.pfx", PASSWORD),
        ("unicode-password.pfx", Some("pässwörd-🔑")),
        ("empty-password.pfx", None),
        ("empty-password.pfx", Some("")),
        ("des3-empty-password.pfx", None),
        ("absent-password.pfx", None),
        ("absent-password.pfx", Some("")),
        ("des3-absent-password.pfx", None),
        ("unencrypted.pfx", None),
        ("unencrypted.pfx", PASSWORD),
        ("unencrypted-mac.pfx", None),
    ] {
        let certificate = Certificate::read(&fixture(name), password).map_err(|error| (name, error)).unwrap();
        assert!(certificate.key == expected.key, "{name}");
        assert_eq!(certificate.chain, expected.chain, "{name}");
    }
    assert_eq!(expected.chain, [fixture("no-key.der")]);
}

#[test]
fn the_leaf_comes_first_and_the_others_in_the_order_of_the_file() {
    let chain = read("chain.pem").unwrap().chain;
    let [leaf, intermediate, root] = chain.as_slice() else { unreachable!() };
    assert_eq!(read("chain.pfx").unwrap().chain, chain);
    assert_eq!(read("chain-root-first.pem").unwrap().chain, [leaf.clone(), root.clone(), intermediate.clone()]);
}

#[test]
fn every_error_says_what_is_wrong() {
    for (name, password, expected) in [
        ("encrypted.pem", None, error::PASSWORD_NEEDED),
        ("encrypted.pem", Some(""), error::PASSWORD_NEEDED),
        ("encrypted.pem", Some("wrong"), error::PASSWORD_WRONG),
        ("encrypted-des3.pem", Some("wrong"), error::PASSWORD_WRONG),
        ("encrypted-pbe.pem", Some("wrong"), error::PASSWORD_WRONG),
        ("encrypted-scrypt.pem", PASSWORD, error::PEM_ALGORITHM),
        ("encrypted-iterations.pem", PASSWORD, error::PEM_ITERATIONS),
        ("encrypted-pkcs1.pem", PASSWORD, error::ENCRYPTED_PEM),
        ("ec.pem", None, error::ELLIPTIC),
        ("ec-sec1.pem", None, error::ELLIPTIC),
        ("ec.pfx", PASSWORD, error::ELLIPTIC),
        ("ed25519.pem", None, error::NOT_RSA),
        ("small.pem", None, error::KEY_SIZE),
        ("no-key.pem", None, error::NO_KEY),
        ("no-key.der", None, error::NO_KEY),
        ("no-key.pfx", PASSWORD, error::NO_KEY),
        ("no-cert.pem", None, error::NO_CERTIFICATE),
        ("other-key.pem", None, error::OTHER_KEY),
        ("two-keys.pem", None, error::TWO_KEYS),
        ("iterations.pfx", PASSWORD, error::ITERATIONS),
        ("sha512.pfx", PASSWORD, error::ALGORITHM),
        ("truncated.pfx", PASSWORD, error::DAMAGED),
        ("base64.txt", PASSWORD, error::BASE64),
        ("make", None, error::NEITHER),
        ("key.der", None, error::NEITHER),
        ("encrypted-key.der", PASSWORD, error::NEITHER),
        ("no-key.p7b", PASSWORD, error::NEITHER),
        ("aes256.pfx", Some("wrong"), error::PASSWORD_WRONG),
        ("aes256.pfx", None, error::PASSWORD_NEEDED),
        ("aes256.pfx", Some(""), error::PASSWORD_NEEDED),
        ("des3.pfx", Some("wrong"), error::PASSWORD_WRONG),
        ("rc2.pfx", Some("wrong"), error::PASSWORD_WRONG),
        ("no-mac.pfx", Some("wrong"), error::PASSWORD_WRONG),
        ("no-mac.pfx", None, error::PASSWORD_NEEDED),
        ("empty-password.pfx", Some("wrong"), error::PASSWORD_WRONG),
    ] {
        assert_eq!(error(name, password), Some(expected), "{name} {password:?}");
    }
}

#[test]
fn an_unknown_key_derivation_is_an_algorithm_error() {
    let scrypt = b"\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
    let seed = fixture("no-mac.pfx");
    let at = seed.windows(oid::PBKDF2.len()).position(|window| window == oid::PBKDF2).unwrap();
    let bytes = [&seed[..at], scrypt, &seed[at + scrypt.len()..]].concat();
    assert_eq!(Certificate::read(&bytes, PASSWORD).err(), Some(error::ALGORITHM));
}

#[test]
fn other_files_are_errors() {
    for (bytes, expected) in [
        (&b""[..], error::NEITHER),
        (b"hello", error::NEITHER),
        (b"\xff\xfe-\0-\0", error::NEITHER),
        (b"\x30", error::DAMAGED),
        (b"\x30\x80\x02\x01\x03", error::BER),
        (b"-----BEGIN ", error::DAMAGED),
        (b"-----BEGIN CERTIFICATE-----", error::DAMAGED),
        (b"-----BEGIN CERTIFICATE-----\nMA==\n-----END PRIVATE KEY-----", error::DAMAGED),
        (b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", error::DAMAGED),
        (b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----", error::DAMAGED),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----", error::PASSWORD_NEEDED),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nMA==\n-----END OPENSSH PRIVATE KEY-----", error::NOT_RSA),
        (b"-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----", error::NEITHER),
        (&[b'x'; MAX_SIZE + 1], error::TOO_LARGE),
    ] {
        assert_eq!(Certificate::read(bytes, None).err(), Some(expected), "{:?}", bytes.get(..20));
    }
}

#[test]
fn comments_in_a_pem_file_may_be_anything() {
    let mut bytes = b"friendlyName: \xe9t\xe9\r\n".to_vec();
    bytes.extend(fixture("key-first.pem").iter().flat_map(|byte| match byte {
        b'\n' => b"\r\n".to_vec(),
        byte => vec![*byte],
    }));
    assert!(Certificate::read(&bytes, None).is_ok());
}

/// The result is an error, or a certificate if the damage is in a signature or a name.
#[test]
fn damaged_files_cause_no_panic() {
    let seed = fixture("unencrypted.pfx");
    for at in 0..seed.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = seed.clone();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= change;
            }
            drop(Certificate::read(&bytes, None));
        }
        drop(Certificate::read(&seed[..at], None));
    }
    // An encrypted key has no MAC, and neither has this file, so the damaged data is decrypted.
    let pem = String::from_utf8(fixture("encrypted.pem")).unwrap();
    let start = pem.find("-----BEGIN ENCRYPTED").unwrap();
    for at in (start..pem.len()).step_by(41) {
        let bytes = [&pem[..at], "A", &pem[at + 1..]].concat();
        drop(Certificate::read(bytes.as_bytes(), PASSWORD));
    }
    let seed = fixture("no-mac.pfx");
    for at in (0..seed.len()).step_by(41) {
        let mut bytes = seed.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0xff;
        }
        drop(Certificate::read(&bytes, PASSWORD));
    }
}
