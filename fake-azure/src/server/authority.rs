//! The certificate authority of a server: a new one, or a saved one that clients already trust.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use crate::error::ServerError;

/// Long enough for users to trust it once; limited because the key may be stored on a disk.
const LIFETIME: Duration = Duration::from_secs(2 * 365 * 86_400);

/// A certificate authority for the fake's hosts. Clients have to trust its certificate.
#[derive(Debug)]
pub struct CertificateAuthority {
    pem: String,
    key: KeyPair,
}

impl CertificateAuthority {
    /// A new authority. Its certificate is valid for two years.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers, or its clock is before 1970.
    pub fn new() -> Result<Self, ServerError> {
        Self::generate().map_err(|error| ServerError::new(&error))
    }

    fn generate() -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("this machine's date is before 1970")?;
        let mut params = params();
        // The clocks of other machines and containers may differ a little.
        params.not_before = date_time_ymd(1970, 1, 1) + now.saturating_sub(Duration::from_secs(86_400));
        params.not_after = date_time_ymd(1970, 1, 1) + now + LIFETIME;
        Ok(Self { pem: params.self_signed(&key)?.pem(), key })
    }

    /// An authority from the texts that [`CertificateAuthority::pem`] and [`CertificateAuthority::key_pem`] returned.
    ///
    /// # Errors
    ///
    /// The texts are not the certificate of an authority and its key, or the certificate has expired. The error does not
    /// quote the key.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, ServerError> {
        Self::parse(certificate, key).map_err(|error| ServerError::new(&error))
    }

    fn parse(certificate: &str, key: &str) -> anyhow::Result<Self> {
        let kept = Self::read(certificate, key)?;
        match verdict(certificate, UnixTime::now())? {
            // The expected result: webpki refuses an authority as a server's certificate.
            webpki::Error::CaUsedAsEndEntity => Ok(kept),
            webpki::Error::CertExpired { .. } => bail!("the certificate has expired"),
            webpki::Error::CertNotValidYet { .. } => bail!("the certificate is not valid yet: is the date right?"),
            _ => bail!("the certificate is not a certificate authority's"),
        }
    }

    fn read(certificate: &str, key: &str) -> anyhow::Result<Self> {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).context("the certificate is not PEM")?;
        // The cause is dropped, because it could quote the key.
        let key = KeyPair::from_pem(key).map_err(|_| anyhow::Error::msg("the key is not a PEM key"))?;
        let parsed = EndEntityCert::try_from(&der).context("the certificate is not X.509")?;
        let same = parsed.subject_public_key_info().as_ref() == key.subject_public_key_info();
        ensure!(same, "certificate and key do not belong together");
        Ok(Self { pem: certificate.to_owned(), key })
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The private key as PEM. Whoever has it can impersonate any host to clients that trust the certificate.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The issuer of server certificates. Its name and key identifier are those of the authority's certificate.
    pub(super) fn issuer(self) -> Issuer<'static, KeyPair> {
        Issuer::new(params(), self.key)
    }
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Keyfob fake Azure");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The error of webpki for the certificate as a server's. It checks the dates first.
fn verdict(certificate: &str, time: UnixTime) -> anyhow::Result<webpki::Error> {
    let der = CertificateDer::from_pem_slice(certificate.as_bytes())?;
    let algorithms = webpki::ALL_VERIFICATION_ALGS;
    let result = EndEntityCert::try_from(&der)?
        .verify_for_usage(algorithms, &[], &[], time, KeyUsage::server_auth(), None, None)
        .err();
    result.context("nobody signed it, and it is trusted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_saved_authority_is_reused() {
        let first = CertificateAuthority::new().unwrap();
        let again = CertificateAuthority::from_pem(first.pem(), &first.key_pem()).unwrap();
        assert_eq!((again.pem(), again.key_pem()), (first.pem(), first.key_pem()));
        let in_three_years = UnixTime::since_unix_epoch(
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + LIFETIME + Duration::from_secs(60),
        );
        let verdict = verdict(first.pem(), in_three_years).unwrap();
        assert!(matches!(verdict, webpki::Error::CertExpired { .. }), "{verdict:?}");
    }

    #[test]
    fn rejects_an_invalid_saved_authority() {
        let (ca, other) = (CertificateAuthority::new().unwrap(), CertificateAuthority::new().unwrap());
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(["h".to_owned()]).unwrap().self_signed(&key).unwrap().pem();
        let mut expired = params();
        expired.not_after = date_time_ymd(2001, 1, 1);
        let expired = expired.self_signed(&key).unwrap().pem();
        for (certificate, key, says) in [
            (ca.pem(), "canary", "the key is not a PEM key"),
            ("canary", ca.key_pem().as_str(), "the certificate is not PEM"),
            (ca.pem(), other.key_pem().as_str(), "do not belong together"),
            (&server, key.serialize_pem().as_str(), "not a certificate authority's"),
            (&expired, key.serialize_pem().as_str(), "has expired"),
        ] {
            let error = CertificateAuthority::from_pem(certificate, key).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }
}
