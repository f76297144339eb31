//! ClientCertificateCredential: a service principal that signs an assertion with a certificate's private key.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
//!
//! The cryptography would make the component half as large again, so it is behind the cargo feature `certificate`. Without
//! the feature the credential exists and returns an error that says so.

use super::confidential_client::{Authenticate, FormFields};
use super::options::CredentialOptions;
use crate::entra::TokenEndpoint;
use crate::error::Result;
use crate::http::Call;
use crate::language::{CERTIFICATE_ARGUMENT, Language};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretBytes, SecretString};

pub(super) const NAME: &str = "ClientCertificateCredential";

/// Where a certificate comes from.
pub enum Source {
    /// The content of a PEM or PKCS#12 file.
    Bytes(SecretBytes),
    /// The path of a file. It is read for each assertion, because certificates are renewed.
    Path(String),
}

pub(super) fn authentication(
    certificate: Source,
    password: Option<SecretString>,
    options: &CredentialOptions,
    language: Language,
) -> Result<Box<dyn Authenticate>> {
    let origin = language.say(CERTIFICATE_ARGUMENT);
    Ok(Box::new(ClientCertificate::new(certificate, password, options.send_certificate_chain, origin)?))
}

#[cfg(feature = "certificate")]
pub(super) use with_certificates::ClientCertificate;

#[cfg(feature = "certificate")]
mod with_certificates {
    use super::*;
    use crate::certificate::{Assertion, Certificate, MAX_SIZE};
    use crate::credential::confidential_client::assertion_fields;
    use crate::diagnosis;
    use crate::error::{Error, ErrorKind};
    use crate::secret::quote_path;
    use crate::value;

    pub(in crate::credential) struct ClientCertificate {
        key: Key,
        send_chain: bool,
        origin: String,
    }

    enum Key {
        Read(Box<Certificate>),
        File { path: String, password: Option<SecretString> },
    }

    impl ClientCertificate {
        pub(in crate::credential) fn new(
            source: Source,
            password: Option<SecretString>,
            send_chain: bool,
            origin: &str,
        ) -> Result<Self> {
            let origin = origin.to_owned();
            Ok(match source {
                Source::Bytes(bytes) => {
                    let certificate = read(&bytes.0, password.as_ref(), &origin, ErrorKind::InvalidArgument)?;
                    Self { key: Key::Read(Box::new(certificate)), send_chain, origin }
                }
                Source::Path(path) => {
                    value::check_public(&origin, &path)?;
                    let origin = format!("the certificate file {} (from {origin})", quote_path(&path));
                    Self { key: Key::File { path, password }, send_chain, origin }
                }
            })
        }

        fn sign(
            &self,
            certificate: &Certificate,
            call: Call<'_>,
            client_id: &str,
            endpoint: &TokenEndpoint<'_>,
        ) -> Result<FormFields> {
            let assertion = Assertion {
                audience: &endpoint.url(),
                client_id,
                now: call.platform.unix_now(),
                adfs: endpoint.adfs,
                send_chain: self.send_chain,
            };
            let signed = certificate.assertion(&assertion, call.platform).ok_or_else(|| {
                Error::new(ErrorKind::AuthenticationFailed, format!("the key in {} can't sign", self.origin))
            })?;
            Ok(assertion_fields(signed))
        }

        async fn file(&self, call: Call<'_>, path: &str) -> Result<SecretBytes> {
            let why = match call.platform.read_file(path, MAX_SIZE).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error.describe(),
            };
            Err(Error::new(ErrorKind::AuthenticationFailed, format!("{} {why}", self.origin)).with_hint(
                diagnosis::file_access(
                    "Check that the path is right",
                    path,
                    "give the certificate itself in code, as bytes",
                    call.language,
                ),
            ))
        }
    }

    fn read(bytes: &[u8], password: Option<&SecretString>, origin: &str, kind: ErrorKind) -> Result<Certificate> {
        Certificate::read(bytes, password.map(SecretString::expose)).map_err(|error| {
            Error::new(kind, format!("{origin}: {}", error.why)).with_hint(diagnosis::configuration(error.cure))
        })
    }

    impl Authenticate for ClientCertificate {
        fn form_fields<'a>(
            &'a self,
            call: Call<'a>,
            client_id: &'a str,
            endpoint: &'a TokenEndpoint<'_>,
        ) -> LocalFuture<'a, Result<FormFields>> {
            Box::pin(async move {
                match &self.key {
                    Key::Read(certificate) => self.sign(certificate, call, client_id, endpoint),
                    Key::File { path, password } => {
                        let bytes = self.file(call, path).await?;
                        let certificate =
                            read(&bytes.0, password.as_ref(), &self.origin, ErrorKind::AuthenticationFailed)?;
                        self.sign(&certificate, call, client_id, endpoint)
                    }
                }
            })
        }

        fn origin(&self) -> &str {
            &self.origin
        }

        fn renewal_hint(&self, _: Language) -> &'static str {
            "Check that the certificate is still valid, and that the host's clock is right"
        }
    }
}

#[cfg(not(feature = "certificate"))]
pub(super) use without::ClientCertificate;

#[cfg(not(feature = "certificate"))]
mod without {
    use super::*;
    use crate::diagnosis;
    use crate::error::Error;

    /// No value of this type exists.
    pub(in crate::credential) enum ClientCertificate {}

    impl ClientCertificate {
        pub(in crate::credential) fn new(_: Source, _: Option<SecretString>, _: bool, origin: &str) -> Result<Self> {
            // Not `Unsupported`: with that kind a chain would go on to an identity that was not intended.
            let message = format!("{origin} is given, but this build of Keyfob can't use certificates");
            Err(Error::invalid(message).with_hint(diagnosis::without_certificates()))
        }
    }

    impl Authenticate for ClientCertificate {
        fn form_fields<'a>(
            &'a self,
            _: Call<'a>,
            _: &'a str,
            _: &'a TokenEndpoint<'_>,
        ) -> LocalFuture<'a, Result<FormFields>> {
            match *self {}
        }

        fn origin(&self) -> &str {
            match *self {}
        }
    }
}
