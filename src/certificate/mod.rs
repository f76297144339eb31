//! A certificate with its private key, for `ClientCertificateCredential`: reads it from PEM or PKCS#12, and signs the
//! assertion that Microsoft Entra accepts instead of a client secret.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
//!
//! The cryptography is RustCrypto's. The DER reader is our own: only a few fields at known positions are read, and a
//! library for that is larger and less strict.

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

/// The maximum size of a file in bytes. A chain of ten certificates has about half of it.
pub(crate) const MAX_SIZE: usize = 64 * 1024;

/// A certificate with its private key.
pub(crate) struct Certificate {
    key: PrivateKey,
    /// The certificates in DER: first the one of the key, then the others in the order of the file.
    chain: Vec<Vec<u8>>,
}

/// The keys and certificates of a file.
#[derive(Default)]
struct Contents {
    keys: Vec<PrivateKey>,
    certificates: Vec<Vec<u8>>,
}

impl Certificate {
    /// Reads PEM or PKCS#12. The password opens PKCS#12 or an encrypted key in PEM; `None` is the same as an empty one.
    pub(crate) fn read(bytes: &[u8], password: Option<&str>) -> Result<Self, CertificateError> {
        if bytes.len() > MAX_SIZE {
            return Err(error::TOO_LARGE);
        }
        let text = ascii(bytes);
        let contents = if text.contains(pem::BEGIN) {
            pem::read(&text, password)?
        } else if bytes.first() == Some(&der::SEQUENCE) {
            pkcs12::read(bytes, password)?
        } else {
            // The base64 form of a DER sequence of 128 bytes or more starts with `MI`.
            return Err(if text.trim_start().starts_with("MI") { error::BASE64 } else { error::NEITHER });
        };
        Self::choose(contents)
    }

    /// Takes the only key, and moves its certificate to the start of the chain.
    fn choose(contents: Contents) -> Result<Self, CertificateError> {
        let Contents { mut keys, certificates: mut chain } = contents;
        let key = match (keys.pop(), chain.is_empty()) {
            (Some(_), _) if !keys.is_empty() => return Err(error::TWO_KEYS),
            (Some(_), true) => return Err(error::NO_CERTIFICATE),
            (Some(key), false) => key,
            (None, false) => return Err(error::NO_KEY),
            (None, true) => return Err(error::NEITHER),
        };
        for index in 0..chain.len() {
            if chain.get(index).map_or(Ok(false), |certificate| key::certificate_matches(certificate, &key))? {
                if let Some(first) = chain.get_mut(..=index) {
                    first.rotate_right(1);
                }
                return Ok(Self { key, chain });
            }
        }
        Err(error::OTHER_KEY)
    }
}

/// The text of a PEM file. The blocks are ASCII; comments between them may have any encoding, and get question marks.
fn ascii(bytes: &[u8]) -> Zeroizing<String> {
    // Allocated at its full size, because a string that grows leaves copies of the key in memory.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    text.extend(bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }));
    text
}
