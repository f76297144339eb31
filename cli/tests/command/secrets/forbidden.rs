//! An identity that may only read secrets: each verb names the role that it needs.

use super::{at, vault_requests};
use crate::world::{VAULT, World};

#[test]
fn each_verb_names_the_role_it_needs() {
    let world = World::app_service();
    let backup = world.file("backup", "a backup");
    let backup = backup.to_str().unwrap();
    let target = world.folder().join("target");
    let verbs: [&[&str]; 6] = [
        &["set-secret", "secret-a"],
        &["delete-secret", "secret-a"],
        &["recover-secret", "secret-a"],
        &["purge-secret", "secret-a"],
        &["backup-secret", "secret-a", "--file", target.to_str().unwrap()],
        &["restore-secret", "--file", backup],
    ];
    for verb in verbs {
        let error = at(VAULT, &world, verb).stdin("v").json().output().error();
        assert_eq!(error["kind"], "forbidden", "{verb:?}: {error}");
        assert!(error["hint"].as_str().unwrap().contains("Key Vault Secrets Officer"), "{verb:?}: {error}");
    }
    assert_eq!(vault_requests(&world).len(), verbs.len());
    assert!(!target.exists());

    let run = at(VAULT, &world, &["purge-secret", "secret-a"]).output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("\n\nFix:\n  ") && run.stderr.contains("Key Vault Secrets Officer"), "{run:?}");
}

#[test]
fn listing_needs_only_the_read_role() {
    let world = World::app_service();
    let run = at(VAULT, &world, &["list-secrets"]).output();
    assert_eq!(run.success(), "secret-a\tenabled\t2023-11-14T22:13:22Z\ttext/plain");
    assert_eq!(at(VAULT, &world, &["list-versions", "secret-a"]).output().success().lines().count(), 2);
}
