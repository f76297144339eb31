//! Tests of the server with raw sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::super::testing::fake;
use super::Server;
use crate::wire::{BodyEnd, ConnectOutcome, NetworkError, Request, ScriptedResponse, Service};

/// Sends one request and reads all there is.
async fn say(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A response that breaks off ends in an error; the bytes before it are returned.
    stream.read_to_end(&mut answer).await.unwrap_or_default();
    String::from_utf8(answer).unwrap()
}

async fn tls(server: &Server, address: std::net::SocketAddr, name: &str) -> impl AsyncRead + AsyncWrite + Unpin {
    tls_over(server, TcpStream::connect(address).await.unwrap(), name).await.unwrap()
}

async fn tls_over(
    server: &Server,
    stream: TcpStream,
    name: &str,
) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn head(host: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn serves_on_both_doors() {
    let description = "platform = 'vm'\n[[vault]]\nurl = 'https://kv.vault.azure.net'\n[[vault]]\nurl = 'https://localhost:8443'\nresource = 'https://vault.azure.net'";
    let azure: Arc<dyn Service> = Arc::new(fake(description));
    let server = Server::start_for(azure, "169.254.169.254").await.unwrap();
    let (plain, secure) = (server.plain_addr(), server.tls_addr());
    let authorities = ["kv.vault.azure.net:443", "localhost:8443", "169.254.169.254:80"].map(str::to_owned);
    let mapped = server.connect_to(&authorities);
    assert_eq!(mapped.iter().map(|(_, address)| *address).collect::<Vec<_>>(), [secure, plain, plain]);

    for host in ["169.254.169.254".to_owned(), plain.to_string()] {
        let stream = TcpStream::connect(plain).await.unwrap();
        let answer = say(stream, &head(&host, "/metadata/identity/oauth2/token")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("server: IMDS/"), "{answer}");
    }
    for (address, host) in [(secure, "kv.vault.azure.net"), (plain, "localhost:8443")] {
        let name = host.split(':').next().unwrap();
        let answer = say(tls(&server, address, name).await, &head(host, "/secrets/a?api-version=7.4")).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        assert!(answer.contains("AKV10000"), "{answer}");
    }
    let nobody = TcpStream::connect(plain).await.unwrap();
    assert_eq!(say(nobody, &head("nobody.example", "/")).await, "");
    let hostless = TcpStream::connect(plain).await.unwrap();
    let answer = say(hostless, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");

    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(plain).await.is_err());
}

#[tokio::test]
async fn serves_every_platform() {
    let arc = "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https://vault.azure.net";
    let ml = "/MSI/auth?api-version=2017-09-01&resource=https://vault.azure.net";
    for (platform, host, path, says) in [
        ("azure-arc", "localhost:40342", arc, "www-authenticate: Basic realm=/var/opt/azcmagent/tokens/"),
        ("azure-ml", "127.0.0.1:46808", ml, "HTTP/1.1 401"),
        ("cloud-shell", "localhost:50342", "/oauth2/token", "HTTP/1.1 405"),
    ] {
        let azure = Arc::new(fake(&format!("platform = '{platform}'")));
        let authorities = azure.authorities();
        let server = Server::start_for(azure, host).await.unwrap();
        let mapped = server.connect_to(&authorities);
        let (_, address) = mapped.into_iter().find(|(authority, _)| authority == host).unwrap();
        for named in [host.to_owned(), address.to_string()] {
            let stream = TcpStream::connect(address).await.unwrap();
            let head = head(&named, path).replace("Connection", "Metadata: true\r\nConnection");
            let answer = say(stream, &head).await;
            assert!(answer.contains(says), "{platform}: {answer}");
        }
    }
    let server = Server::start(Arc::new(fake("platform = 'service-fabric'"))).await.unwrap();
    let fabric = tls(&server, server.plain_addr(), "localhost").await;
    assert_eq!(say(fabric, &head("localhost:2377", "/metadata/identity/oauth2/token")).await, "");
}

/// Answers by the path what the tests want to see on a socket.
struct Scripted;

impl Service for Scripted {
    fn handle(&self, request: &Request, _: u64) -> ScriptedResponse {
        let ok = ScriptedResponse::reply(200, "text/plain", "whole");
        match request.uri().path() {
            "/reset" => ScriptedResponse { end: BodyEnd::Reset, ..ok },
            "/refused" => ScriptedResponse::no_connection(ConnectOutcome::Fails(NetworkError::Refused)),
            "/late" => ScriptedResponse { first_byte: Some(Duration::from_millis(80)), ..ok },
            "/short" => ok.header("content-length", "9"),
            "/never" => ScriptedResponse { first_byte: None, ..ok },
            _ => ok,
        }
    }
}

#[tokio::test]
async fn plays_faults_in_real_time() {
    let server = Server::start(Arc::new(Scripted)).await.unwrap();
    let ask = async |path: &str| {
        let stream = TcpStream::connect(server.plain_addr()).await.unwrap();
        say(stream, &head("h", path)).await
    };
    assert!(ask("/").await.ends_with("\r\n\r\nwhole"));
    assert_eq!(ask("/refused").await, "");
    let started = std::time::Instant::now();
    assert!(ask("/late").await.ends_with("whole"));
    assert!(started.elapsed() >= Duration::from_millis(80));
    let silence = tokio::time::timeout(Duration::from_millis(80), ask("/never")).await;
    assert!(silence.is_err());
    let short = ask("/short").await;
    assert!(short.contains("content-length: 9") && short.ends_with("whole"), "{short}");
    let reset = ask("/reset").await;
    assert!(reset.contains("transfer-encoding: chunked") && reset.ends_with("\r\n5\r\nwhole\r\n"), "{reset}");
}

/// A proxy to one place.
struct Proxy(super::super::Fake);

impl Service for Proxy {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        match request.uri().authority().map(http::uri::Authority::as_str) {
            _ if request.method() != "CONNECT" => self.0.handle(request, now),
            Some("kv.vault.azure.net:443" | "169.254.169.254:80") => ScriptedResponse::reply(200, "text/plain", ""),
            _ => ScriptedResponse::reply(403, "text/plain", "not there"),
        }
    }
}

