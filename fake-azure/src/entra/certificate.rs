//! A service principal's registered certificate.

use anyhow::{Context, ensure};
use ring::digest::{Algorithm, digest};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::EndEntityCert;
use webpki::ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY};

/// A certificate with an RSA key, the only ones that Entra takes.
#[derive(Debug)]
pub(in super::super) struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub(in super::super) fn read(pem: &str) -> anyhow::Result<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).context("it is not PEM")?;
        let certificate = EndEntityCert::try_from(&der).context("it is not X.509")?;
        let error = certificate.verify_signature(RSA_PKCS1_2048_8192_SHA256, &[], &[]).err();
        ensure!(error == Some(webpki::Error::InvalidSignatureForPublicKey), "its key is not an RSA key");
        Ok(Self(der))
    }

    /// The DER.
    pub(super) fn der(&self) -> &[u8] {
        &self.0
    }

    /// The digest of the DER.
    pub(super) fn thumbprint(&self, algorithm: &'static Algorithm) -> Vec<u8> {
        digest(algorithm, &self.0).as_ref().to_vec()
    }

    /// Whether its key has signed `message` by PS256 (with a salt as long as the digest) or RS256.
    pub(super) fn has_signed(&self, pss: bool, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn SignatureVerificationAlgorithm =
            if pss { RSA_PSS_2048_8192_SHA256_LEGACY_KEY } else { RSA_PKCS1_2048_8192_SHA256 };
        let certificate = EndEntityCert::try_from(&self.0);
        certificate.is_ok_and(|certificate| certificate.verify_signature(algorithm, message, signature).is_ok())
    }
}
