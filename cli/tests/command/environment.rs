//! Whose variables count.

use crate::apps;
use crate::world::{CLIENT_SECRET, SYSTEM, USER, VALUE, VAULT, World};

#[test]
fn a_clean_environment_has_nothing_of_the_callers() {
    let world = World::app_service();
    let vault = world.keyfob(&["get-secret", "secret-a"]).platform().caller("KEYVAULT_URL", VAULT).go();
    assert!(vault.misused().contains("KEYVAULT_URL"));

    let error = world.get_secret().caller("AZURE_CLIENT_ID", USER).json().go().error();
    assert_eq!(error["kind"], "credential-unavailable");

    let mut run = world.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT]).json();
    for (name, value) in world.fake.environment() {
        run = run.caller(&name, &value);
    }
    let error = run.go().error();
    assert_eq!(error["kind"], "credential-unavailable");
    assert!(error["hint"].as_str().unwrap().contains("an empty environment"), "{error}");
}

#[test]
fn the_callers_environment_counts_otherwise() {
    let world = World::app_service();
    let mut run = world.keyfob(&["get-secret", "secret-a"]).unclean();
    for (name, value) in world.fake.environment() {
        run = run.caller(&name, &value);
    }
    let run = run.caller("KEYVAULT_URL", VAULT).caller("AZURE_CLIENT_ID", USER).go();
    assert_eq!(run.done(), VALUE);
}

#[test]
fn env_beats_the_caller_and_the_caller_beats_the_file() {
    let world = World::app_service();
    let nobody = "99999999-0000-4000-8000-000000000009";
    let file = |id: &str| world.file(".env", &format!("AZURE_CLIENT_ID={id}\n"));
    let run = || world.get_secret().unclean();
    let refused = |run: crate::run::Run<'_>| {
        let error = run.json().go().error();
        assert_eq!(error["kind"], "authentication-failed", "{error}");
        assert!(error["message"].as_str().unwrap().contains(nobody), "{error}");
    };

    assert_eq!(run().caller("AZURE_CLIENT_ID", nobody).env("AZURE_CLIENT_ID", USER).go().done(), VALUE);
    refused(run().caller("AZURE_CLIENT_ID", USER).env("AZURE_CLIENT_ID", nobody));

    assert_eq!(run().caller("AZURE_CLIENT_ID", USER).path("--env-file", &file(nobody)).go().done(), VALUE);
    refused(run().caller("AZURE_CLIENT_ID", nobody).path("--env-file", &file(USER)));

    refused(run().path("--env-file", &file(USER)).env("AZURE_CLIENT_ID", nobody));
}

#[test]
fn a_file_counts_in_a_clean_environment_too() {
    let world = World::app_service_with_both();
    let file = world.file(".env", &format!("AZURE_CLIENT_ID={USER}\n"));
    let run = || world.get_token().path("--env-file", &file);
    let who = |token: &str| fake_azure::client_id(token);
    assert_eq!(who(run().caller("AZURE_CLIENT_ID", SYSTEM).go().done()).as_deref(), Some(USER));
    // Set to nothing, a variable is unset: that switches the file's line off.
    assert_eq!(who(run().env("AZURE_CLIENT_ID", "").go().done()).as_deref(), Some(SYSTEM));
}

#[test]
fn a_file_refers_to_the_environment_that_counts() {
    let world = World::app_service();
    let file = world.file(".env", "export VAULT='${NAME:-file}-${GIVEN}' # ours\nBARE=$NAME\n");
    let run = || {
        let run = world.keyfob(&["run", apps::probe().to_str().unwrap()]).of_the_app(&["environment"]);
        run.path("--env-file", &file).caller("NAME", "caller").caller("GIVEN", "theirs").env("GIVEN", "given")
    };
    assert_eq!(run().go().done(), "BARE=$NAME\nGIVEN=given\nVAULT=file-given");
    assert_eq!(run().unclean().go().done(), "BARE=$NAME\nGIVEN=given\nNAME=caller\nVAULT=caller-given");
}

#[test]
fn what_a_files_author_may_not_have_meant_is_told() {
    let world = World::app_service();
    let secret = format!("AZURE_CLIENT_SECRET='{CLIENT_SECRET}${{NAME}}'");
    let file = world.file(".env", &format!("AZURE_CLIENT_ID={USER}\nEMPTY\n{secret}\n"));
    let run = world.get_secret().path("--env-file", &file).go();
    assert_eq!((run.status, run.stdout.trim_end()), (0, VALUE), "{run:?}");
    let file = file.to_str().unwrap();
    let expected = format!(
        "note: --env-file {file}: line 2 has no `=` and sets nothing\n\
         note: --env-file {file}: line 3 refers to a ${{NAME}} that is not set: taken as empty\n"
    );
    assert_eq!(run.stderr, expected);
}
