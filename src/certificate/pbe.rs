//! Password-based decryption: PBES2 with PBKDF2 (RFC 8018), and 3DES and RC2 with the key derivation of PKCS#12 (RFC
//! 7292, appendices B and C).

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use des::TdesEde3;
use hmac::digest::block_api::{BlockSizeUser, EagerHash};
use hmac::digest::{Digest, FixedOutputReset};
use hmac::{Hmac, Mac};
use pbkdf2::pbkdf2_hmac;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use rc2::Rc2;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::der::{INTEGER, OCTET_STRING, OID, Reader, SEQUENCE};
use super::error::{ALGORITHM, CertificateError, DAMAGED, ITERATIONS, PASSWORD_WRONG};
use super::oid;
use crate::prelude::*;

/// The maximum number of hash function runs for one file: a million iterations of PBKDF2 each for the key and for the
/// certificates, and a million for the MAC. OpenSSL's default is 2048 iterations. The limit for fuzzing is a hundredth,
/// because the fuzzer soon finds files that use the whole budget, and would spend all its time on them.
const MAX_RUNS: u32 = if cfg!(fuzzing) { 50_000 } else { 5_000_000 };

/// The number of hash function runs that are left for a file.
pub(super) struct Budget(u32);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MAX_RUNS)
    }

    /// Subtracts the runs for `blocks` blocks of output with this number of iterations each.
    fn spend(&mut self, iterations: u32, blocks: u32) -> Result<(), CertificateError> {
        if iterations == 0 {
            return Err(DAMAGED);
        }
        self.0 = self.0.checked_sub(iterations.saturating_mul(blocks)).ok_or(ITERATIONS)?;
        Ok(())
    }
}

/// A password in its two forms: UTF-8 for PBES2, and UTF-16 with a terminating zero for the key derivation of PKCS#12.
pub(super) struct Password<'p> {
    text: &'p str,
    utf16: Zeroizing<Vec<u8>>,
}

impl<'p> Password<'p> {
    pub(super) fn new(text: &'p str) -> Self {
        // Allocated at its full size, because a vector that grows leaves copies of the password in memory.
        let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        utf16.extend(text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes));
        Self { text, utf16 }
    }

    /// No password. PKCS#12 distinguishes it from an empty one: it has no terminating zero.
    pub(super) fn absent() -> Self {
        Self { text: "", utf16: Zeroizing::default() }
    }
}

