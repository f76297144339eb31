//! Wrong usage: exit status 2, a message on stderr, nothing on stdout, no requests.

use crate::run::Run;
use crate::world::{CLIENT_SECRET, USER, VAULT, World};

#[track_caller]
fn assert_usage_error(run: Run<'_>, names: &[&str]) {
    let run = run.output();
    let said = run.usage_error();
    for name in names {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn missing_vault_url() {
    let world = World::app_service();
    let run = || world.keyfob(&["get-secret", "secret-a"]);
    assert_usage_error(run(), &["--vault-url", "KEYVAULT_URL"]);
    assert_usage_error(run().json(), &["--vault-url", "KEYVAULT_URL"]);
    // An empty variable counts as unset.
    assert_usage_error(run().env("KEYVAULT_URL", ""), &["--vault-url", "KEYVAULT_URL"]);
}

#[test]
fn two_managed_identities() {
    let world = World::app_service();
    let ids = ["client-id", "object-id", "resource-id"].map(|id| format!("--managed-identity-{id}=x"));
    let system = "--managed-identity-system-assigned".to_owned();
    let all: Vec<&String> = ids.iter().chain([&system]).collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            assert_usage_error(world.get_token().args(&[one, other]), &["cannot be used with", "--managed-identity-"]);
        }
    }
}

#[test]
fn invalid_or_missing_files() {
    let world = World::app_service();
    let text = world.file("text", "hello");
    let missing = world.folder().join("missing");
    for option in ["--cacert", "--component"] {
        for path in [&text, &missing] {
            assert_usage_error(world.get_secret().path(option, path), &[path.to_str().unwrap()]);
        }
    }
    assert_usage_error(world.get_secret().path("--cacert", &text), &["--cacert", "no certificate"]);
    assert_usage_error(world.get_secret().path("--component", &text), &["not a Keyfob component"]);
    // An empty component, which is not Keyfob.
    let other = world.folder().join("other.wasm");
    std::fs::write(&other, b"\0asm\x0d\0\x01\0").unwrap();
    assert_usage_error(world.get_secret().path("--component", &other), &["not a Keyfob component", "keyfob:azure"]);
    assert_usage_error(world.get_secret().path("--env-file", &missing), &["--env-file"]);

    let file = world.file(".env", &format!("A=b\n{CLIENT_SECRET}\n"));
    assert_usage_error(world.get_secret().path("--env-file", &file), &["--env-file", "line 2"]);
    assert!(world.requests().is_empty());
}

#[test]
fn env_without_equals_sign_is_not_echoed() {
    let world = World::app_service();
    // The name is missing. Each run's output is searched for the secret.
    assert_usage_error(world.get_secret().args(&["--env", CLIENT_SECRET]), &["--env", "K=V"]);
    assert_usage_error(world.get_secret().args(&["--env", &format!("={CLIENT_SECRET}")]), &["--env"]);
}

#[test]
fn token_file_in_the_root_folder() {
    let world = World::on("aks", "");
    let run = world.get_token().args(&["--env", "AZURE_FEDERATED_TOKEN_FILE=/token"]);
    assert_usage_error(run, &["AZURE_FEDERATED_TOKEN_FILE", "whole disk"]);
}

#[test]
fn other_wrong_arguments() {
    let world = World::app_service();
    for (arguments, names) in [
        (vec!["get-secret", "--vault-url", VAULT], "NAME"),
        (vec!["get-token"], "--scope"),
        (vec!["get-secrets"], "get-secrets"),
        (vec!["get-secret", "a", "--vault-url", VAULT, "--timeout", "0"], "--timeout"),
        (vec!["get-secret", "a", "--vault-url", VAULT, "--timeout", "soon"], "--timeout"),
        (vec!["get-secret", "a", "--vault-url", VAULT, "--credential", "cli"], "workload-identity"),
        (vec!["get-secret", "a", "--vault-url", VAULT, "--connect-to", "story-kv.vault.azure.net=1"], "--connect-to"),
    ] {
        assert_usage_error(world.keyfob(&arguments), &[names]);
    }
    assert!(world.requests().is_empty());
}

#[test]
fn help_succeeds() {
    let world = World::app_service();
    let help = world.keyfob(&["get-secret", "--help"]).output();
    for option in ["--vault-url", "--json", "--clean-env", "--connect-to", "--managed-identity-client-id", "--trace"] {
        assert!(help.success().contains(option), "{option}");
    }
    assert!(!help.success().contains(USER));
}
