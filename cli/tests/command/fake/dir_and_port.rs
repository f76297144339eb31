//! `--dir` and `--port`: environment and certificate authority are the same after a restart.

use super::server::{FakeServer, keyfob};
use crate::run::Output;

#[test]
fn dir_and_port_keep_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("fake");
    let start = |more: &[&str]| {
        let given = ["--example", "aks", "--dir", dir.to_str().unwrap()];
        FakeServer::start(&[&given, more].concat())
    };
    let first = start(&[]);
    let environment = first.environment.clone();
    let port = first.proxy().rsplit(':').next().unwrap().to_owned();
    let ca = std::fs::read_to_string(&environment["SSL_CERT_FILE"]).unwrap();
    let token = std::fs::read_to_string(&environment["AZURE_FEDERATED_TOKEN_FILE"]).unwrap();
    assert_eq!(token.split('.').count(), 3);
    let (_, said) = first.stop("-TERM");
    assert!(!said.contains(&token), "{said}");

    let again = start(&["--port", &port]);
    assert_eq!(again.environment, environment);
    assert_eq!(std::fs::read_to_string(&environment["SSL_CERT_FILE"]).unwrap(), ca);
    // The kept authority issues certificates that clients still trust.
    let answer = again.secret("my-vault.vault.azure.net", "secret-a", "x");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    drop(again);

    std::fs::write(dir.join("ca-key.pem"), "canary").unwrap();
    let run = Output::of(&mut keyfob(&["--example", "aks", "--dir", dir.to_str().unwrap()]));
    let said = run.usage_error();
    assert!(said.contains("remove both, and a new authority is created") && !said.contains("canary"), "{said}");
}

#[test]
fn azure_arc_key_path_is_noted() {
    let mut server = FakeServer::start(&["--example", "azure-arc"]);
    let note = server.log.lines().find(|line| line.starts_with("note: ")).expect("a note").to_owned();
    let (_, command) = note.split_once("sudo install -D -m 644 '").expect("a command");
    let (from, to) = command.split_once("' '").unwrap();
    assert!(to.starts_with("/var/opt/azcmagent/tokens/") && to.ends_with(".key'"), "{note}");
    let key = std::fs::read_to_string(from).unwrap();
    assert!(!server.log.contains(&key));
    assert_eq!(server.environment["IMDS_ENDPOINT"], format!("http://{}", server.proxy()));
    server.log.clear();
}
