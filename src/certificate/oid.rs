//! The object identifiers that the readers compare, in DER.

use const_oid::ObjectIdentifier;

/// Defines constants with the content of identifiers in DER, calculated at compile time.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal;)*) => {$(
        $(#[$doc])*
        pub(super) const $name: &[u8] = {
            const IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);
            IDENTIFIER.as_bytes()
        };
    )*};
}

identifiers! {
    /// `rsaEncryption` (RFC 8017).
    RSA = "1.2.840.113549.1.1.1";
    /// `id-ecPublicKey` (RFC 5480).
    ELLIPTIC = "1.2.840.10045.2.1";

    /// `id-data` (RFC 5652).
    DATA = "1.2.840.113549.1.7.1";
    /// `id-encryptedData` (RFC 5652).
    ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
    /// `keyBag` (RFC 7292).
    KEY_BAG = "1.2.840.113549.1.12.10.1.1";
    /// `pkcs8ShroudedKeyBag` (RFC 7292).
    SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
    /// `certBag` (RFC 7292).
    CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
    /// `x509Certificate` (RFC 2985).
    X509 = "1.2.840.113549.1.9.22.1";

    /// `pbeWithSHAAnd3-KeyTripleDES-CBC` (RFC 7292).
    PBE_3DES = "1.2.840.113549.1.12.1.3";
    /// `pbeWithSHAAnd128BitRC2-CBC` (RFC 7292).
    PBE_RC2_128 = "1.2.840.113549.1.12.1.5";
    /// `pbeWithSHAAnd40BitRC2-CBC` (RFC 7292).
    PBE_RC2_40 = "1.2.840.113549.1.12.1.6";
    /// `PBES2` (RFC 8018).
    PBES2 = "1.2.840.113549.1.5.13";
    /// `PBKDF2` (RFC 8018).
    PBKDF2 = "1.2.840.113549.1.5.12";

    /// `aes128-CBC-PAD` (RFC 8018).
    AES_128_CBC = "2.16.840.1.101.3.4.1.2";
    /// `aes192-CBC-PAD` (RFC 8018).
    AES_192_CBC = "2.16.840.1.101.3.4.1.22";
    /// `aes256-CBC-PAD` (RFC 8018).
    AES_256_CBC = "2.16.840.1.101.3.4.1.42";
    /// `des-EDE3-CBC` (RFC 8018).
    DES_EDE3_CBC = "1.2.840.113549.3.7";

    /// `id-sha1` (RFC 8017).
    SHA1 = "1.3.14.3.2.26";
    /// `id-sha256` (RFC 8017).
    SHA256 = "2.16.840.1.101.3.4.2.1";
    /// `id-hmacWithSHA1` (RFC 8018).
    HMAC_SHA1 = "1.2.840.113549.2.7";
    /// `id-hmacWithSHA256` (RFC 8018).
    HMAC_SHA256 = "1.2.840.113549.2.9";
}
