//! PEM (RFC 7468): labelled blocks of base64. Text outside the blocks is ignored.

use rsa::PrivateKey;
use zeroize::Zeroizing;

use super::der::{Reader, SEQUENCE};
use super::error::{
    ALGORITHM, CertificateError, DAMAGED, ELLIPTIC, ENCRYPTED_PEM, ITERATIONS, NOT_RSA, PASSWORD_NEEDED, PEM_ALGORITHM,
    PEM_ITERATIONS,
};
use super::pbe::{Budget, Password};
use super::{Contents, key, pkcs12};
use crate::prelude::*;
use crate::text::base64;

pub(super) const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Reads the keys and certificates of a PEM file, in the order of the file.
pub(super) fn read(text: &str, password: Option<&str>) -> Result<Contents, CertificateError> {
    let mut contents = Contents::default();
    let mut budget = Budget::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once(BEGIN) {
        let (label, block) = block.split_once(DASHES).ok_or(DAMAGED)?;
        let (body, after) = block.split_once(DASHES).ok_or(DAMAGED)?;
        let end = after.strip_prefix("END ").and_then(|after| after.strip_prefix(label));
        rest = end.and_then(|after| after.strip_prefix(DASHES)).ok_or(DAMAGED)?;
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => contents.certificates.push(decode(body)?.to_vec()),
            "PRIVATE KEY" => contents.keys.push(key::pkcs8(&decode(body)?)?),
            // The older encryption of OpenSSL has a header in the block: `Proc-Type: 4,ENCRYPTED`.
            _ if label.ends_with("PRIVATE KEY") && body.contains("ENCRYPTED") => return Err(ENCRYPTED_PEM),
            "RSA PRIVATE KEY" => contents.keys.push(key::pkcs1(&decode(body)?)?),
            "ENCRYPTED PRIVATE KEY" => contents.keys.push(encrypted(&decode(body)?, password, &mut budget)?),
            "EC PRIVATE KEY" => return Err(ELLIPTIC),
            _ if label.ends_with("PRIVATE KEY") => return Err(NOT_RSA),
            // Parameters, public keys and certificate requests are not needed.
            _ => {}
        }
    }
    Ok(contents)
}

/// Reads an encrypted private key in PKCS#8 (RFC 5958, section 3).
fn encrypted(der: &[u8], password: Option<&str>, budget: &mut Budget) -> Result<PrivateKey, CertificateError> {
    let password = password.filter(|password| !password.is_empty()).ok_or(PASSWORD_NEEDED)?;
    let key = pkcs12::shrouded_key(Reader::new(der).enter(SEQUENCE)?, &Password::new(password), budget);
    key.map_err(|error| match error {
        ALGORITHM => PEM_ALGORITHM,
        ITERATIONS => PEM_ITERATIONS,
        error => error,
    })
}

fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    base64(body).map(Zeroizing::new).ok_or(DAMAGED)
}
