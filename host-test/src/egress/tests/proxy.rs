//! A proxy on loopback: tunnels for https, absolute URLs for plain http, and its failures.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::Error;

use super::{get, text, vault_tls};
use crate::egress::{Egress, Proxies, ProxyFault, ProxyProblem, Sockets};

const VAULT: &str = "https://v.vault.azure.net/";

/// A server of the vault's name. Returns its port, and its certificate as PEM.
async fn vault() -> (u16, String) {
    let (acceptor, certificate) = vault_tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nvault").await.expect("a client");
        }
    });
    (port, certificate)
}

/// The head of a request.
async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

type Heads = Arc<Mutex<Vec<String>>>;

/// A proxy that answers `answer` to each request, and connects a tunnel to `vault` if that is a success.
async fn proxy(answer: &'static str, vault: u16) -> (u16, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let head = head(&mut client).await;
            let is_tunnel = head.starts_with("CONNECT ");
            seen.lock().expect("a list").push(head);
            client.write_all(answer.as_bytes()).await.expect("a client");
            if is_tunnel && answer.contains(" 200 ") {
                let mut server = TcpStream::connect(("127.0.0.1", vault)).await.expect("the vault");
                tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
            }
        }
    });
    (port, heads)
}

const OPENED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

type Faults = Arc<Mutex<Option<ProxyFault>>>;

/// An egress with this value of all proxy variables, and the last failure.
fn egress(proxy: &str, ca: &str) -> (Egress, Faults) {
    let faults = Faults::default();
    let last = Arc::clone(&faults);
    let get = |name: &str| ["HTTPS_PROXY", "HTTP_PROXY"].contains(&name).then(|| proxy.to_owned());
    let proxies = Proxies::for_http_and_https(get).expect("proxies");
    let proxies = proxies.on_fault(move |fault| *last.lock().expect("a fault") = fault);
    let sockets = Sockets::new().ca_pem(ca.as_bytes()).expect("an authority").proxies(proxies);
    (Egress::sockets(sockets).allow("v.vault.azure.net").allow("api.example.com").allow("127.0.0.1"), faults)
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let (vault, ca) = vault().await;
    // Older proxies answer so too.
    const OLD: &str = "HTTP/1.0 200 Connection established\r\nProxy-agent: a\r\n\r\n";
    for opened in [OPENED, OLD] {
        let (port, heads) = proxy(opened, vault).await;
        let (egress, faults) = egress(&format!("http://user:p%40ss@127.0.0.1:{port}"), &ca);
        let answer = get(&egress, VAULT).await.expect("an answer");
        assert_eq!(text(answer).await.expect("a body"), "vault");
        let heads = heads.lock().expect("a list").clone();
        let [head] = &*heads else { panic!("{heads:?}") };
        assert!(head.starts_with("CONNECT v.vault.azure.net:443 HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("host: v.vault.azure.net:443\r\n"), "{head}");
        assert!(head.contains("proxy-authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
        assert_eq!(*faults.lock().expect("a fault"), None);
    }
}

#[tokio::test]
async fn tls_is_verified_through_the_tunnel() {
    let (vault_port, _) = vault().await;
    let (_, other_ca) = vault().await;
    let (port, _) = proxy(OPENED, vault_port).await;
    let (egress, faults) = egress(&format!("http://127.0.0.1:{port}"), &other_ca);
    let result = get(&egress, VAULT).await;
    assert!(matches!(result, Err(Error::TlsCertificateError)), "{result:?}");
    assert_eq!(*faults.lock().expect("a fault"), None);
}

#[tokio::test]
async fn plain_http_is_forwarded_but_not_to_this_machine() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy";
    let (port, heads) = proxy(answer, 0).await;
    let (_, ca) = vault().await;
    let (egress, _) = egress(&format!("http://user@127.0.0.1:{port}"), &ca);
    let forwarded = get(&egress, "http://api.example.com/a?b").await.expect("an answer");
    assert_eq!(text(forwarded).await.expect("a body"), "proxy");
    let heads = heads.lock().expect("a list").clone();
    let [head] = &*heads else { panic!("{heads:?}") };
    assert!(head.starts_with("GET http://api.example.com/a?b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: Basic dXNlcjo=\r\n"), "{head}");

    let (direct, direct_heads) = proxy(answer, 0).await;
    get(&egress, &format!("http://127.0.0.1:{direct}/msi/token")).await.expect("an answer");
    let heads = direct_heads.lock().expect("a list").clone();
    assert!(heads[0].starts_with("GET /msi/token HTTP/1.1\r\n") && !heads[0].contains("Basic"), "{heads:?}");
}

#[tokio::test]
async fn failures_of_the_proxy_are_told_as_its_own() {
    let (_, ca) = vault().await;
    for (answer, status, expected) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 3\r\n\r\nno.", 407, "internal"),
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", 403, "internal"),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", 502, "unavailable"),
        ("HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n", 504, "unavailable"),
    ] {
        let (port, _) = proxy(answer, 0).await;
        let (egress, faults) = egress(&format!("http://user:canary@127.0.0.1:{port}"), &ca);
        let error = get(&egress, VAULT).await.expect_err("a failure");
        match expected {
            "internal" => assert!(matches!(error, Error::InternalError(Some(_))), "{answer}: {error:?}"),
            _ => assert!(matches!(error, Error::DestinationUnavailable), "{answer}: {error:?}"),
        }
        let fault = faults.lock().expect("a fault").clone().expect("a fault");
        assert_eq!((fault.proxy.clone(), fault.variable), (format!("http://127.0.0.1:{port}"), "HTTPS_PROXY"));
        assert!(matches!(fault.problem, ProxyProblem::Refused(it) if it == status), "{fault:?}");
        assert!(!format!("{fault} {error}").contains("canary"), "{fault} {error}");
    }
    let (port, _) = proxy("220 smtp.example ESMTP\r\n", 0).await;
    let (egress, faults) = egress(&format!("http://127.0.0.1:{port}"), &ca);
    get(&egress, VAULT).await.expect_err("a failure");
    let problem = faults.lock().expect("a fault").clone().expect("a fault").problem;
    assert_eq!(problem, ProxyProblem::NotHttp);
}

#[tokio::test]
async fn an_unreachable_proxy_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (_, ca) = vault().await;
    // It accepts, and stays silent.
    let (egress_of_silent, faults) = egress(&format!("http://127.0.0.1:{port}"), &ca);
    let silent = get(&egress_of_silent, VAULT).await;
    assert!(matches!(silent, Err(Error::ConnectionTimeout)), "{silent:?}");
    let problem = faults.lock().expect("a fault").clone().expect("a fault").problem;
    assert_eq!(problem, ProxyProblem::NoAnswer);

    drop(listener);
    let (egress, faults) = egress(&format!("http://127.0.0.1:{port}"), &ca);
    let refused = get(&egress, VAULT).await;
    assert!(matches!(refused, Err(Error::ConnectionRefused)), "{refused:?}");
    let fault = faults.lock().expect("a fault").clone().expect("a fault").to_string();
    let says =
        format!("the proxy http://127.0.0.1:{port} (from HTTPS_PROXY) can't be reached: the connection was refused");
    assert_eq!(fault, says);
}