/// Whether this is the MAC of the text under the password (RFC 7292, appendix A).
pub(super) fn verify_mac(
    hash: &[u8],
    mac: &[u8],
    text: &[u8],
    (salt, iterations): (&[u8], u32),
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<bool, CertificateError> {
    budget.spend(iterations, 1)?;
    let verify = match hash {
        oid::SHA1 => verify_mac_with::<Sha1>,
        oid::SHA256 => verify_mac_with::<Sha256>,
        _ => return Err(ALGORITHM),
    };
    Ok(verify(mac, text, (salt, iterations), password))
}

fn verify_mac_with<H>(mac: &[u8], text: &[u8], (salt, iterations): (&[u8], u32), password: &Password<'_>) -> bool
where
    H: Digest + FixedOutputReset + BlockSizeUser + EagerHash,
    Hmac<H>: Mac + KeyInit,
{
    let length = <H as Digest>::output_size();
    let key = derive_key::<H>(&password.utf16, salt, Pkcs12KeyType::Mac, iterations.cast_signed(), length);
    let key = Zeroizing::new(key);
    // An HMAC accepts a key of any length, so making it does not fail.
    <Hmac<H> as KeyInit>::new_from_slice(&key)
        .is_ok_and(|hmac| Mac::verify_slice(Mac::chain_update(hmac, text), mac).is_ok())
}

/// Decrypts data. `algorithm` reads the content of an `AlgorithmIdentifier`.
pub(super) fn decrypt(
    mut algorithm: Reader<'_>,
    data: &[u8],
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    match algorithm.take(OID)? {
        oid::PBES2 => pbes2(algorithm.enter(SEQUENCE)?, data, password, budget),
        oid::PBE_3DES => pkcs12(algorithm, data, password, budget, (24, cbc::<TdesEde3>)),
        // The effective key length of RC2 is the whole length of the key.
        oid::PBE_RC2_128 => pkcs12(algorithm, data, password, budget, (16, cbc::<Rc2>)),
        oid::PBE_RC2_40 => pkcs12(algorithm, data, password, budget, (5, cbc::<Rc2>)),
        _ => Err(ALGORITHM),
    }
}

/// A function that decrypts in CBC mode: key, initialization vector, data.
type Decrypt = fn(&[u8], &[u8], &[u8]) -> Result<Zeroizing<Vec<u8>>, CertificateError>;

/// The algorithms of PKCS#12 itself, which older tools and macOS use. 40-bit RC2 protects only the certificates there.
fn pkcs12(
    mut algorithm: Reader<'_>,
    data: &[u8],
    password: &Password<'_>,
    budget: &mut Budget,
    (length, decrypt): (usize, Decrypt),
) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let mut parameters = algorithm.enter(SEQUENCE)?;
    let (salt, iterations) = (parameters.take(OCTET_STRING)?, parameters.small_number()?);
    // A block of SHA-1 has 20 bytes: at most two blocks for the key, and one for the initialization vector.
    budget.spend(iterations, 3)?;
    let derive = |kind, length| {
        Zeroizing::new(derive_key::<Sha1>(&password.utf16, salt, kind, iterations.cast_signed(), length))
    };
    decrypt(&derive(Pkcs12KeyType::EncryptionKey, length), &derive(Pkcs12KeyType::Iv, 8), data)
}

/// A function that derives a key by PBKDF2: password, salt, iterations, the key.
type Derive = fn(&[u8], &[u8], u32, &mut [u8]);

fn pbes2(
    mut parameters: Reader<'_>,
    data: &[u8],
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let mut derivation = parameters.enter(SEQUENCE)?;
    let mut cipher = parameters.enter(SEQUENCE)?;
    let (length, decrypt): (usize, Decrypt) = match cipher.take(OID)? {
        oid::AES_128_CBC => (16, cbc::<Aes128>),
        oid::AES_192_CBC => (24, cbc::<Aes192>),
        oid::AES_256_CBC => (32, cbc::<Aes256>),
        oid::DES_EDE3_CBC => (24, cbc::<TdesEde3>),
        _ => return Err(ALGORITHM),
    };
    let iv = cipher.take(OCTET_STRING)?;
    if derivation.take(OID)? != oid::PBKDF2 {
        return Err(ALGORITHM);
    }
    let mut derivation = derivation.enter(SEQUENCE)?;
    let (salt, iterations) = (derivation.take(OCTET_STRING)?, derivation.small_number()?);
    // The optional key length, which the cipher determines already.
    derivation.optional(INTEGER);
    let function = match derivation.optional(SEQUENCE) {
        Some(function) => Reader::new(function).take(OID)?,
        None => oid::HMAC_SHA1,
    };
    let (output, derive): (usize, Derive) = match function {
        oid::HMAC_SHA1 => (20, pbkdf2_hmac::<Sha1>),
        oid::HMAC_SHA256 => (32, pbkdf2_hmac::<Sha256>),
        _ => return Err(ALGORITHM),
    };
    // An HMAC runs its hash function twice.
    budget.spend(iterations, 2 * length.div_ceil(output) as u32)?;
    let mut key = Zeroizing::new(vec![0; length]);
    derive(password.text.as_bytes(), salt, iterations, &mut key);
    decrypt(&key, iv, data)
}

fn cbc<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let cipher = C::new_from_slice(key).map_err(|_| DAMAGED)?;
    let mode = cbc::Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| DAMAGED)?;
    let mut plain = Zeroizing::new(data.to_vec());
    let length = mode.decrypt_padded::<Pkcs7>(&mut plain).map_err(|_| PASSWORD_WRONG)?.len();
    plain.truncate(length);
    Ok(plain)
}