#[tokio::test]
async fn a_connect_that_succeeds_is_a_tunnel() {
    let azure = Proxy(fake("platform = 'vm'\n[[vault]]\nurl = 'https://kv.vault.azure.net'"));
    let (sender, mut failures) = tokio::sync::mpsc::unbounded_channel();
    let authority = super::CertificateAuthority::new().unwrap();
    let on_handshake_failure = Box::new(move |why: &str| sender.send(why.to_owned()).unwrap());
    let server = Server::start_on(Arc::new(azure), 0, authority, on_handshake_failure).await.unwrap();
    let connect = async |to: &str| {
        let mut stream = TcpStream::connect(server.plain_addr()).await.unwrap();
        stream.write_all(format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        (String::from_utf8(head).unwrap(), stream)
    };
    let (status, tunnel) = connect("kv.vault.azure.net:443").await;
    assert!(status.starts_with("HTTP/1.1 200") && !status.contains("length"), "{status}");
    let tunnel = tls_over(&server, tunnel, "kv.vault.azure.net").await.unwrap();
    let answer = say(tunnel, &head("kv.vault.azure.net", "/secrets/a?api-version=7.4")).await;
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("AKV10000"), "{answer}");

    let (_, tunnel) = connect("169.254.169.254:80").await;
    assert!(say(tunnel, &head("169.254.169.254", "/")).await.contains("server: IMDS/"));

    let (status, stream) = connect("example.com:443").await;
    assert!(status.starts_with("HTTP/1.1 403"), "{status}");
    drop(stream);

    // A request for a proxy that is no tunnel says itself where it goes.
    let stream = TcpStream::connect(server.plain_addr()).await.unwrap();
    let answer = say(stream, &head("other.example", "http://169.254.169.254/")).await;
    assert!(answer.contains("server: IMDS/"), "{answer}");

    let (_, tunnel) = connect("kv.vault.azure.net:443").await;
    let other = Server::start(Arc::new(Scripted)).await.unwrap();
    assert!(tls_over(&other, tunnel, "kv.vault.azure.net").await.is_err());
    assert!(failures.recv().await.unwrap().contains("alert"));
}

#[tokio::test]
async fn idle_connections_do_not_keep_an_app_out() {
    let server = Server::start(Arc::new(Scripted)).await.unwrap();
    let (plain, secure) = (server.plain_addr(), server.tls_addr());
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(if number % 2 == 0 { plain } else { secure }).await.unwrap();
        // The beginning of a TLS handshake.
        stream.write_all(&[0x16]).await.unwrap();
        idle.push(stream);
    }
    assert!(say(TcpStream::connect(plain).await.unwrap(), &head("h", "/")).await.ends_with("whole"));
    assert!(say(tls(&server, secure, "h").await, &head("h", "/")).await.ends_with("whole"));
    // The first ones have made room.
    for stream in idle.into_iter().take(150) {
        assert!(is_closed(stream));
    }
}

/// Whether the server has closed a connection before now: it does so for idle ones after 30 seconds.
fn is_closed(stream: TcpStream) -> bool {
    let read = stream.into_std().and_then(|mut stream| std::io::Read::read(&mut stream, &mut [0]));
    read.map_or_else(|error| error.kind() != std::io::ErrorKind::WouldBlock, |length| length == 0)
}

/// Counts requests, and keeps the count at the first one for `/app`.
#[derive(Default)]
struct Counting {
    requests: AtomicUsize,
    before_app: AtomicUsize,
}

impl Service for Counting {
    fn handle(&self, request: &Request, _: u64) -> ScriptedResponse {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        if request.uri().path() == "/app" {
            self.before_app.store(count, Ordering::Relaxed);
        }
        ScriptedResponse::reply(200, "text/plain", "whole")
    }
}

#[tokio::test]
async fn requests_in_advance_do_not_keep_an_app_out() {
    let counting = Arc::new(Counting::default());
    let server = Server::start(counting.clone()).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..20 {
        let mut stream = std::net::TcpStream::connect(server.plain_addr()).unwrap();
        std::io::Write::write_all(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(1000).as_bytes()).unwrap();
        others.push(stream);
    }
    let stream = TcpStream::connect(server.plain_addr()).await.unwrap();
    assert!(say(stream, &head("h", "/app")).await.ends_with("whole"));
    // All 20 connections are accepted before the app's, and have one request answered while each of them is.
    let before = counting.before_app.load(Ordering::Relaxed);
    assert!(before < 2000, "{before} of 20000");
}
