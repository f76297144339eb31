//! The certificate authority of a server: a new one, or a saved one that clients already trust.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData, date_time_ymd,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use super::certificates;
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
    /// A new authority for every host, for a server whose key is never stored. Its certificate is valid for two years.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers, or its clock is before 1970.
    pub fn new() -> Result<Self, ServerError> {
        Self::generate(None).map_err(|error| ServerError::new(&error))
    }

    /// A new authority for these domains and addresses, such as those of [`Fake::domains`](crate::Fake::domains), and the hosts
    /// in them: by its name constraints (RFC 5280, section 4.2.1.10), clients refuse what it signs for any other host.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::new`], and if a domain is no DNS name.
    ///
    /// ```
    /// use fake_azure::CertificateAuthority;
    ///
    /// let domains = ["vault.azure.net".to_owned(), "127.0.0.1".to_owned()];
    /// let authority = CertificateAuthority::for_domains(&domains)?;
    /// assert!(authority.check_domains(&domains).is_ok());
    /// assert!(authority.check_domains(&["example.com".to_owned()]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_domains(domains: &[String]) -> Result<Self, ServerError> {
        Self::generate(Some(constraints(domains))).map_err(|error| ServerError::new(&error))
    }

    /// Checks that clients accept what the authority signs for these domains and addresses, and not what it signs for others.
    ///
    /// # Errors
    ///
    /// The first domain that it can't sign for, or that it can sign for every host.
    pub fn check_domains(&self, domains: &[String]) -> Result<(), ServerError> {
        self.check(domains).map_err(|error| ServerError::new(&error))
    }

    fn check(&self, domains: &[String]) -> anyhow::Result<()> {
        let der = CertificateDer::from_pem_slice(self.pem.as_bytes())?;
        let anchor = webpki::anchor_from_trusted_cert(&der)?;
        ensure!(anchor.name_constraints.is_some(), "it can sign for every host: it has no name constraints");
        let params = params(None);
        let issuer = Issuer::from_params(&params, &self.key);
        let accepted = |name: &str| -> anyhow::Result<bool> {
            let (certificate, _) = certificates::issue(name, &issuer)?;
            let anchors = std::slice::from_ref(&anchor);
            let usage = KeyUsage::server_auth();
            let time = UnixTime::now();
            let certificate = EndEntityCert::try_from(&certificate)?;
            let algorithms = webpki::ALL_VERIFICATION_ALGS;
            Ok(certificate.verify_for_usage(algorithms, anchors, &[], time, usage, None, None).is_ok())
        };
        for domain in domains {
            ensure!(accepted(domain)?, "it can't sign for {domain}, which is another fake Azure's");
        }
        for foreign in ["keyfob.invalid", "192.0.2.1"] {
            ensure!(!accepted(foreign)?, "it can sign for {foreign}");
        }
        Ok(())
    }

    fn generate(constraints: Option<NameConstraints>) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("this machine's date is before 1970")?;
        let mut params = params(constraints);
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

    /// The private key as PEM. Whoever has it can impersonate the authority's domains to clients that trust the
    /// certificate.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The issuer of server certificates. Its name and key identifier are those of the authority's certificate.
    pub(super) fn issuer(self) -> Issuer<'static, KeyPair> {
        Issuer::new(params(None), self.key)
    }
}

fn params(constraints: Option<NameConstraints>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Keyfob fake Azure");
    params.name_constraints = constraints;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Constraints of names and addresses. With none of a kind, every name of that kind would be permitted.
fn constraints(domains: &[String]) -> NameConstraints {
    let subtree = |domain: &String| match domain.parse::<IpAddr>() {
        Ok(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
        }
        Err(_) => GeneralSubtree::DnsName(domain.clone()),
    };
    let own = ["localhost", "127.0.0.1"].map(str::to_owned);
    let all = own.iter().chain(domains.iter().filter(|domain| !own.contains(domain)));
    NameConstraints { permitted_subtrees: all.map(subtree).collect(), excluded_subtrees: Vec::new() }
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
        let mut expired = params(None);
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

    #[test]
    fn signs_for_its_domains_only() {
        let domains = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let own = domains(&["vault.azure.net", "login.microsoftonline.com", "127.0.0.1", "localhost", "::1"]);
        let authority = CertificateAuthority::for_domains(&own).unwrap();
        authority.check_domains(&own).unwrap();
        authority.check_domains(&domains(&["my-vault.vault.azure.net"])).unwrap();
        for foreign in ["azure.net", "xvault.azure.net", "example.com", "10.0.0.1", "127.0.0.2", "fd00::1"] {
            let error = authority.check_domains(&domains(&[foreign])).unwrap_err();
            assert!(error.to_string().contains(&format!("it can't sign for {foreign}")), "{error}");
        }
        let kept = CertificateAuthority::from_pem(authority.pem(), &authority.key_pem()).unwrap();
        kept.check_domains(&own).unwrap();
        CertificateAuthority::for_domains(&[]).unwrap().check_domains(&domains(&["localhost"])).unwrap();
        let unlimited = CertificateAuthority::new().unwrap().check_domains(&own).unwrap_err();
        assert!(unlimited.to_string().contains("every host"), "{unlimited}");
    }
}
