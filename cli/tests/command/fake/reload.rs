//! Changes of the description while the server runs.

use std::path::{Path, PathBuf};

use super::server::FakeServer;
use super::{APP, VAULT};

/// A description in a temporary folder.
struct DescriptionFile(tempfile::TempDir);

impl DescriptionFile {
    fn new(text: &str) -> Self {
        let changing = Self(tempfile::tempdir().unwrap());
        changing.write(text);
        changing
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("world.toml")
    }

    /// Replaces the file atomically.
    fn write(&self, text: &str) {
        let new = self.0.path().join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path()).unwrap();
    }
}

fn world(platform: &str, value: &str) -> String {
    let identity = format!("[[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '{APP}'\n");
    let vault = format!("[[vault]]\nurl = 'https://{VAULT}'\nroles = {{ app = 'Key Vault Secrets User' }}\n");
    format!("platform = '{platform}'\n{identity}{vault}[[vault.secret]]\nname = 'a'\nvalue = {value}\n")
}

fn start(path: &Path) -> FakeServer {
    FakeServer::start(&[path.to_str().unwrap()])
}

#[test]
fn reload_changes_answers_and_keeps_tokens_valid() {
    let file = DescriptionFile::new(&world("app-service", "'canary-one'"));
    let mut server = start(&file.path());
    let token = server.token(APP);
    assert!(server.secret(VAULT, "a", &token).contains("canary-one"));

    file.write(&world("app-service", "'canary-two'"));
    let line = server.wait_for_line("reloaded ");
    assert!(line.ends_with("world.toml: app-service, 1 identity, 1 vault with 1 secret version\n"), "{line}");
    assert!(server.secret(VAULT, "a", &token).contains("canary-two"));

    // An invalid description is logged without quoting it, and the old one stays in use.
    file.write(&world("app-service", "'canary-three"));
    let line = server.wait_for_line("not reloaded, the old description stays in use: ");
    assert!(line.contains("world.toml: the description of the fake Azure: line 11, column"), "{line}");
    assert!(server.secret(VAULT, "a", &token).contains("canary-two"));
    std::fs::remove_file(file.path()).unwrap();
    server.wait_for_line("world.toml can't be read");
    assert!(server.secret(VAULT, "a", &token).contains("canary-two"));

    file.write(&world("app-service", "'canary-four'"));
    server.wait_for_line("reloaded ");
    assert!(server.secret(VAULT, "a", &token).contains("canary-four"));
    let (_, said) = server.stop("-TERM");
    assert!(!said.contains("canary") && !said.contains("restart"), "{said}");
}

#[test]
fn reload_drops_written_secrets_with_a_note() {
    let writable = |value: &str| world("app-service", value).replace("Secrets User", "Secrets Officer");
    let file = DescriptionFile::new(&writable("'canary-one'"));
    let mut server = start(&file.path());
    let token = server.token(APP);
    let answer = server.send("PUT", VAULT, "a", &token, r#"{"value": "canary-two"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.wait_for_line("app set a, version ");
    assert!(server.secret(VAULT, "a", &token).contains("canary-two"));

    file.write(&writable("'canary-three'"));
    let line = server.wait_for_line("reloaded ");
    assert!(line.ends_with("1 secret version; what apps had written to the vaults is discarded\n"), "{line}");
    assert!(server.secret(VAULT, "a", &token).contains("canary-three"));
    let (_, said) = server.stop("-TERM");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn changed_environment_is_printed() {
    let file = DescriptionFile::new(&world("app-service", "'x'"));
    let mut server = start(&file.path());
    let before = server.environment.clone();
    file.write(&world("cloud-shell", "'x'"));
    let line = server.wait_for_line("restart the app with these lines");
    assert!(line.contains("unset IDENTITY_ENDPOINT IDENTITY_HEADER"), "{line}");
    server.read_environment();
    assert_eq!(server.environment["MSI_ENDPOINT"], format!("http://{}/oauth2/token", server.proxy()));
    for name in ["HTTPS_PROXY", "SSL_CERT_FILE", "KEYVAULT_URL"] {
        assert_eq!(server.environment[name], before[name], "{name}");
    }
}

#[test]
fn a_vault_that_the_authority_can_not_sign_for_is_not_reloaded() {
    let text = world("app-service", "'canary-one'");
    let file = DescriptionFile::new(&text);
    let mut server = start(&file.path());
    // Another vault of the same cloud is no other domain.
    file.write(&format!("{text}[[vault]]\nurl = 'https://more.vault.azure.net'\n"));
    server.wait_for_line("reloaded ");
    file.write(&format!("{text}[[vault]]\nurl = 'https://kv.corp.example'\nresource = 'https://vault.azure.net'\n"));
    let line = server.wait_for_line("not reloaded, the old description stays in use: ");
    assert!(line.ends_with("can't sign for kv.corp.example: start `keyfob fake` again\n"), "{line}");
    assert!(server.secret(VAULT, "a", &server.token(APP)).contains("canary-one"));
}
