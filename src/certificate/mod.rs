//! A certificate with its private key, as ClientCertificateCredential needs it: read from PEM or PKCS#12, and signing
//! the assertion that Microsoft Entra takes in place of a client secret.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
//!
//! The cryptography is RustCrypto's. What is read are few fields at known places, which a strict reader of our own
//! for DER does in few bytes.

mod assertion;
mod der;
mod error;
mod key;
mod oid;
mod pbe;
mod pem;
mod pkcs12;
mod random;
#[cfg(test)]
mod tests;

use rsa::PrivateKey;
use zeroize::Zeroizing;

pub(crate) use assertion::Assertion;
pub(crate) use error::CertificateError;

use crate::prelude::*;

/// The largest file that is read. A chain of ten certificates has half of it.
pub(crate) const MAX_SIZE: usize = 64 * 1024;

/// A certificate with its private key.
pub(crate) struct Certificate {
    key: PrivateKey,
    /// The certificates in DER: the key's own, then the others in the order of the file.
    chain: Vec<Vec<u8>>,
}

/// What a file holds.
#[derive(Default)]
struct Contents {
    keys: Vec<PrivateKey>,
    certificates: Vec<Vec<u8>>,
}

impl Certificate {
    /// Reads PEM or PKCS#12. The password is PKCS#12's; none and an empty one are the same.
    pub(crate) fn read(bytes: &[u8], password: Option<&str>) -> Result<Self, CertificateError> {
        if bytes.len() > MAX_SIZE {
            return Err(error::TOO_LARGE);
        }
        let text = ascii(bytes);
        let contents = if text.contains(pem::BEGIN) {
            pem::read(&text)?
        } else if bytes.first() == Some(&der::SEQUENCE) {
            pkcs12::read(bytes, password)?
        } else {
            // Any DER of 128 bytes or more begins so in base64.
            return Err(if text.trim_start().starts_with("MI") { error::BASE64 } else { error::NEITHER });
        };
        Self::choose(contents)
    }

    /// The one key, and the certificate that belongs to it first.
    fn choose(contents: Contents) -> Result<Self, CertificateError> {
        let Contents { mut keys, certificates: mut chain } = contents;
        let key = match (keys.pop(), chain.is_empty()) {
            (Some(_), _) if !keys.is_empty() => return Err(error::TWO_KEYS),
            (Some(_), true) => return Err(error::NO_CERTIFICATE),
            (Some(key), false) => key,
            (None, false) => return Err(error::NO_KEY),
            (None, true) => return Err(error::NEITHER),
        };
        for at in 0..chain.len() {
            if chain.get(at).map_or(Ok(false), |certificate| key::belongs(certificate, &key))? {
                if let Some(first) = chain.get_mut(..=at) {
                    first.rotate_right(1);
                }
                return Ok(Self { key, chain });
            }
        }
        Err(error::OTHER_KEY)
    }
}

/// The text of a PEM file, which is ASCII wherever it is read; its comments may be anything.
fn ascii(bytes: &[u8]) -> Zeroizing<String> {
    // Its size first, because a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    text.extend(bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }));
    text
}
