//! The command behind a proxy: a small one on loopback, with the fake Azure behind it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::{io, thread};

use crate::apps;
use crate::run::Run;
use crate::world::{USER, VALUE, VAULT, World};

/// Of `user:p@ss`.
const CREDENTIALS: &str = "proxy-authorization: Basic dXNlcjpwQHNz";

/// A proxy that answers a request with `answer`; a success opens a tunnel to `server`. Keeps each head.
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(answer: &'static str, server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&heads);
        // The thread ends with the test process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let mut head = String::new();
                let mut reader = BufReader::new(client.try_clone().unwrap());
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
                seen.lock().unwrap().push(head);
                client.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").as_bytes()).unwrap();
                if answer.starts_with("200") {
                    connect(client, TcpStream::connect(server).unwrap());
                }
            }
        });
        Self { address, heads }
    }

    fn url(&self) -> String {
        format!("http://user:p%40ss@{}", self.address)
    }

    /// The first line of each head.
    fn lines(&self) -> Vec<String> {
        self.heads.lock().unwrap().iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    }
}

fn connect(client: TcpStream, server: TcpStream) {
    let ways = [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)];
    for (mut from, mut to) in ways {
        thread::spawn(move || {
            io::copy(&mut from, &mut to).unwrap_or_default();
            to.shutdown(std::net::Shutdown::Write).unwrap_or_default();
        });
    }
}

/// All hosts but those of TLS have their rule; a proxy leads to the others.
fn behind<'w>(run: Run<'w>, proxy: &Proxy, variable: &str) -> Run<'w> {
    run.env("AZURE_CLIENT_ID", USER).without_tls_routes().caller_env(variable, &proxy.url())
}

#[test]
fn the_vault_is_reached_through_a_tunnel() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let world = World::app_service();
        let proxy = Proxy::start("200 Connection established", world.tls);
        // The identity endpoint is plain http, which no proxy may see.
        let run = behind(world.get_secret(), &proxy, variable).caller_env("HTTP_PROXY", &proxy.url());
        assert_eq!(run.output().value(), VALUE, "{variable}");
        assert_eq!(proxy.lines(), ["CONNECT story-kv.vault.azure.net:443 HTTP/1.1"], "{variable}");
        assert!(proxy.heads.lock().unwrap()[0].contains(CREDENTIALS), "{variable}");
        assert_eq!(world.requests().len(), 2, "{variable}");
    }
}

#[test]
fn a_missing_proxy_is_a_possible_cause() {
    let world = World::app_service();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = || world.get_secret().env("AZURE_CLIENT_ID", USER).connect_to("story-kv.vault.azure.net:443", closed);
    let hint = run().json().output().error()["hint"].as_str().unwrap().to_owned();
    assert!(hint.ends_with("\nIf only a proxy leads out of this network: set HTTPS_PROXY=http://HOST:PORT"), "{hint}");
    let named = run().caller_env("HTTPS_PROXY", "http://127.0.0.1:9").json().output();
    assert!(!named.error()["hint"].as_str().unwrap().contains("HTTPS_PROXY"), "{named:?}");
}

#[test]
fn rules_of_connect_to_win() {
    let world = World::app_service();
    let proxy = Proxy::start("502 Bad Gateway", world.tls);
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).caller_env("HTTPS_PROXY", &proxy.url());
    assert_eq!(run.output().value(), VALUE);
    assert_eq!(proxy.lines(), [""; 0]);
}

#[test]
fn an_answer_of_the_proxy_is_told_as_its_own() {
    for (answer, says, cure) in [
        (
            "407 Proxy Authentication Required",
            "answered 407 Proxy Authentication Required",
            "the proxy does not accept",
        ),
        ("403 Forbidden", "answered 403 Forbidden", "Have story-kv.vault.azure.net:443 allowed in the proxy"),
        ("502 Bad Gateway", "answered 502 Bad Gateway", "that the proxy can reach it"),
        ("504 Gateway Timeout", "answered 504 Gateway Timeout", "NO_PROXY"),
    ] {
        let world = World::app_service();
        let proxy = Proxy::start(answer, world.tls);
        let error = behind(world.get_secret(), &proxy, "HTTPS_PROXY").json().output().error();
        let message = error["message"].as_str().unwrap();
        let begins = format!("The proxy http://{} (from HTTPS_PROXY) {says}", proxy.address);
        assert!(message.starts_with(&begins) && message.contains("story-kv.vault.azure.net:443"), "{message}");
        assert!(error["hint"].as_str().unwrap().contains(cure), "{error}");
        assert!(error["status"].is_null() && !error.to_string().contains("p%40ss"), "{error}");
    }
    let world = World::app_service();
    let proxy = Proxy::start("407 Proxy Authentication Required", world.tls);
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).without_tls_routes();
    let run = run.caller_env("HTTPS_PROXY", &format!("http://{}", proxy.address)).output();
    assert!(run.stderr.contains("Put the proxy's user name and password into HTTPS_PROXY"), "{run:?}");
}

