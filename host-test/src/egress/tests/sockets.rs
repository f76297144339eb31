//! Real sockets on loopback, in real time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use wasmtime_wasi_http::Error;

use super::{ask, get, text, vault_tls};
use crate::egress::{Egress, Sockets};

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Answers `replies` requests (requests without a body) and closes.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, replies: usize) {
    for _ in 0..replies {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        if stream.write_all(REPLY).await.is_err() {
            return;
        }
    }
}

/// A server whose connections answer `replies` requests each. Returns its port and the count of connections.
async fn server(replies: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream, replies));
        }
    });
    (port, connections)
}

fn open(sockets: Sockets) -> Egress {
    Egress::sockets(sockets).allow("127.0.0.1").allow("localhost").allow("v.vault.azure.net")
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (port, connections) = server(usize::MAX).await;
    let egress = open(Sockets::new());
    for _ in 0..3 {
        let answer = get(&egress, &format!("http://127.0.0.1:{port}/")).await.expect("an answer");
        assert_eq!(text(answer).await.expect("a body"), "ok");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_connection_that_went_stale_is_no_error() {
    let (port, connections) = server(1).await;
    let egress = open(Sockets::new());
    for method in ["GET", "POST", "GET"] {
        let answer = ask(&egress, method, &format!("http://127.0.0.1:{port}/")).await.expect("an answer");
        assert_eq!(text(answer).await.expect("a body"), "ok");
        // The server's goodbye needs a moment to arrive.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(connections.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn errors_are_precise() {
    let egress = open(Sockets::new());

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let refused = get(&egress, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(refused, Err(Error::ConnectionRefused)), "{refused:?}");

    let (port, _) = server(0).await;
    let dropped = get(&egress, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(dropped, Err(Error::ConnectionTerminated)), "{dropped:?}");

    let plain = get(&egress, &format!("https://127.0.0.1:{port}/")).await;
    assert!(matches!(plain, Err(Error::ConnectionTerminated)), "{plain:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let silent = get(&egress, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(silent, Err(Error::ConnectionReadTimeout)), "{silent:?}");
    drop(listener);
}

#[tokio::test]
async fn tls_is_verified_against_the_name_in_the_url() {
    let (acceptor, certificate) = vault_tls();

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate hangs up.
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, 1).await;
            }
        }
    });

    let rule = |host: &str| format!("{host}:443=127.0.0.1:{port}");
    let untrusted = open(Sockets::new().connect_to(&rule("v.vault.azure.net")).expect("a rule"));
    let result = get(&untrusted, "https://v.vault.azure.net/").await;
    assert!(matches!(result, Err(Error::TlsCertificateError)), "{result:?}");

    let trusting = Sockets::new().ca_pem(certificate.as_bytes()).expect("a certificate");
    let trusting = trusting.connect_to(&rule("v.vault.azure.net")).expect("a rule");
    let trusting = open(trusting.connect_to(&rule("localhost")).expect("a rule"));
    let result = get(&trusting, "https://v.vault.azure.net/").await;
    assert!(result.is_ok(), "{result:?}");
    let result = get(&trusting, "https://localhost/").await;
    assert!(matches!(result, Err(Error::TlsCertificateError)), "{result:?}");
}
