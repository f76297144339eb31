//! The object identifiers that are told apart, as DER writes them.

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017).
pub(super) const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// `id-ecPublicKey`, 1.2.840.10045.2.1 (RFC 5480).
pub(super) const ELLIPTIC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

/// `id-data`, 1.2.840.113549.1.7.1 (RFC 5652).
pub(super) const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// `id-encryptedData`, 1.2.840.113549.1.7.6 (RFC 5652).
pub(super) const ENCRYPTED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
/// `keyBag`, 1.2.840.113549.1.12.10.1.1 (RFC 7292), and the ones after it.
pub(super) const KEY_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01";
/// `pkcs8ShroudedKeyBag`.
pub(super) const SHROUDED_KEY_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02";
/// `certBag`.
pub(super) const CERTIFICATE_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03";
/// `x509Certificate`, 1.2.840.113549.1.9.22.1 (RFC 2985).
pub(super) const X509: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01";

/// `pbeWithSHAAnd3-KeyTripleDES-CBC`, 1.2.840.113549.1.12.1.3 (RFC 7292).
pub(super) const PBE_3DES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03";
/// `pbeWithSHAAnd128BitRC2-CBC`, 1.2.840.113549.1.12.1.5.
pub(super) const PBE_RC2_128: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x05";
/// `pbeWithSHAAnd40BitRC2-CBC`, 1.2.840.113549.1.12.1.6.
pub(super) const PBE_RC2_40: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06";
/// `PBES2`, 1.2.840.113549.1.5.13 (RFC 8018).
pub(super) const PBES2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
/// `PBKDF2`, 1.2.840.113549.1.5.12 (RFC 8018).
pub(super) const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";

/// `aes128-CBC-PAD`, 2.16.840.1.101.3.4.1.2 (RFC 8018), and its larger sisters.
pub(super) const AES_128_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x02";
pub(super) const AES_192_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x16";
pub(super) const AES_256_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a";
/// `des-EDE3-CBC`, 1.2.840.113549.3.7 (RFC 8018).
pub(super) const DES_EDE3_CBC: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x03\x07";

/// `id-sha1`, 1.3.14.3.2.26, and `id-sha256`, 2.16.840.1.101.3.4.2.1 (RFC 8017).
pub(super) const SHA1: &[u8] = b"\x2b\x0e\x03\x02\x1a";
pub(super) const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
/// `id-hmacWithSHA1`, 1.2.840.113549.2.7 (RFC 8018), and `id-hmacWithSHA256`, its last number 9.
pub(super) const HMAC_SHA1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x07";
pub(super) const HMAC_SHA256: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x09";
