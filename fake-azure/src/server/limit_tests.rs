//! Tests of what one connection may take: with a stream in memory and a paused clock.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::CertificateAuthority;
use super::certificates::Certificates;
use super::connection::{self, ServerState};
use crate::listen::{Connections, Limits};
use crate::wire::{Request, ScriptedResponse, Service};

/// Answers `/big` with a mebibyte, and all else with two bytes.
struct Scripted;

impl Service for Scripted {
    fn handle(&self, request: &Request, _: u64) -> ScriptedResponse {
        let length = if request.uri().path() == "/big" { 1 << 20 } else { 2 };
        ScriptedResponse::reply(200, "text/plain", "x".repeat(length))
    }
}

/// A connection that the client has written this to.
async fn connection(text: impl AsRef<[u8]>, tls_only: bool) -> (DuplexStream, JoinHandle<()>) {
    let config = Certificates::of(CertificateAuthority::new().unwrap()).server_config().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let state = ServerState { azure: Arc::new(Scripted), acceptor, alias: None, on_handshake_failure: None };
    let slot = Connections::new(Limits { connections: 1, strangers: 1 }).slot().await;
    let (mut near, far) = duplex(1 << 19);
    let served = tokio::spawn(connection::run(far, Arc::new(state), slot, tls_only));
    near.write_all(text.as_ref()).await.unwrap();
    (near, served)
}

/// All that comes, and the seconds until the end.
async fn rest((mut stream, _): (DuplexStream, JoinHandle<()>)) -> (String, u64) {
    let started = Instant::now();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    (String::from_utf8(all).unwrap(), started.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn unfinished_requests_end_in_time() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n";
    for (text, tls_only) in
        [("", false), ("", true), ("\x16", false), ("\x16\x03\x01\x02", true), ("GET", false), (head, false)]
    {
        assert_eq!(rest(connection(text, tls_only).await).await, (String::new(), 30), "{text:?}");
    }
    let (answer, seconds) = rest(connection(format!("{head}\r\nhalf"), false).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"), "{answer}");
    assert_eq!(seconds, 30);
}

#[tokio::test(start_paused = true)]
async fn idle_connection_ends_in_time() {
    let (answer, seconds) = rest(connection("GET / HTTP/1.1\r\nHost: h\r\n\r\n", false).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nxx"), "{answer}");
    assert_eq!(seconds, 30);
    // The same in a tunnel.
    let (answer, seconds) = rest(connection("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", false).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(seconds, 30);
}

#[tokio::test(start_paused = true)]
async fn responses_that_nobody_reads_end_in_time() {
    let requests = "GET /big HTTP/1.1\r\nHost: h\r\n\r\n".repeat(1000);
    let started = Instant::now();
    let (_unread, served) = connection(requests, false).await;
    served.await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_head_is_bounded() {
    let long = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(3 << 17));
    let (answer, seconds) = rest(connection(long, false).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(seconds, 0);
}
