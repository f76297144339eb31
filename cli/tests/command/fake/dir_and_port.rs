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

#[test]
#[cfg(unix)]
fn a_folder_that_others_prepared_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("fake");
    let start = || Output::of(&mut keyfob(&["--example", "vm", "--dir", dir.to_str().unwrap(), "--", "true"]));
    assert_eq!(start().status, 0);
    let mode = |name: &str| dir.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("ca.pem"), mode("ca-key.pem")], [0o700, 0o600, 0o600]);

    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(dir.join(name), PermissionsExt::from_mode(mode)).unwrap();
    };
    for (name, shared, own) in [("", 0o777, 0o700), ("ca.pem", 0o666, 0o600), ("ca-key.pem", 0o620, 0o600)] {
        set(name, shared);
        let said = start().usage_error().to_owned();
        assert!(said.contains("can't be used") && said.contains("other users can write to"), "{name}: {said}");
        set(name, own);
        assert_eq!(start().status, 0);
    }
    // The same key by another way: as a link.
    std::fs::rename(dir.join("ca-key.pem"), parent.path().join("key")).unwrap();
    std::os::unix::fs::symlink(parent.path().join("key"), dir.join("ca-key.pem")).unwrap();
    let said = start().usage_error().to_owned();
    assert!(said.contains("ca-key.pem is a symbolic link"), "{said}");
}

#[test]
fn an_authority_is_for_its_own_domains() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("fake");
    let start =
        |example: &str| Output::of(&mut keyfob(&["--example", example, "--dir", dir.to_str().unwrap(), "--", "true"]));
    assert_eq!(start("vm").status, 0);
    assert_eq!(start("aks").status, 0);
    let other = start("us-government");
    let said = other.usage_error();
    assert!(said.contains("it can't sign for vault.usgovcloudapi.net") && said.contains("remove both"), "{said}");

    // One for every host, as a version before this one or somebody else has made it.
    let unlimited = fake_azure::CertificateAuthority::new().unwrap();
    std::fs::write(dir.join("ca.pem"), unlimited.pem()).unwrap();
    std::fs::write(dir.join("ca-key.pem"), unlimited.key_pem()).unwrap();
    let run = start("vm");
    assert!(run.usage_error().contains("it can sign for every host"), "{run:?}");
    // Without its certificate nobody trusts it.
    std::fs::remove_file(dir.join("ca.pem")).unwrap();
    assert_eq!(start("vm").status, 0);
}
