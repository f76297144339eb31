//! Server certificates, issued for the name that a client requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose, SigningKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::authority::CertificateAuthority;

/// The most certificates that are kept. Clients can request endless names, and none of them may keep out the app's.
const MOST_NAMES: usize = 1000;

/// The issuer and its certificates by name.
pub(super) struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    pub(super) fn of(authority: CertificateAuthority) -> Self {
        Self { issuer: authority.issuer(), issued: Mutex::default() }
    }

    /// The TLS configuration of a server with a certificate for every name.
    pub(super) fn server_config(self) -> anyhow::Result<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
        let mut config = builder.with_cert_resolver(Arc::new(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn issue(&self, name: &str) -> anyhow::Result<CertifiedKey> {
        let (certificate, key) = issue(name, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = ring::sign::any_supported_type(&key)?;
        Ok(CertifiedKey::new(vec![certificate], key))
    }
}

/// A server's certificate for a name or an address, and its key.
pub(super) fn issue(
    name: &str,
    issuer: &Issuer<'_, impl SigningKey>,
) -> anyhow::Result<(CertificateDer<'static>, KeyPair)> {
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // Python 3.13 and later require it.
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate.der().clone(), key))
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that connects to an IP address sends no name.
        self.certificate(&hello.server_name().unwrap_or("127.0.0.1").to_ascii_lowercase())
    }
}

impl Certificates {
    fn certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issued.get(name) {
            return Some(Arc::clone(known));
        }
        if issued.len() >= MOST_NAMES {
            issued.clear();
        }
        let fresh = Arc::new(self.issue(name).ok()?);
        issued.insert(name.to_owned(), Arc::clone(&fresh));
        Some(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_names_do_not_keep_out_the_next() {
        let certificates = Certificates::of(CertificateAuthority::new().unwrap());
        let first = certificates.certificate("a.example").unwrap();
        assert!(Arc::ptr_eq(&first, &certificates.certificate("a.example").unwrap()));
        for number in 0..MOST_NAMES {
            assert!(certificates.certificate(&format!("{number}.example")).is_some());
        }
        assert!(certificates.certificate("vault.example").is_some());
        assert!(certificates.issued.lock().unwrap().len() <= MOST_NAMES);
    }
}
