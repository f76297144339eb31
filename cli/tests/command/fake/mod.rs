//! `keyfob fake`: the fake Azure for apps in any language.

mod command;
mod dir_and_port;
mod fake_option;
mod plain_http;
mod reload;
pub(crate) mod server;

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;

use self::server::{FakeServer, ask, connect, keyfob, planted, secure};
use crate::run::Output;

pub(crate) const APP: &str = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
const VAULT: &str = "my-vault.vault.azure.net";

#[test]
fn app_reads_a_secret_with_azures_own_urls() {
    let mut server = FakeServer::start(&["--example", "app-service"]);
    assert_eq!(server.environment["KEYVAULT_URL"], format!("https://{VAULT}"));
    let token = server.token(APP);
    server.wait_for_line(" GET http://127.0.0.1:");
    let answer = server.secret(VAULT, "secret-a", &token);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""value":"the value of secret-a""#), "{answer}");
    assert!(answer.contains(r#""tags":{"owner":"me"}"#), "{answer}");
    let read = server.wait_for_line("/secrets/secret-a?api-version=7.4");
    assert!(read.ends_with(" 200  app-identity read secret-a, version 00000000000000000000000000000002\n"), "{read}");
    let answer = server.secret("other-vault.vault.azure.net", "secret-b", &token);
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    server.wait_for_line("403  app-identity was refused: ForbiddenByRbac: ");
    let answer = server.secret(VAULT, "secret-a", "canary");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    server.wait_for_line("401  Unauthorized: AKV10000");

    let (status, said) = server.stop("-INT");
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("200  app-identity got a token for https://vault.azure.net\n"), "{said}");
    let text = std::fs::read_to_string("../examples/azure/app-service.toml").unwrap();
    for secret in planted(&text).iter().map(String::as_str).chain(["eyJ", "canary", "\u{1b}"]) {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[test]
fn unknown_hosts_are_refused() {
    let mut server = FakeServer::start(&["--example", "service-principal"]);
    let (head, mut refused) = connect(server.proxy(), "example.com:443");
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    let mut body = [0; 60];
    std::io::Read::read_exact(&mut refused, &mut body).unwrap();
    assert!(body.starts_with(b"the fake Azure serves https://my-vault.vault.azure.net"));
    let line = server.wait_for_line("CONNECT example.com:443 403");
    assert!(line.contains("https://my-vault.vault.azure.net") && line.contains("NO_PROXY"), "{line}");

    let stream = TcpStream::connect(server.proxy()).unwrap();
    let answer = ask(stream, server.proxy(), "/", &[]);
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("has no identity endpoint"), "{answer}");
}

#[test]
fn untrusting_client_is_logged_with_a_remedy() {
    let mut server = FakeServer::start(&["--example", "vm"]);
    let other = FakeServer::start(&["--example", "vm"]);
    let (_, tunnel) = connect(server.proxy(), &format!("{VAULT}:443"));
    let ca = std::fs::read(&other.environment["SSL_CERT_FILE"]).unwrap();
    let refused = secure(tunnel, VAULT, &ca).write_all(b"GET / HTTP/1.1\r\n").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidData, "{refused}");
    let line = server.wait_for_line("a client aborted the TLS handshake");
    let file = &server.environment["SSL_CERT_FILE"];
    assert!(line.contains(file) && line.contains("REQUESTS_CA_BUNDLE"), "{line}");
}

#[test]
fn usage_errors() {
    let run = |arguments: &[&str]| Output::of(&mut keyfob(arguments));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = port.local_addr().unwrap().port().to_string();
    for (arguments, says) in [
        (vec![], "no description given: pass FILE or --example"),
        (vec!["--example", "laptop"], "app-service"),
        (vec!["Cargo.toml", "--example", "vm"], "cannot be used with"),
        (vec!["--print"], "--example"),
        (vec!["Cargo.toml", "--print"], "cannot be used with"),
        (vec!["no-such-file"], "no-such-file can't be read: "),
        (vec!["vm"], "vm can't be read (to use the example of this name"),
        (vec!["Cargo.toml", "python", "app.py"], "[-- <COMMAND>...]"),
        (
            vec!["../rustfmt.toml"],
            "../rustfmt.toml: the description of the fake Azure: line 1, column 1: unknown field `max_width`",
        ),
        (vec!["--example", "vm", "--dir", "Cargo.toml"], "--dir Cargo.toml can't be used"),
        (vec!["--example", "vm", "--port", &taken], "can't be had"),
        (vec!["--example", "vm", "--", "no-such-command"], "no-such-command can't be started"),
    ] {
        let run = run(&arguments);
        assert!(run.usage_error().contains(says), "{arguments:?}: {run:?}");
    }
    let printed = run(&["--example", "vm", "--print"]);
    let text = std::fs::read_to_string("../examples/azure/vm.toml").unwrap();
    assert_eq!((printed.status, printed.stdout, printed.stderr.as_str()), (0, text, ""));
}
