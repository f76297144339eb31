//! PKCS#12 (RFC 7292): bags of keys and certificates, in parts that may be encrypted, and a MAC of the parts.

use rsa::PrivateKey;

use super::der::{EXPLICIT_0, IMPLICIT_0, OCTET_STRING, OID, Reader, SEQUENCE};
use super::error::{ALGORITHM, BER, CertificateError, DAMAGED, NEITHER, NO_KEY, PASSWORD_NEEDED, PASSWORD_WRONG};
use super::pbe::{Budget, Password, decrypt, verify_mac};
use super::{Contents, key, oid};
use crate::prelude::*;

/// Reads the keys and certificates of a PKCS#12 file, in the order of the file.
pub(super) fn read(der: &[u8], password: Option<&str>) -> Result<Contents, CertificateError> {
    if der.get(1) == Some(&0x80) {
        return Err(BER);
    }
    let mut file = Reader::new(der).enter(SEQUENCE)?;
    // A PKCS#12 file begins with its version, a certificate with two sequences.
    if file.optional(SEQUENCE).is_some() {
        return Err(if file.optional(SEQUENCE).is_some() { NO_KEY } else { NEITHER });
    }
    if file.small_number() != Ok(3) {
        return Err(NEITHER);
    }
    let mut content = file.enter(SEQUENCE)?;
    // The other content type is signed with a private key instead of a password.
    if content.take(OID)? != oid::DATA {
        return Err(ALGORITHM);
    }
    let parts = content.enter(EXPLICIT_0)?.take(OCTET_STRING)?;
    let mac = file.optional(SEQUENCE).map(Reader::new);
    let mut budget = Budget::new();
    let given = password.filter(|password| !password.is_empty());
    // Without a password, some tools use an empty one and others none.
    let candidates = match given {
        Some(password) => vec![Password::new(password)],
        None => vec![Password::new(""), Password::absent()],
    };
    for password in &candidates {
        if let Some(mac) = mac
            && !mac_is_valid(mac, parts, password, &mut budget)?
        {
            continue;
        }
        match read_parts(parts, password, &mut budget) {
            Err(PASSWORD_WRONG) => {}
            outcome => return outcome,
        }
    }
    Err(if given.is_some() { PASSWORD_WRONG } else { PASSWORD_NEEDED })
}

fn mac_is_valid(
    mut mac: Reader<'_>,
    parts: &[u8],
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<bool, CertificateError> {
    let mut digest = mac.enter(SEQUENCE)?;
    let hash = digest.enter(SEQUENCE)?.take(OID)?;
    let expected = digest.take(OCTET_STRING)?;
    let salt = mac.take(OCTET_STRING)?;
    let iterations = if mac.is_empty() { 1 } else { mac.small_number()? };
    verify_mac(hash, expected, parts, (salt, iterations), password, budget)
}

fn read_parts(parts: &[u8], password: &Password<'_>, budget: &mut Budget) -> Result<Contents, CertificateError> {
    let mut contents = Contents::default();
    let mut parts = Reader::new(parts).enter(SEQUENCE)?;
    while !parts.is_empty() {
        let mut part = parts.enter(SEQUENCE)?;
        match part.take(OID)? {
            oid::DATA => read_bags(part.enter(EXPLICIT_0)?.take(OCTET_STRING)?, password, budget, &mut contents)?,
            oid::ENCRYPTED_DATA => {
                let mut encrypted = part.enter(EXPLICIT_0)?.enter(SEQUENCE)?;
                encrypted.small_number()?;
                let mut encrypted = encrypted.enter(SEQUENCE)?;
                encrypted.take(OID)?;
                let algorithm = encrypted.enter(SEQUENCE)?;
                let plain = decrypt(algorithm, encrypted.take(IMPLICIT_0)?, password, budget)?;
                read_bags(&plain, password, budget, &mut contents)
                    .map_err(|error| error_after_decryption(error, &plain))?;
            }
            _ => return Err(ALGORITHM),
        }
    }
    Ok(contents)
}

fn read_bags(
    bytes: &[u8],
    password: &Password<'_>,
    budget: &mut Budget,
    contents: &mut Contents,
) -> Result<(), CertificateError> {
    let mut bags = Reader::new(bytes).enter(SEQUENCE)?;
    while !bags.is_empty() {
        let mut bag = bags.enter(SEQUENCE)?;
        let kind = bag.take(OID)?;
        let mut value = bag.enter(EXPLICIT_0)?;
        match kind {
            oid::KEY_BAG => contents.keys.push(key::pkcs8(value.any()?.2)?),
            oid::SHROUDED_KEY_BAG => {
                contents.keys.push(shrouded_key(value.enter(SEQUENCE)?, password, budget)?);
            }
            oid::CERTIFICATE_BAG => {
                let mut certificate = value.enter(SEQUENCE)?;
                if certificate.take(OID)? == oid::X509 {
                    contents.certificates.push(certificate.enter(EXPLICIT_0)?.take(OCTET_STRING)?.to_vec());
                }
            }
            // Revocation lists, secrets and nested bags are ignored: tools don't put the key there.
            _ => {}
        }
    }
    Ok(())
}

/// Reads the content of an `EncryptedPrivateKeyInfo` (RFC 5208), which PEM files have too.
pub(super) fn shrouded_key(
    mut shrouded: Reader<'_>,
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<PrivateKey, CertificateError> {
    let algorithm = shrouded.enter(SEQUENCE)?;
    let plain = decrypt(algorithm, shrouded.take(OCTET_STRING)?, password, budget)?;
    key::pkcs8(&plain).map_err(|error| error_after_decryption(error, &plain))
}

/// The error for data that could be decrypted, but not read. A wrong password leads to valid padding in one of 256
/// cases; the data is then not a sequence.
fn error_after_decryption(error: CertificateError, plain: &[u8]) -> CertificateError {
    let is_sequence = Reader::new(plain).enter(SEQUENCE).is_ok();
    if error == DAMAGED && !is_sequence { PASSWORD_WRONG } else { error }
}
