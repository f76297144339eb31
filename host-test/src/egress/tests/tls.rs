//! TLS that fails in a real handshake, with the real component on this side of it: nothing is sent, the error says what it
//! was, and the same credential and client work as soon as the server is mended.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::bindings::exports::keyfob::azure::types::ErrorKind;
use crate::call_error::CallError;
use crate::egress::{Egress, Sockets};
use crate::engine::{Build, Keyfob};
use crate::host::Host;
use crate::spec::CredentialKind;

const VAULT: &str = "v.vault.azure.net";
const AUTHORITY: &str = "login.microsoftonline.com";

/// What a server shows to who connects.
enum Face {
    Certificate(TlsAcceptor),
    /// It speaks no TLS, and says so in HTTP.
    Plain,
}

/// An authority for certificates, made for a test.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), Issuer::new(params, key))
}

/// A certificate for both hosts but for what `change` makes of it; signed by itself where there is no issuer.
fn certificate(issuer: Option<&Issuer<'_, KeyPair>>, change: fn(&mut CertificateParams)) -> Face {
    let mut params = CertificateParams::new([VAULT.to_owned(), AUTHORITY.to_owned()]).expect("names");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    change(&mut params);
    let key = KeyPair::generate().expect("a key");
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let chain = vec![CertificateDer::from(certificate.expect("a certificate"))];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .expect("a configuration");
    Face::Certificate(TlsAcceptor::from(Arc::new(config)))
}

/// Answers one request, as both services at once; what it was.
async fn answer(stream: TcpStream, face: &Mutex<Face>) -> Option<String> {
    let acceptor = match &*face.lock().expect("a face") {
        Face::Certificate(acceptor) => Some(acceptor.clone()),
        Face::Plain => None,
    };
    let Some(acceptor) = acceptor else {
        let mut stream = stream;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        return None;
    };
    let mut stream = acceptor.accept(stream).await.ok()?;
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.ok()?;
    let request = String::from_utf8_lossy(request.get(..length)?).into_owned();
    let body = if request.starts_with("POST") {
        r#"{"access_token":"a-token","token_type":"Bearer","expires_in":3599}"#.to_owned()
    } else {
        format!(r#"{{"value":"a-value","id":"https://{VAULT}/secrets/a/00000000000000000000000000000001"}}"#)
    };
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok()?;
    Some(request)
}

#[tokio::test]
async fn a_handshake_that_fails_sends_nothing_and_can_be_mended() {
    let (trusted, issuer) = authority();
    let (_, stranger) = authority();
    let good = || certificate(Some(&issuer), |_| {});
    let flaws: [(&str, &dyn Fn() -> Face); 7] = [
        ("expired", &|| certificate(Some(&issuer), |it| it.not_after = date_time_ymd(2020, 1, 1))),
        ("not valid yet", &|| certificate(Some(&issuer), |it| it.not_before = date_time_ymd(4000, 1, 1))),
        ("of another name", &|| {
            certificate(Some(&issuer), |it| {
                it.subject_alt_names = vec![rcgen::SanType::DnsName("other.example".try_into().expect("a name"))]
            })
        }),
        ("not for servers", &|| {
            certificate(Some(&issuer), |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
        }),
        ("of an unknown authority", &|| certificate(Some(&stranger), |_| {})),
        ("its own authority", &|| certificate(None, |_| {})),
        ("no TLS", &|| Face::Plain),
    ];
    for (flaw, face) in flaws {
        for hop in [AUTHORITY, VAULT] {
            let face = Arc::new(Mutex::new(face()));
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            let heard = Arc::new(Mutex::new(Vec::new()));
            let server = tokio::spawn({
                let (face, heard) = (Arc::clone(&face), Arc::clone(&heard));
                async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        let request = answer(stream, &face).await;
                        heard.lock().expect("a list").extend(request);
                    }
                }
            });
            let mut sockets = Sockets::new().ca_pem(trusted.as_bytes()).expect("an authority");
            sockets = sockets.connect_to(&format!("{hop}:443=127.0.0.1:{port}")).expect("a rule");
            let egress = Egress::sockets(sockets).allow(hop);
            let keyfob = Keyfob::from_build(Build::WithoutCertificates).expect("the component");
            let mut app = Host::new(&keyfob).egress(egress).instantiate().await.expect("an instance");
            let kind = if hop == AUTHORITY {
                CredentialKind::ClientSecret {
                    tenant_id: "contoso.example".to_owned(),
                    client_id: "44444444-dddd-4ddd-8ddd-000000000004".to_owned(),
                    client_secret: "canary~client.secret".to_owned(),
                }
            } else {
                CredentialKind::Static {
                    token: "canary-token".to_owned(),
                    expires_on: u64::from(u32::MAX),
                    scope: None,
                }
            };
            let credential = app.create_credential(&kind.into()).await.expect("a credential");
            let client = app
                .create_client(&format!("https://{VAULT}"), credential, &Default::default())
                .await
                .expect("a client");
            let mut call = async || -> Result<String, CallError> {
                if hop == VAULT {
                    return Ok(app.get_secret(client, "a", &Default::default()).await?.value);
                }
                let scopes = ["https://vault.azure.net/.default"];
                Ok(app.get_token(credential, &scopes, &Default::default()).await?.token)
            };

            match call().await {
                Err(CallError::Azure(error)) => {
                    assert_eq!(error.kind, ErrorKind::Transport, "{flaw} at {hop}: {error:?}");
                    assert!(error.message.contains("the certificate is not trusted"), "{flaw} at {hop}: {error:?}");
                    assert!(error.hint.is_some_and(|hint| hint.contains(hop)), "{flaw} at {hop}");
                }
                other => panic!("{flaw} at {hop}: {other:?}"),
            }
            assert_eq!(*heard.lock().expect("a list"), Vec::<String>::new(), "{flaw} at {hop}");

            *face.lock().expect("a face") = good();
            assert!(call().await.is_ok(), "{flaw} at {hop}: once it is mended");
            server.abort();
        }
    }
}
