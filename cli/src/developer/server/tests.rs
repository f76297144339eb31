//! Tests of what a client without the identity header can do.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::*;
use crate::developer::AllowedResources;

/// A server whose tools are never asked, because no resource is allowed.
async fn server(log: impl Fn(&Event) + Send + Sync + 'static) -> Server {
    let chain = Chain::new().allowing(AllowedResources::Named { vaults: Vec::new(), scopes: Vec::new() });
    Server::start(chain, None, log).await.unwrap()
}

/// A request for a token with this identity header. The right one gets an answer from the developer's tools.
fn request(server: &Server, header: &str) -> String {
    let (path, address) = ("/msi/token?api-version=2019-08-01&resource=a", server.address);
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nX-IDENTITY-HEADER: {header}\r\n\r\n")
}

/// Sends a request, and reads the answer to its end.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with('}') {
        answer.push(char::from(stream.read_u8().await.unwrap()));
    }
    answer
}

/// Whether the server has closed a connection before now: it does so for idle ones after 30 seconds.
fn is_closed(stream: TcpStream) -> bool {
    let read = stream.into_std().and_then(|mut stream| std::io::Read::read(&mut stream, &mut [0]));
    read.map_or_else(|error| error.kind() != std::io::ErrorKind::WouldBlock, |length| length == 0)
}

#[tokio::test]
async fn strangers_do_not_keep_the_app_out() {
    let server = server(|_| {}).await;
    let good = request(&server, server.header());
    let mut known = TcpStream::connect(server.address).await.unwrap();
    assert!(ask(&mut known, &good).await.contains("--dev-scope a"));
    let mut idle = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /msi/token").await.unwrap();
        idle.push(stream);
    }
    let mut late = TcpStream::connect(server.address).await.unwrap();
    assert!(ask(&mut late, &good).await.contains("--dev-scope a"));
    // The app's first connection is still its own, and the first strangers have lost theirs.
    assert!(ask(&mut known, &good).await.contains("--dev-scope a"));
    for stream in idle.into_iter().take(200) {
        assert!(is_closed(stream));
    }
}

#[tokio::test]
async fn refusal_ends_the_connection_and_refusals_fill_no_log() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let server = server(move |event| log.lock().unwrap().push(event.to_string())).await;
    let wrong = request(&server, "wrong");
    for _ in 0..50 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // All in one packet; the rest may be lost when the connection is reset.
        stream.write_all(wrong.repeat(3).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap_or_default();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1);
    }
    assert_eq!(lines.lock().unwrap().len(), 20);
    // The app's own refusals are all logged.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..30 {
        ask(&mut stream, &request(&server, server.header())).await;
    }
    assert_eq!(lines.lock().unwrap().len(), 50);
}

#[tokio::test(start_paused = true)]
async fn connections_end_in_time() {
    let address = ([127, 0, 0, 1], 4242).into();
    for (sent, answer) in [
        ("".to_owned(), ""),
        ("GET /msi/token HTTP/1.1\r\nHost".to_owned(), ""),
        (format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 14)), "HTTP/1.1 431 "),
    ] {
        let tokens = TokenCache::new(Chain::new());
        let endpoint = Arc::new(Endpoint::new(address, "right".to_owned(), tokens, |_| {}));
        let (mut near, far) = duplex(1 << 15);
        tokio::spawn(serve(far, Connections::new(LIMITS).slot().await, endpoint));
        let started = Instant::now();
        near.write_all(sent.as_bytes()).await.unwrap();
        let mut all = String::new();
        near.read_to_string(&mut all).await.unwrap();
        assert!(all.starts_with(answer) && all.is_empty() == answer.is_empty(), "{all}");
        assert_eq!(started.elapsed().as_secs(), if answer.is_empty() { 30 } else { 0 });
    }
}
