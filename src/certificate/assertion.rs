//! The client assertion: a JWT (RFC 7519) that authenticates the client (RFC 7523), signed with the certificate's key
//! (RFC 7515).
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials#assertion-format>

use rsa::{Pkcs1v15Sign, Pss};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Certificate;
use super::random::Random;
use crate::json::quote;
use crate::platform::Platform;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::{to_base64, to_base64url};

/// The lifetime of an assertion in seconds. Entra's documentation recommends five to ten minutes.
const LIFETIME: u64 = 600;

/// The content of an assertion.
pub(crate) struct Assertion<'a> {
    /// The URL of the token endpoint.
    pub(crate) audience: &'a str,
    /// The client id of the app registration.
    pub(crate) client_id: &'a str,
    /// The current time in unix seconds.
    pub(crate) now: u64,
    /// Whether the authority is AD FS, which supports neither PS256 nor SHA-256 thumbprints.
    pub(crate) adfs: bool,
    /// Whether to send all certificates (`x5c`), for apps that trust a subject name and issuer.
    pub(crate) send_chain: bool,
}

impl Certificate {
    /// Makes a signed client assertion. `None` only if signing fails.
    pub(crate) fn assertion(&self, assertion: &Assertion<'_>, platform: &dyn Platform) -> Option<SecretString> {
        let mut token = to_base64url(self.header(assertion)?.as_bytes());
        token.push('.');
        token.push_str(&to_base64url(claims(assertion, platform).as_bytes()));
        let signature = self.sign(token.as_bytes(), assertion.adfs, platform)?;
        token.push('.');
        token.push_str(&to_base64url(&signature));
        Some(token.into())
    }

    /// Signs with RS256 for AD FS, otherwise with PS256 (RFC 7518). By default, the crate `rsa` blinds the calculation,
    /// and verifies the signature with the public key before it returns it.
    fn sign(&self, text: &[u8], adfs: bool, platform: &dyn Platform) -> Option<Vec<u8>> {
        let digest = Sha256::digest(text);
        let mut random = Random::new(platform);
        let signature = if adfs {
            self.key.sign_with_rng(&mut random, Pkcs1v15Sign::new::<Sha256>(), &digest)
        } else {
            // The salt is as long as the hash, 32 bytes.
            self.key.sign_with_rng(&mut random, Pss::<Sha256>::new(), &digest)
        };
        signature.ok()
    }

