//! Precedence of the caller's variables, `--env` and `--env-file`.

use crate::apps;
use crate::run::{Output, Run};
use crate::world::{CLIENT_SECRET, SYSTEM, USER, VALUE, VAULT, World};

#[test]
fn clean_env_hides_the_callers_variables() {
    let world = World::app_service();
    let vault = world.keyfob(&["get-secret", "secret-a"]).platform().caller_env("KEYVAULT_URL", VAULT).output();
    assert!(vault.usage_error().contains("KEYVAULT_URL"));

    let error = world.get_secret().caller_env("AZURE_CLIENT_ID", USER).json().output().error();
    assert_eq!(error["kind"], "credential-unavailable");

    let mut run = world.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT]).json();
    for (name, value) in world.fake.environment() {
        run = run.caller_env(&name, &value);
    }
    let error = run.output().error();
    assert_eq!(error["kind"], "credential-unavailable");
    assert!(error["hint"].as_str().unwrap().contains("the environment is empty"), "{error}");
}

#[test]
fn callers_variables_are_used_without_clean_env() {
    let world = World::app_service();
    let mut run = world.keyfob(&["get-secret", "secret-a"]).inherit_env();
    for (name, value) in world.fake.environment() {
        run = run.caller_env(&name, &value);
    }
    let run = run.caller_env("KEYVAULT_URL", VAULT).caller_env("AZURE_CLIENT_ID", USER).output();
    assert_eq!(run.value(), VALUE);
}

#[test]
fn env_overrides_caller_overrides_env_file() {
    let world = World::app_service();
    let nobody = "99999999-0000-4000-8000-000000000009";
    let file = |id: &str| world.file(".env", &format!("AZURE_CLIENT_ID={id}\n"));
    let run = || world.get_secret().inherit_env();
    let refused = |run: crate::run::Run<'_>| {
        let error = run.json().output().error();
        assert_eq!(error["kind"], "authentication-failed", "{error}");
        assert!(error["attempts"][2]["message"].as_str().unwrap().contains(nobody), "{error}");
    };

    assert_eq!(run().caller_env("AZURE_CLIENT_ID", nobody).env("AZURE_CLIENT_ID", USER).output().value(), VALUE);
    refused(run().caller_env("AZURE_CLIENT_ID", USER).env("AZURE_CLIENT_ID", nobody));

    assert_eq!(run().caller_env("AZURE_CLIENT_ID", USER).path("--env-file", &file(nobody)).output().value(), VALUE);
    refused(run().caller_env("AZURE_CLIENT_ID", nobody).path("--env-file", &file(USER)));

    refused(run().path("--env-file", &file(USER)).env("AZURE_CLIENT_ID", nobody));
}

#[test]
fn env_file_is_read_with_clean_env() {
    let world = World::app_service_with_both();
    let file = world.file(".env", &format!("AZURE_CLIENT_ID={USER}\n"));
    let run = || world.get_token().path("--env-file", &file);
    let who = |token: &str| fake_azure::client_id(token);
    assert_eq!(who(run().caller_env("AZURE_CLIENT_ID", SYSTEM).output().success()).as_deref(), Some(USER));
    // An empty variable counts as unset, and disables the file's line.
    assert_eq!(who(run().env("AZURE_CLIENT_ID", "").output().success()).as_deref(), Some(SYSTEM));
}

#[test]
fn env_file_references_use_the_effective_environment() {
    let world = World::app_service();
    let file = world.file(".env", "export VAULT='${NAME:-file}-${GIVEN}' # ours\nBARE=$NAME\n");
    let run = || {
        let run = world.keyfob(&["run", apps::probe().to_str().unwrap()]).app_args(&["environment"]);
        run.path("--env-file", &file).caller_env("NAME", "caller").caller_env("GIVEN", "theirs").env("GIVEN", "given")
    };
    assert_eq!(run().output().success(), "BARE=$NAME\nGIVEN=given\nVAULT=file-given");
    assert_eq!(run().inherit_env().output().success(), "BARE=$NAME\nGIVEN=given\nNAME=caller\nVAULT=caller-given");
}

#[test]
fn suspicious_env_file_lines_are_noted() {
    let world = World::app_service();
    let secret = format!("AZURE_CLIENT_SECRET='{CLIENT_SECRET}${{NAME}}'");
    let file = world.file(".env", &format!("AZURE_CLIENT_ID={USER}\nEMPTY\n{secret}\n"));
    let run = world.get_secret().path("--env-file", &file).output();
    assert_eq!((run.status, run.stdout.trim_end()), (0, VALUE), "{run:?}");
    let file = file.to_str().unwrap();
    let expected = format!(
        "note: --env-file {file}: line 2 has no `=` and sets nothing\n\
         note: --env-file {file}: line 3 refers to a ${{NAME}} that is not set: taken as empty\n"
    );
    assert_eq!(run.stderr, expected);
}

#[test]
#[cfg(unix)]
fn variable_that_is_no_text_is_an_error_and_not_unset() {
    use std::os::unix::ffi::OsStrExt as _;

    let world = World::app_service();
    let no_text = std::ffi::OsStr::from_bytes(b"canary\xff");
    let get = |name: &str, run: Run<'_>| Output::of(run.inherit_env().command().env(name, no_text));
    for name in
        ["AZURE_CLIENT_ID", "AZURE_TOKEN_CREDENTIALS", "IDENTITY_ENDPOINT", "KEYFOB_ALLOW_LOOPBACK_HTTP", "MSI_SECRET"]
    {
        for run in
            [world.keyfob(&["get-token", "--scope", "s"]), world.keyfob(&["run", apps::readme().to_str().unwrap()])]
        {
            let run = get(name, run);
            let expected =
                format!("error: the variable {name} is not Unicode text: set it to another value, or unset it\n");
            assert_eq!(run.usage_error(), expected);
        }
    }
    // Other variables are none of Keyfob's, and an option replaces one.
    let other = get("OTHER", world.get_secret().platform().env("AZURE_CLIENT_ID", USER));
    assert_eq!(other.value(), VALUE);
    let replaced = get("AZURE_CLIENT_ID", world.get_secret().platform().env("AZURE_CLIENT_ID", USER));
    assert_eq!(replaced.value(), VALUE);
    for name in ["AZURE_TOKEN_CREDENTIALS", "NO_PROXY", "no_proxy"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyfob"));
        let run = Output::of(command.args(["dev-identity", "--", "true"]).env(name, no_text));
        assert!(run.usage_error().contains(&format!("the variable {name} is not Unicode text")), "{run:?}");
    }
}
