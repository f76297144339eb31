//! RSA private keys, in PKCS#8 (RFC 5208) and PKCS#1 (RFC 8017), and the public key of an X.509 certificate (RFC 5280).

use core::ops::RangeInclusive;

use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey};

use super::der::{BIT_STRING, EXPLICIT_0, OCTET_STRING, OID, Reader, SEQUENCE};
use super::error::{CertificateError, DAMAGED, ELLIPTIC, KEY_SIZE, NOT_RSA};
use super::oid;
use crate::prelude::*;

/// The accepted key sizes. Entra rejects smaller keys, and signing with a larger one takes seconds.
const KEY_BITS: RangeInclusive<usize> = 2048..=8192;

/// Reads a private key in PKCS#8. Keys that are not RSA keys are an error.
pub(super) fn pkcs8(der: &[u8]) -> Result<PrivateKey, CertificateError> {
    let mut fields = Reader::new(der).enter(SEQUENCE)?;
    fields.number()?;
    match fields.enter(SEQUENCE)?.take(OID)? {
        oid::RSA => pkcs1(fields.take(OCTET_STRING)?),
        oid::ELLIPTIC => Err(ELLIPTIC),
        _ => Err(NOT_RSA),
    }
}

/// Reads an RSA private key in PKCS#1.
pub(super) fn pkcs1(der: &[u8]) -> Result<PrivateKey, CertificateError> {
    let mut fields = Reader::new(der).enter(SEQUENCE)?;
    // The version is 0 for a key of two primes. Keys of more primes, which are not in use, have fields that aren't read
    // here.
    if fields.small_number()? != 0 {
        return Err(DAMAGED);
    }
    let [n, e, d, p, q] = [fields.number()?, fields.number()?, fields.number()?, fields.number()?, fields.number()?];
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    if !KEY_BITS.contains(&bits) {
        return Err(KEY_SIZE);
    }
    // Secret numbers get the width of the modulus, because the time of a calculation depends on the width.
    let secret = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, n.len() as u32 * 8).map_err(|_| DAMAGED);
    let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
    PrivateKey::from_components(n, e, secret(d)?, vec![secret(p)?, secret(q)?]).map_err(|_| DAMAGED)
}

/// Whether the certificate contains the public key of this private key.
pub(super) fn certificate_matches(certificate: &[u8], key: &PrivateKey) -> Result<bool, CertificateError> {
    let mut signed = Reader::new(certificate).enter(SEQUENCE)?.enter(SEQUENCE)?;
    // The version, which is absent in version 1.
    signed.optional(EXPLICIT_0);
    // Serial number, signature algorithm, issuer, validity, subject.
    for _ in 0..5 {
        signed.any()?;
    }
    let mut public = signed.enter(SEQUENCE)?;
    if public.enter(SEQUENCE)?.take(OID)? != oid::RSA {
        return Ok(false);
    }
    // The first byte is the number of unused bits in the last byte: 0.
    let bits = public.take(BIT_STRING)?.strip_prefix(&[0]).ok_or(DAMAGED)?;
    let mut public = Reader::new(bits).enter(SEQUENCE)?;
    Ok(public.number()? == &*key.n_bytes() && public.number()? == &*key.e_bytes())
}
