//! `keyfob fake --plain-http`: the vault and Entra without TLS.

use std::net::TcpStream;

use super::APP;
use super::served::{Served, ask, keyfob};
use crate::run::Output;

#[test]
fn keyfob_gets_its_secret_there() {
    for example in ["app-service", "vm", "aks", "azure-ml", "cloud-shell", "service-principal"] {
        let arguments =
            ["--example", example, "--plain-http", "--", env!("CARGO_BIN_EXE_keyfob"), "get-secret", "secret-a"];
        let mut command = keyfob(&arguments);
        // Where there is a choice of identities, the app has made it.
        let chooses = ["app-service", "azure-ml"].contains(&example);
        let run = Output::of(command.envs(chooses.then_some(("AZURE_CLIENT_ID", APP))));
        assert_eq!((run.status, run.stdout.as_str()), (0, "the value of secret-a\n"), "{example}: {run:?}");
        assert!(run.stderr.contains("KEYFOB_ALLOW_LOOPBACK_HTTP=1 is set"), "{example}: {run:?}");
    }
}

#[test]
fn its_links_stay_on_loopback() {
    let served = Served::start(&["--example", "app-service", "--plain-http"]);
    let own = served.proxy();
    assert_eq!(served.environment["KEYVAULT_URL"], format!("http://{own}"));
    let bearer = format!("Bearer {}", served.token(APP));
    let headers = [("authorization", bearer.as_str())];
    let answer = ask(TcpStream::connect(own).unwrap(), own, "/secrets/secret-a?api-version=7.4", &headers);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("\"id\":\"http://{own}/secrets/secret-a/")), "{answer}");
    assert!(!answer.contains("my-vault.vault.azure.net"), "{answer}");
    // Who goes by the proxy finds the real names as ever.
    let answer = served.secret("my-vault.vault.azure.net", "secret-a", &served.token(APP));
    assert!(answer.contains("\"id\":\"https://my-vault.vault.azure.net/secrets/secret-a/"), "{answer}");
}

#[test]
fn clouds_whose_tokens_keyfob_would_not_ask_for() {
    let run = Output::of(&mut keyfob(&["--example", "us-government", "--plain-http", "--", "true"]));
    assert!(run.misused().contains("leave --plain-http out"), "{run:?}");
}
