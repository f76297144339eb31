//! stdout and stderr that can't be written: a full disk, and a pipe that its reader has closed.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::world::{VALUE, World};

/// Every write to it fails: no space is left.
fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// A pipe without a reader.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn keyfob(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.args(arguments).env_clear();
    command
}

#[test]
fn stderr_that_fails_does_not_change_the_outcome() {
    let world = World::app_service();
    for stderr in [full, closed] {
        let read =
            world.get_secret().env("AZURE_CLIENT_ID", crate::world::USER).command().stderr(stderr()).output().unwrap();
        assert_eq!((read.status.code(), read.stdout), (Some(0), VALUE.as_bytes().to_vec()));
        // The error's text and hint can't be written, and the statuses are the documented ones.
        assert_eq!(world.get_secret().command().stderr(stderr()).status().unwrap().code(), Some(1));
        for wrong in
            [&["get-secret", "a", "--clean-env"][..], &["no-such-verb"], &["fake"], &["component", "/dev/null/x"]]
        {
            assert_eq!(keyfob(wrong).stderr(stderr()).status().unwrap().code(), Some(2), "{wrong:?}");
        }
        // It prints notes.
        let run = ["fake", "--example", "vm", "--", "/bin/sh", "-c", "exit 7"];
        assert_eq!(keyfob(&run).stderr(stderr()).status().unwrap().code(), Some(7));
        let run = ["dev-identity", "--", "/bin/sh", "-c", "exit 7"];
        let noted = keyfob(&run).env("MSI_SECRET", "x").stderr(stderr()).status().unwrap();
        assert_eq!(noted.code(), Some(7));
    }
}

#[test]
fn a_result_that_is_not_written_is_a_failure() {
    let world = World::app_service();
    let read = world.get_secret().env("AZURE_CLIENT_ID", crate::world::USER);
    let run = read.command().stdout(full()).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with("error: stdout can't be written: ") && !said.contains(VALUE), "{said}");
    for arguments in [
        &["demo"][..],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["fake", "--example", "vm", "--print"],
    ] {
        let run = keyfob(arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.starts_with("error: stdout can't be written: ") && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
    }
    // With nowhere to say it either.
    assert_eq!(keyfob(&["man"]).stdout(full()).stderr(full()).status().unwrap().code(), Some(1));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let app = crate::apps::readme();
    for arguments in [
        &["demo"][..],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["component", "-"],
        &["component", "--config", "-"],
        &["compose", app.to_str().unwrap(), "-"],
    ] {
        let run = keyfob(arguments).stdout(closed()).output().unwrap();
        assert_eq!((run.status.code(), run.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn a_list_and_a_backup_end_as_other_results() {
    let vault = "https://team-kv.vault.azure.net";
    let world = World::on(
        "app-service",
        &format!(
            "[[vault]]\nurl = '{vault}'\nroles = {{ user = 'Key Vault Secrets Officer' }}\n\
             [[vault.secret]]\nname = 'secret-a'\nvalue = '{VALUE}'\n"
        ),
    );
    for verb in [&["backup-secret", "secret-a"][..], &["list-secrets"], &["list-versions", "secret-a"]] {
        let run = || {
            let run = world.keyfob(verb).args(&["--vault-url", vault]).platform();
            run.env("AZURE_CLIENT_ID", crate::world::USER).command()
        };
        let left = run().stdout(closed()).output().unwrap();
        assert_eq!((left.status.code(), left.stderr.as_slice()), (Some(0), &b""[..]), "{verb:?}");
        let lost = run().stdout(full()).output().unwrap();
        let said = String::from_utf8(lost.stderr).unwrap();
        assert!(
            lost.status.code() != Some(0) && said.starts_with("error: stdout can't be written: "),
            "{verb:?}: {said}"
        );
    }
}