#[test]
fn what_is_no_proxy_is_a_usage_error() {
    let world = World::app_service();
    let run = world.get_secret().caller_env("https_proxy", "socks5://user:canary@127.0.0.1:1").output();
    assert!(run.usage_error().contains("https_proxy names no HTTP proxy"), "{run:?}");
    assert!(!run.stderr.contains("canary"), "{run:?}");
}

#[test]
fn the_authorities_of_ssl_cert_file_are_trusted() {
    let world = World::app_service();
    let ca = world.ca.to_str().unwrap();
    let run =
        |file: &str| world.get_secret().env("AZURE_CLIENT_ID", USER).without_ca().caller_env("SSL_CERT_FILE", file);
    assert_eq!(run(ca).output().value(), VALUE);
    // Systems' lists hold certificates that are of no use.
    let list = format!(
        "# a list\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{}",
        std::fs::read_to_string(&world.ca).unwrap()
    );
    let list = world.file("list.pem", &list);
    assert_eq!(run(list.to_str().unwrap()).output().value(), VALUE);
    let missing = run("missing.pem").output();
    assert_eq!(missing.status, 1);
    assert!(missing.stderr.starts_with("warning: SSL_CERT_FILE missing.pem is not used: "), "{missing:?}");
}

#[test]
fn variables_of_the_component_name_no_proxy() {
    // A .env file may come from somebody else.
    let world = World::app_service();
    let proxy = Proxy::start("502 Bad Gateway", world.tls);
    let file = world.file(".env", &format!("HTTPS_PROXY={}\n", proxy.url()));
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).path("--env-file", &file);
    assert_eq!(run.env("https_proxy", &proxy.url()).output().value(), VALUE);
    assert_eq!(proxy.lines(), [""; 0]);
}

#[test]
fn grants_of_an_app_are_checked_before_the_proxy() {
    let world = World::app_service();
    let proxy = Proxy::start("200 Connection established", world.tls);
    let app = apps::explorer();
    let words = ["get=https://kv.corp.example/", "get=http://kv.corp.example/", &format!("secret={VAULT}")];
    let run = world.keyfob(&["run", app.to_str().unwrap()]).app_args(&words).platform().env("KEYVAULT_URL", VAULT);
    let run = behind(run, &proxy, "HTTPS_PROXY").caller_env("HTTP_PROXY", &proxy.url()).output();
    let denied = "get ErrorCode::HttpRequestDenied\n".repeat(2);
    assert_eq!((run.status, run.stdout), (0, format!("{denied}secret {} characters\n", VALUE.len())), "{}", run.stderr);
    assert_eq!(proxy.lines(), ["CONNECT story-kv.vault.azure.net:443 HTTP/1.1"]);

    // What an option grants goes out as the host does: plain http to the proxy itself.
    let words = ["get=http://kv.corp.example/a"];
    let run = world.keyfob(&["run", app.to_str().unwrap(), "--allow-host", "kv.corp.example"]).app_args(&words);
    let run = behind(run, &proxy, "HTTP_PROXY").output();
    assert_eq!(run.stdout, "get 200\n", "{}", run.stderr);
    assert_eq!(proxy.lines()[1], "GET http://kv.corp.example/a HTTP/1.1");

    let proxy = Proxy::start("407 Proxy Authentication Required", world.tls);
    let words = [&*format!("secret={VAULT}")];
    let run = world.keyfob(&["run", app.to_str().unwrap()]).app_args(&words).platform().env("KEYVAULT_URL", VAULT);
    let run = behind(run, &proxy, "HTTPS_PROXY").output();
    assert_eq!(run.stderr.matches("error: the proxy ").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: Correct user name and password in HTTPS_PROXY"), "{}", run.stderr);
}