    fn header(&self, assertion: &Assertion<'_>) -> Option<String> {
        let leaf = self.chain.first()?;
        let mut header = if assertion.adfs {
            format!(r#"{{"alg":"RS256","typ":"JWT","x5t":"{}""#, to_base64url(&Sha1::digest(leaf)))
        } else {
            format!(r#"{{"alg":"PS256","typ":"JWT","x5t#S256":"{}""#, to_base64url(&Sha256::digest(leaf)))
        };
        if assertion.send_chain {
            for (index, certificate) in self.chain.iter().enumerate() {
                header.push_str(if index == 0 { r#","x5c":[""# } else { r#"",""# });
                header.push_str(&to_base64(certificate));
            }
            header.push_str("\"]");
        }
        header.push('}');
        Some(header)
    }
}

fn claims(assertion: &Assertion<'_>, platform: &dyn Platform) -> String {
    let (audience, client, now) = (quote(assertion.audience), quote(assertion.client_id), assertion.now);
    let (id, expires) = (uuid(platform.random(), platform.random()), now.saturating_add(LIFETIME));
    format!(
        r#"{{"aud":{audience},"iss":{client},"sub":{client},"jti":"{id}","iat":{now},"nbf":{now},"exp":{expires}}}"#
    )
}

/// A random UUID (RFC 9562, version 4).
fn uuid(high: u64, low: u64) -> String {
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    format!("{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use rsa::PublicKey;
    use serde_json::{Value as Json, json};

    use super::super::tests::{fixture, read};
    use super::*;
    use crate::platform::testing::TestPlatform;
    use crate::text::{base64, base64url};

    const ASSERTION: Assertion<'_> = Assertion {
        audience: "https://login.example/tenant/oauth2/v2.0/token",
        client_id: "client",
        now: 1_700_000_000,
        adfs: false,
        send_chain: false,
    };

    /// The assertion of a fixture: header, claims, the signed text, and the signature.
    fn assertion_of(name: &str, assertion: &Assertion<'_>) -> (Json, Json, String, Vec<u8>) {
        let token =
            read(name).unwrap().assertion(assertion, &TestPlatform { random: 50, ..TestPlatform::default() }).unwrap();
        let parts: Vec<_> = token.expose().split('.').collect();
        let [header, claims, signature] = *parts else { unreachable!() };
        let json = |part| serde_json::from_slice(&base64url(part).unwrap()).unwrap();
        (json(header), json(claims), format!("{header}.{claims}"), base64url(signature).unwrap())
    }

    fn public_key(name: &str) -> PublicKey {
        read(name).unwrap().key.to_public_key()
    }

    /// A thumbprint that OpenSSL calculated, as base64url.
    fn thumbprint(file: &str) -> String {
        to_base64url(&base64(&String::from_utf8(fixture(file)).unwrap()).unwrap())
    }

    #[test]
    fn an_assertion_for_entra() {
        let (header, claims, signed, signature) = assertion_of("cert-first.pem", &ASSERTION);
        assert_eq!(header["alg"], json!("PS256"));
        assert_eq!(header["typ"], json!("JWT"));
        assert_eq!(header["x5t#S256"], json!(thumbprint("x5t-s256.txt").as_str()));
        assert_eq!(header.get("x5t").or(header.get("x5c")), None);
        assert_eq!(claims["aud"], json!(ASSERTION.audience));
        assert_eq!(claims["iss"], json!("client"));
        assert_eq!(claims["sub"], json!("client"));
        assert_eq!(claims["jti"], json!("00000000-0000-4032-8000-000000000032"));
        assert_eq!(claims["iat"], json!(1_700_000_000));
        assert_eq!(claims["nbf"], json!(1_700_000_000));
        assert_eq!(claims["exp"], json!(1_700_000_600));
        let digest = Sha256::digest(&signed);
        assert_eq!(public_key("cert-first.pem").verify(Pss::<Sha256>::new_with_salt(32), &digest, &signature), Ok(()));
    }

    #[test]
    fn an_assertion_for_ad_fs() {
        let (header, _, signed, signature) = assertion_of("pkcs1.pem", &Assertion { adfs: true, ..ASSERTION });
        assert_eq!(header["alg"], json!("RS256"));
        assert_eq!(header["x5t"], json!(thumbprint("x5t.txt").as_str()));
        assert_eq!(header.get("x5t#S256"), None);
        let digest = Sha256::digest(&signed);
        assert_eq!(public_key("pkcs1.pem").verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature), Ok(()));
    }

    #[test]
    fn the_chain_is_sent_on_request() {
        for name in ["chain.pem", "chain-root-first.pem", "chain.pfx"] {
            let (header, ..) = assertion_of(name, &Assertion { send_chain: true, ..ASSERTION });
            let chain = read(name).unwrap().chain;
            let expected: Vec<_> = chain.iter().map(|certificate| to_base64(certificate)).collect();
            assert_eq!((&header["x5c"], expected.len()), (&json!(expected), 3), "{name}");
        }
    }

    #[test]
    fn the_same_signature_as_openssl() {
        let expected = base64(&String::from_utf8(fixture("rs256.txt")).unwrap());
        let certificate = read("aes256.pfx").unwrap();
        // Blinding does not change the signature, whatever the random numbers are.
        for random in [0, 50, u64::MAX] {
            assert_eq!(
                certificate.sign(b"keyfob", true, &TestPlatform { random, ..TestPlatform::default() }),
                expected,
                "{random}"
            );
        }
    }

    #[test]
    fn a_client_id_is_escaped_in_json() {
        let (_, claims, ..) = assertion_of("pkcs1.pem", &Assertion { client_id: "a\"\\\n\u{e9}", ..ASSERTION });
        assert_eq!(claims["sub"], json!("a\"\\\n\u{e9}"));
    }

    #[test]
    fn random_uuids() {
        assert_eq!(uuid(u64::MAX, u64::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(0x0123_4567_89ab_cdef, 0), "01234567-89ab-4def-8000-000000000000");
    }
}
