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

/// The command is in the fake as any other program is: no request goes to the real vault's address.
#[test]
fn keyfob_is_in_the_fake() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let text = std::fs::read_to_string("../examples/azure/vm.toml").unwrap();
    std::fs::write(path("azure.toml"), text.replace("Key Vault Secrets User", "Key Vault Administrator")).unwrap();
    std::fs::write(path("value"), "canary-new-value").unwrap();
    // Each line is what one verb prints.
    let script = r#"
        cd "$0"
        "$KEYFOB" set-secret s --file value >/dev/null && echo set
        "$KEYFOB" get-secret s && echo
        "$KEYFOB" get-secret s --clean-env --env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$AZURE_POD_IDENTITY_AUTHORITY_HOST" \
            --vault-url "$KEYVAULT_URL" && echo
        "$KEYFOB" list-secrets | grep -c '^s	'
        "$KEYFOB" list-versions s | wc -l
        "$KEYFOB" backup-secret s > backup && "$KEYFOB" delete-secret s >/dev/null && "$KEYFOB" recover-secret s >/dev/null && echo back
        "$KEYFOB" get-token --scope https://vault.azure.net/.default | cut -c1-3
        "$KEYFOB" doctor --vault-url "$KEYVAULT_URL" >/dev/null && echo well
        "$KEYFOB" run "$APP" --env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$AZURE_POD_IDENTITY_AUTHORITY_HOST" \
            --env "KEYVAULT_URL=$KEYVAULT_URL" -- "secret=$KEYVAULT_URL"
    "#;
    let mut command = keyfob(&[&path("azure.toml"), "--", "sh", "-c", script, folder.path().to_str().unwrap()]);
    let run = Output::of(command.env("KEYFOB", env!("CARGO_BIN_EXE_keyfob")).env("APP", crate::apps::explorer()));
    let expected = "set\ncanary-new-value\ncanary-new-value\n1\n1\nback\neyJ\nwell\nsecret 21 characters\n";
    assert_eq!((run.status, run.stdout.as_str()), (0, expected), "{}", run.stderr);
    assert!(run.stderr.contains(" set s, version "), "{}", run.stderr);
}
