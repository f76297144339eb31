//! The errors of certificate files, each with its cause and its cure.

/// Why a certificate can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CertificateError {
    /// The cause. In a message it follows the file's name and a colon.
    pub(crate) why: &'static str,
    /// The cure, as a sentence without its full stop.
    pub(crate) cure: &'static str,
}

/// The cure for PKCS#12 files that other tools can read and Keyfob can't.
const CONVERT: &str = "Convert it: openssl pkcs12 -legacy -in OLD.pfx -noenc -out PLAIN.pem, then openssl pkcs12 \
    -export -in PLAIN.pem -out NEW.pfx, and delete PLAIN.pem";

/// The cure for encrypted keys in PEM that other tools can read and Keyfob can't.
const ENCRYPT_AGAIN: &str = "Encrypt the key anew: openssl pkcs8 -topk8 -v2 aes256 -in OLD.pem -out KEY.pem, then put it \
    together with the certificate: cat CERT.pem KEY.pem > BOTH.pem";

const MAKE_RSA: &str = "Make a certificate with an RSA key of 2048 bits or more, such as with openssl req -x509 \
    -newkey rsa:2048 -noenc -days 365 -subj /CN=NAME -keyout KEY.pem -out CERT.pem, and upload CERT.pem to the app \
    registration";

pub(super) const TOO_LARGE: CertificateError = CertificateError {
    why: "it is larger than 64 KiB",
    cure: "Give a file that holds one private key, its certificate and the certificates above it, and nothing else",
};

pub(super) const NEITHER: CertificateError = CertificateError {
    why: "it is neither PEM nor PKCS#12",
    cure: "Give a PEM file with the certificate and its private key, or a PKCS#12 file (.pfx, .p12)",
};

pub(super) const BASE64: CertificateError = CertificateError {
    why: "it is a file in base64, which is how Key Vault gives a certificate out as a secret",
    cure: "Decode it first: base64 -d OLD.txt > NEW.pfx",
};

pub(super) const DAMAGED: CertificateError = CertificateError {
    why: "it is damaged or cut off",
    cure: "Export the certificate with its private key again, and copy a .pfx file as binary",
};

pub(super) const BER: CertificateError =
    CertificateError { why: "it is PKCS#12 in BER, and only DER is read", cure: CONVERT };

pub(super) const NO_KEY: CertificateError = CertificateError {
    why: "it holds no private key",
    cure: "Put the private key into the same file: cat CERT.pem KEY.pem > BOTH.pem; from a certificate store, export \
        it with its private key",
};

pub(super) const NO_CERTIFICATE: CertificateError = CertificateError {
    why: "it holds a private key and no certificate",
    cure: "Put the certificate into the same file: cat CERT.pem KEY.pem > BOTH.pem",
};

pub(super) const TWO_KEYS: CertificateError = CertificateError {
    why: "it holds more than one private key",
    cure: "Leave only the key that belongs to the certificate",
};

pub(super) const OTHER_KEY: CertificateError = CertificateError {
    why: "its private key belongs to none of its certificates",
    cure: "Put a certificate and its own key together: openssl x509 -in CERT.pem -noout -pubkey and openssl pkey -in \
        KEY.pem -pubout print the same for such a pair",
};

pub(super) const ENCRYPTED_PEM: CertificateError = CertificateError {
    why: "its private key is encrypted in the older form of OpenSSL (Proc-Type: 4,ENCRYPTED), which is not read",
    cure: ENCRYPT_AGAIN,
};

pub(super) const PEM_ALGORITHM: CertificateError = CertificateError {
    why: "its private key is encrypted in a way that is not read here; AES with SHA-256 or SHA-1, 3DES and RC2 are",
    cure: ENCRYPT_AGAIN,
};

pub(super) const PEM_ITERATIONS: CertificateError = CertificateError {
    why: "its private key hashes the password so often, millions of times, that reading it would hold the component up",
    cure: ENCRYPT_AGAIN,
};

pub(super) const ELLIPTIC: CertificateError =
    CertificateError { why: "its key is an elliptic curve key, and must be an RSA key", cure: MAKE_RSA };

pub(super) const NOT_RSA: CertificateError = CertificateError { why: "its key is not an RSA key", cure: MAKE_RSA };

pub(super) const KEY_SIZE: CertificateError =
    CertificateError { why: "its RSA key has fewer than 2048 or more than 8192 bits", cure: MAKE_RSA };

pub(super) const ALGORITHM: CertificateError = CertificateError {
    why: "the PKCS#12 file is protected in a way that is not read here; AES with SHA-256 or SHA-1, 3DES and RC2 are",
    cure: CONVERT,
};

pub(super) const ITERATIONS: CertificateError = CertificateError {
    why: "the PKCS#12 file hashes its password so often, millions of times, that reading it would hold the component up",
    cure: CONVERT,
};

pub(super) const PASSWORD_NEEDED: CertificateError = CertificateError {
    why: "it is protected by a password, and none is given",
    cure: "Give its password: the option for it, or AZURE_CLIENT_CERTIFICATE_PASSWORD",
};

pub(super) const PASSWORD_WRONG: CertificateError = CertificateError {
    why: "the password does not open it",
    cure: "Correct the password; openssl pkcs12 -in FILE.pfx -noout (for PEM: openssl pkey -in FILE.pem -noout) tells \
        whether it is the right one",
};
