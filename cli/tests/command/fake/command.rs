//! `keyfob fake … -- COMMAND`.

use std::process::Command;

use super::server::keyfob;
use crate::run::Output;

fn sh(script: &str) -> Command {
    keyfob(&["--example", "app-service", "--", "sh", "-c", script])
}

#[test]
fn command_gets_the_environment() {
    let script = r#"printf '%s,' "$KEYVAULT_URL" "$AZURE_CLIENT_ID" "$MSI_ENDPOINT$AZURE_CLIENT_SECRET" "$MINE" "$IDENTITY_ENDPOINT""#;
    let mut command = sh(script);
    // Variables that must be replaced or removed, and two that the app keeps.
    command.envs([("MSI_ENDPOINT", "http://x"), ("AZURE_CLIENT_SECRET", "x"), ("IDENTITY_ENDPOINT", "http://x")]);
    let run = Output::of(command.envs([("MINE", "mine"), ("AZURE_CLIENT_ID", "id")]));
    assert_eq!(run.status, 0, "{run:?}");
    let (known, endpoint) = run.stdout.split_once(",http://127.0.0.1:").expect("the endpoint on loopback");
    assert_eq!(known, "https://my-vault.vault.azure.net,id,,mine");
    assert!(endpoint.ends_with("/msi/token,"), "{endpoint}");
}

#[test]
fn exit_status_of_the_command_is_passed_on() {
    for (script, status) in [("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        let run = Output::of(&mut sh(script));
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{script}: {run:?}");
    }
}

#[test]
fn termination_is_passed_to_the_command() {
    // The shell sends SIGTERM to its parent, which is keyfob. The trap shows that SIGTERM was forwarded. Otherwise the
    // `sleep` ends and the status is 8.
    let script = "trap 'echo asked; kill $!; exit 9' TERM; sleep 20 >/dev/null 2>&1 & kill -TERM $PPID; wait; exit 8";
    let run = Output::of(&mut sh(script));
    assert_eq!((run.status, run.stdout.as_str()), (9, "asked\n"), "{run:?}");
}

#[test]
fn temporary_files_are_removed() {
    let run = Output::of(&mut sh("dirname \"$SSL_CERT_FILE\"; test -r \"$SSL_CERT_FILE\""));
    assert_eq!(run.status, 0, "{run:?}");
    assert!(!std::path::Path::new(run.stdout.trim()).exists(), "{run:?}");
}
