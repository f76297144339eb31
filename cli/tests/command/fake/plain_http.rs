//! `keyfob fake --plain-http`: the vault and Entra without TLS.

use std::net::TcpStream;

use super::APP;
use super::server::{FakeServer, ask, keyfob};
use crate::run::Output;

#[test]
fn keyfob_reads_a_secret_over_plain_http() {
    for example in ["app-service", "vm", "aks", "azure-ml", "cloud-shell", "service-principal"] {
        let arguments =
            ["--example", example, "--plain-http", "--", env!("CARGO_BIN_EXE_keyfob"), "get-secret", "secret-a"];
        let mut command = keyfob(&arguments);
        // These platforms need the client id of the identity.
        let chooses = ["app-service", "azure-ml"].contains(&example);
        let run = Output::of(command.envs(chooses.then_some(("AZURE_CLIENT_ID", APP))));
        assert_eq!((run.status, run.stdout.as_str()), (0, "the value of secret-a"), "{example}: {run:?}");
        assert!(run.stderr.contains("KEYFOB_ALLOW_LOOPBACK_HTTP=1 is set"), "{example}: {run:?}");
    }
}

#[test]
fn links_point_to_loopback() {
    let server = FakeServer::start(&["--example", "app-service", "--plain-http"]);
    let own = server.proxy();
    assert_eq!(server.environment["KEYVAULT_URL"], format!("http://{own}"));
    let bearer = format!("Bearer {}", server.token(APP));
    let headers = [("authorization", bearer.as_str())];
    let answer = ask(TcpStream::connect(own).unwrap(), own, "/secrets/secret-a?api-version=7.4", &headers);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("\"id\":\"http://{own}/secrets/secret-a/")), "{answer}");
    assert!(!answer.contains("my-vault.vault.azure.net"), "{answer}");
    // Through the proxy, links have the vault's real name.
    let answer = server.secret("my-vault.vault.azure.net", "secret-a", &server.token(APP));
    assert!(answer.contains("\"id\":\"https://my-vault.vault.azure.net/secrets/secret-a/"), "{answer}");
}

#[test]
fn options_for_hosts_pass_on_what_the_app_needs() {
    for (example, names) in [
        ("app-service", &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"][..]),
        ("service-principal", &["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"]),
    ] {
        let mut server = FakeServer::start(&["--example", example, "--plain-http"]);
        let (options, allowed) = (server.line(), server.line());
        let options = options.strip_prefix("# spin up and wasmtime: ").expect("the options");
        // As a shell reads them.
        let script = format!("printf '%s\\n' {options}");
        let words = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let words = String::from_utf8(words.stdout).unwrap();
        let mut passed: Vec<&str> = words.lines().filter(|word| *word != "--env").collect();
        passed.sort_unstable();
        let names = names.iter().copied().chain(["KEYFOB_ALLOW_LOOPBACK_HTTP", "KEYVAULT_URL"]);
        let expected: Vec<String> = names.map(|name| format!("{name}={}", server.environment[name])).collect();
        assert_eq!(passed, expected, "{options}");
        assert_eq!(allowed, format!("# spin.toml: allowed_outbound_hosts = [\"http://{}\"]", server.proxy()));
    }
}

#[test]
fn other_clouds_are_a_usage_error() {
    let run = Output::of(&mut keyfob(&["--example", "us-government", "--plain-http", "--", "true"]));
    assert!(run.usage_error().contains("omit --plain-http"), "{run:?}");
}

#[test]
fn pages_follow_each_other_on_loopback() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("azure.toml");
    let mut text = std::fs::read_to_string("../examples/azure/app-service.toml").unwrap();
    // The first vault's secrets stand before the second vault.
    let secrets: String = (0..30).map(|n| format!("[[vault.secret]]\nname = \"s{n}\"\nvalue = \"\"\n")).collect();
    let second = text.find("# A vault on which").unwrap();
    text.insert_str(second, &secrets);
    std::fs::write(&file, text).unwrap();
    let server = FakeServer::start(&[file.to_str().unwrap(), "--plain-http"]);
    let own = server.proxy();
    let bearer = format!("Bearer {}", server.token(APP));
    let page = |path: &str| ask(TcpStream::connect(own).unwrap(), own, path, &[("authorization", bearer.as_str())]);
    let first = page("/secrets?api-version=7.4");
    let link = first.split("\"nextLink\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let path = link.strip_prefix(&format!("http://{own}")).unwrap_or_else(|| panic!("{link}"));
    let next = page(path);
    assert!(next.starts_with("HTTP/1.1 200") && next.contains("\"nextLink\":null"), "{next}");
}
