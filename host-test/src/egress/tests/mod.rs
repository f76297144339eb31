//! The egress alone, without a component.

mod in_process;
mod proxy;
mod sockets;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;

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
