//! `keyfob backup-secret`, `restore-secret`.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{TEAM, at, success_json_lines, team, vault_requests, world};

const SECRET: &str = "\
[[vault.secret]]\nname = 'a'\nvalue = 'once'\nversion = '0000000000000000000000000000000a'\n
[[vault.secret]]\nname = 'a'\nvalue = 'now'\nversion = '0000000000000000000000000000000b'\n
[[vault]]\nurl = 'https://spare-kv.vault.azure.net'\nroles = { user = 'Key Vault Secrets Officer' }\n";

const SPARE: &str = "https://spare-kv.vault.azure.net";

const LATEST: &str = "/secrets/a/0000000000000000000000000000000b";

#[test]
fn restores_into_another_vault_from_a_file() {
    let world = world(SECRET);
    let file = world.folder().join("a.backup");
    let run = team(&world, &["backup-secret", "a"]).path("--file", &file).output();
    let backup = std::fs::read(&file).unwrap();
    assert_eq!(run.success(), format!("{}: {} bytes", file.display(), backup.len()));
    assert!(!backup.windows(3).any(|three| three == b"now"));
    assert_owner_only(&file);

    let run = at(SPARE, &world, &["restore-secret"]).path("--file", &file).output();
    assert_eq!(run.success(), format!("{SPARE}{LATEST}"));
    let names = ["a", "a/0000000000000000000000000000000a"];
    assert_eq!(at(SPARE, &world, &["get-secret"]).args(&names).output().success(), "now\nonce");

    // The name exists now.
    let error = at(SPARE, &world, &["restore-secret"]).path("--file", &file).json().output().error();
    assert_eq!(error["kind"], "conflict", "{error}");
}

#[test]
fn restores_after_a_purge_through_stdout_and_stdin() {
    let world = world(SECRET);
    let output = team(&world, &["backup-secret", "a"]).command().output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{:?}", output.stderr);
    team(&world, &["delete-secret", "a"]).output().success();
    team(&world, &["purge-secret", "a"]).output().success();
    let told = team(&world, &["restore-secret"]).stdin(&output.stdout).json().output().success_json();
    assert_eq!((&told["name"], &told["id"]), (&json!("a"), &json!(format!("{TEAM}{LATEST}"))));
    assert_eq!(success_json_lines(&team(&world, &["list-versions", "a"]).json().output()).len(), 2);
    assert_eq!(team(&world, &["get-secret", "a"]).output().value(), "now");
}

#[test]
fn backup_as_json() {
    let world = world(SECRET);
    let told = team(&world, &["backup-secret", "a"]).json().output().success_json();
    assert_eq!((&told["name"], told.as_object().unwrap().len()), (&json!("a"), 2));
    let backup = STANDARD.decode(told["backup"].as_str().unwrap()).unwrap();
    assert_eq!(at(SPARE, &world, &["restore-secret"]).stdin(backup).output().success(), format!("{SPARE}{LATEST}"));

    let told = team(&world, &["backup-secret", "a", "--file", "here"]).json().output().success_json();
    let bytes = std::fs::read(world.folder().join("here")).unwrap().len();
    assert_eq!(told, json!({ "name": "a", "file": "here", "bytes": bytes }));
}

#[test]
fn existing_file_needs_overwrite() {
    let world = world(SECRET);
    let file = world.file("a.backup", "mine");
    let link = world.folder().join("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let run = team(&world, &["backup-secret", "a"]).path("--file", &file).output();
    assert!(run.usage_error().contains("already exists") && run.stderr.contains("--overwrite"), "{run:?}");
    for (path, word) in [
        (world.folder().join("no/such"), "the folder does not exist"),
        (file.join("below"), "the folder does not exist"),
        (link.clone(), "already exists"),
    ] {
        let run = team(&world, &["backup-secret", "a"]).path("--file", &path).output();
        assert!(run.usage_error().contains(word), "{run:?}");
    }
    for path in [Path::new("/dev/null"), world.folder(), &link] {
        let run = team(&world, &["backup-secret", "a", "--overwrite"]).path("--file", path).output();
        assert!(run.usage_error().contains("is not a regular file"), "{run:?}");
    }
    assert!(team(&world, &["backup-secret", "a", "--overwrite"]).output().usage_error().contains("--file"));
    assert!(world.requests().is_empty());
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");

    // A failure leaves the file unchanged, and no other file.
    let before = std::fs::read_dir(world.folder()).unwrap().count();
    let run = team(&world, &["backup-secret", "nobody", "--overwrite"]).path("--file", &file).output();
    assert_eq!((run.status, std::fs::read(&file).unwrap().as_slice()), (1, b"mine".as_slice()));
    assert_eq!(std::fs::read_dir(world.folder()).unwrap().count(), before);

    team(&world, &["backup-secret", "a", "--overwrite"]).path("--file", &file).output().success();
    assert_ne!(std::fs::read(&file).unwrap(), b"mine");
    assert_owner_only(&file);
}

#[test]
fn invalid_backups_are_rejected() {
    let world = world(SECRET);
    let run = team(&world, &["restore-secret"]).output();
    assert!(run.usage_error().contains("stdin is empty"), "{run:?}");
    let large = world.write("large", &vec![0; 4 * 1024 * 1024 + 1]);
    let run = team(&world, &["restore-secret"]).path("--file", &large).output();
    assert!(run.usage_error().contains("more than 4194304 bytes"), "{run:?}");
    let run = team(&world, &["restore-secret", "--file", "missing"]).output();
    assert!(run.usage_error().contains("the file missing can't be read"), "{run:?}");
    assert!(world.requests().is_empty());

    let error = team(&world, &["restore-secret"]).stdin("hello").json().output().error();
    assert_eq!((&error["status"], vault_requests(&world).len()), (&json!(400), 1), "{error}");
}

/// Asserts that only the owner may read the file.
#[track_caller]
fn assert_owner_only(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}
