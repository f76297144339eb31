//! The description changes while an app is at work.

use std::path::{Path, PathBuf};

use super::served::Served;
use super::{APP, VAULT};

/// A file that is gone with the test.
struct Changing(tempfile::TempDir);

impl Changing {
    fn new(text: &str) -> Self {
        let changing = Self(tempfile::tempdir().unwrap());
        changing.write(text);
        changing
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("world.toml")
    }

    /// At once, as a good editor does it.
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

fn start(path: &Path) -> Served {
    Served::start(&[path.to_str().unwrap()])
}

#[test]
fn the_next_request_meets_the_new_world_and_tokens_stay_good() {
    let file = Changing::new(&world("app-service", "'canary-one'"));
    let mut served = start(&file.path());
    let token = served.token(APP);
    assert!(served.secret(VAULT, "a", &token).contains("canary-one"));

    file.write(&world("app-service", "'canary-two'"));
    let line = served.hears("reloaded ");
    assert!(line.ends_with("world.toml: app-service, 1 identity, 1 vault with 1 secret version\n"), "{line}");
    assert!(served.secret(VAULT, "a", &token).contains("canary-two"));

    // A mistake changes nothing but the log, which does not quote the line.
    file.write(&world("app-service", "'canary-three"));
    let line = served.hears("not reloaded, the old description goes on: ");
    assert!(line.contains("world.toml: the description of the fake Azure: line 11, column"), "{line}");
    assert!(served.secret(VAULT, "a", &token).contains("canary-two"));
    std::fs::remove_file(file.path()).unwrap();
    served.hears("world.toml can't be read");
    assert!(served.secret(VAULT, "a", &token).contains("canary-two"));

    file.write(&world("app-service", "'canary-four'"));
    served.hears("reloaded ");
    assert!(served.secret(VAULT, "a", &token).contains("canary-four"));
    let (_, said) = served.stops("-TERM");
    assert!(!said.contains("canary") && !said.contains("restart"), "{said}");
}

#[test]
fn a_reload_forgets_what_was_written_and_says_so() {
    let writable = |value: &str| world("app-service", value).replace("Secrets User", "Secrets Officer");
    let file = Changing::new(&writable("'canary-one'"));
    let mut served = start(&file.path());
    let token = served.token(APP);
    let answer = served.sends("PUT", VAULT, "a", &token, r#"{"value": "canary-two"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    served.hears("app set a, version ");
    assert!(served.secret(VAULT, "a", &token).contains("canary-two"));

    file.write(&writable("'canary-three'"));
    let line = served.hears("reloaded ");
    assert!(line.ends_with("1 secret version; what apps wrote to the vaults is gone\n"), "{line}");
    assert!(served.secret(VAULT, "a", &token).contains("canary-three"));
    let (_, said) = served.stops("-TERM");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn another_environment_is_printed() {
    let file = Changing::new(&world("app-service", "'x'"));
    let mut served = start(&file.path());
    let before = served.environment.clone();
    file.write(&world("cloud-shell", "'x'"));
    let line = served.hears("restart the app with these lines");
    assert!(line.contains("unset IDENTITY_ENDPOINT IDENTITY_HEADER"), "{line}");
    served.reads_environment();
    assert_eq!(served.environment["MSI_ENDPOINT"], format!("http://{}/oauth2/token", served.proxy()));
    for name in ["HTTPS_PROXY", "SSL_CERT_FILE", "KEYVAULT_URL"] {
        assert_eq!(served.environment[name], before[name], "{name}");
    }
}
