//! `keyfob delete-secret`, `recover-secret`, `purge-secret`.

use std::sync::atomic::{AtomicUsize, Ordering};

use fake_azure::wire::{Request, ScriptedResponse};
use http::Method;
use serde_json::json;

use super::{SUFFIX, TEAM, TEAM_VAULT, team, vault_requests, world};
use crate::world::{USER, World};

const SECRET: &str = "[[vault.secret]]\nname = 'a'\nvalue = 'v'\nversion = '0000000000000000000000000000000a'\n";

#[test]
fn delete_recover_and_purge() {
    let world = world(SECRET);
    let run = team(&world, &["delete-secret", "a"]).output();
    let (done, recover) = run.success().split_once(": ").expect("a command");
    assert!(done.starts_with("a is deleted. To recover it until 20") && done.ends_with('Z'), "{run:?}");
    assert_eq!(recover, format!("`keyfob recover-secret a --vault-url {TEAM}`"));
    assert_eq!(
        vault_requests(&world),
        [format!("DELETE {TEAM}/secrets/a{SUFFIX}"), format!("GET {TEAM}/deletedsecrets/a{SUFFIX}")]
    );
    assert_eq!(team(&world, &["get-secret", "a"]).json().output().error()["kind"], "not-found");

    let run = team(&world, &["recover-secret", "a"]).output();
    assert_eq!(run.success(), format!("a is recovered: {TEAM}/secrets/a/0000000000000000000000000000000a"));
    assert_eq!(team(&world, &["get-secret", "a"]).output().value(), "v");

    // The secret's identifier is accepted too.
    let identifier = format!("{TEAM}/secrets/a");
    let told = team(&world, &["delete-secret", &identifier]).json().output().success_json();
    assert_eq!((&told["name"], &told["recovery_id"]), (&json!("a"), &json!(format!("{TEAM}/deletedsecrets/a"))));
    let (deleted, purged) = (told["deleted_on"].as_u64().unwrap(), told["scheduled_purge_on"].as_u64().unwrap());
    assert_eq!(purged - deleted, 90 * 24 * 60 * 60);
    let told = team(&world, &["recover-secret", "a"]).json().output().success_json();
    assert_eq!((&told["name"], told.get("recovery_id")), (&json!("a"), None));

    team(&world, &["delete-secret", "a"]).output().success();
    assert_eq!(team(&world, &["purge-secret", "a"]).output().success(), "a is deleted permanently.");
    assert_eq!(team(&world, &["recover-secret", "a"]).json().output().error()["kind"], "not-found");

    team(&world, &["set-secret", "b"]).stdin("v").output().success();
    team(&world, &["delete-secret", "b"]).output().success();
    let told = team(&world, &["purge-secret", "b"]).json().output().success_json();
    assert_eq!(told, json!({ "name": "b", "purged": true }));
}

#[test]
fn delete_waits_until_it_is_complete() {
    // The first poll always gets 404.
    let looks = AtomicUsize::new(0);
    let not_yet = move |request: &Request| {
        let look = request.method() == Method::GET && request.uri().path() == "/deletedsecrets/a";
        let gone = json!({ "error": { "code": "SecretNotFound", "message": "not yet" } });
        (look && looks.fetch_add(1, Ordering::Relaxed) == 0).then(|| ScriptedResponse::json(404, &gone))
    };
    let world = World::with_overrides("app-service", &format!("{TEAM_VAULT}{SECRET}"), not_yet);
    assert!(team(&world, &["delete-secret", "a"]).output().success().starts_with("a is deleted. "));
    let look = format!("GET {TEAM}/deletedsecrets/a{SUFFIX}");
    assert_eq!(vault_requests(&world), [format!("DELETE {TEAM}/secrets/a{SUFFIX}"), look.clone(), look]);
    assert_eq!(team(&world, &["purge-secret", "a"]).output().status, 0);
}

#[test]
fn timeout_hint_names_the_command_to_check() {
    let world = world(&format!("deleting-seconds = 600\n{SECRET}"));
    let run = team(&world, &["delete-secret", "a", "--timeout", "1"]).output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("goes on in the vault"), "{run:?}");
    let look = format!("To see whether the vault is done: `keyfob list-secrets --deleted --vault-url {TEAM}`");
    assert!(run.stderr.contains(&look) && run.stderr.contains("--timeout SECONDS"), "{run:?}");
}

#[test]
fn delete_without_waiting() {
    let world = world(&format!("deleting-seconds = 600\nrecovering-seconds = 600\n{SECRET}"));
    let run = team(&world, &["delete-secret", "a", "--no-wait"]).output();
    assert!(run.success().starts_with("a is being deleted; this continues in the vault. To recover it until "));
    assert_eq!(vault_requests(&world), [format!("DELETE {TEAM}/secrets/a{SUFFIX}")]);
    // The deletion is not complete yet.
    assert_eq!(team(&world, &["purge-secret", "a"]).json().output().error()["kind"], "conflict");
}

#[test]
fn recovery_timeout_hint_names_the_command_to_check() {
    let world = world(&format!("recovering-seconds = 600\n{SECRET}"));
    team(&world, &["delete-secret", "a"]).output().success();
    let error = team(&world, &["recover-secret", "a", "--timeout", "1"]).json().output().error();
    assert_eq!(error["kind"], "timed-out", "{error}");
    assert!(error["hint"].as_str().unwrap().contains("`keyfob list-versions a --vault-url "), "{error}");
}

#[test]
fn recover_without_waiting() {
    let world = world(&format!("recovering-seconds = 600\n{SECRET}"));
    team(&world, &["delete-secret", "a"]).output().success();
    let run = team(&world, &["recover-secret", "a", "--no-wait"]).output();
    assert_eq!(run.success(), "a is being recovered; this continues in the vault.");
}

#[test]
fn suggested_command_omits_the_url_from_the_environment() {
    let world = world(SECRET);
    let run = world.keyfob(&["delete-secret", "a"]).platform().env("AZURE_CLIENT_ID", USER);
    let run = run.env("KEYVAULT_URL", TEAM).output();
    assert!(run.success().ends_with(": `keyfob recover-secret a`"), "{run:?}");
}
