//! The egress alone, without a component.

mod in_process;
mod proxy;
mod sockets;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use super::{Egress, Error, Response};
use fake_azure::wire::{Request, Timeouts};

/// Each limit is known by its time.
const LIMITS: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    first_byte: Duration::from_secs(2),
    between_bytes: Duration::from_secs(3),
};

async fn get(egress: &Egress, url: &str) -> Result<Response, Error> {
    ask(egress, "GET", url).await
}

async fn ask(egress: &Egress, method: &str, url: &str) -> Result<Response, Error> {
    let uri: http::Uri = url.parse().expect("a URI");
    let host = uri.authority().expect("an authority").to_string();
    let request = Request::new(Bytes::new());
    let (mut parts, body) = request.into_parts();
    parts.method = method.parse().expect("a method");
    parts.headers.insert("host", host.parse().expect("a value"));
    parts.uri = uri;
    egress.send(&Request::from_parts(parts, body), LIMITS).await
}

async fn text(response: Response) -> Result<String, Error> {
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// TLS for a server named v.vault.azure.net, and its certificate as PEM.
fn vault_tls() -> (TlsAcceptor, String) {
    let key = rcgen::generate_simple_self_signed(["v.vault.azure.net".to_owned()]).expect("a certificate");
    let private = rustls_pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .expect("a configuration");
    (TlsAcceptor::from(Arc::new(config)), key.cert.pem())
}
