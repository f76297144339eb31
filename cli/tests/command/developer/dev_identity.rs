//! `keyfob dev-identity` with a command, and with lines for a shell.

use std::net::TcpListener;
use std::process::Command;

use super::machine::DeveloperMachine;
use super::server::{DevIdentityServer, keyfob};
use crate::run::Output;

/// Variables that are replaced, and two that the app keeps.
const BEFORE: [(&str, &str); 6] = [
    ("IDENTITY_ENDPOINT", "http://10.0.0.1/token"),
    ("IDENTITY_SERVER_THUMBPRINT", "x"),
    ("MSI_SECRET", "x"),
    ("AZURE_FEDERATED_TOKEN_FILE", "/x"),
    ("AZURE_CLIENT_ID", "id"),
    ("MINE", "mine"),
];
const REPLACED: &str = "note: your own identity replaces IDENTITY_ENDPOINT, IDENTITY_SERVER_THUMBPRINT, MSI_SECRET, \
                        AZURE_FEDERATED_TOKEN_FILE\n";
const SHOW: &str = "echo \"$IDENTITY_ENDPOINT\"; echo \"${#IDENTITY_HEADER}\"; \
                    echo \"$IDENTITY_SERVER_THUMBPRINT$MSI_SECRET$AZURE_FEDERATED_TOKEN_FILE|$AZURE_CLIENT_ID|$MINE\"";

#[track_caller]
fn assert_environment(shown: &str) {
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("http://127.0.0.1:") && lines[0].ends_with("/msi/token"), "{shown}");
    assert_eq!(lines[1..], ["64", "|id|mine"]);
}

#[test]
fn command_gets_the_environment() {
    let machine = DeveloperMachine::new();
    let run = Output::of(keyfob(&machine, &["--", "/bin/sh", "-c", SHOW]).envs(BEFORE));
    assert_eq!((run.status, run.stderr.as_str()), (0, REPLACED), "{run:?}");
    assert_environment(&run.stdout);
}

#[test]
fn shell_lines_set_the_environment() {
    let machine = DeveloperMachine::new();
    let server = DevIdentityServer::of(keyfob(&machine, &[]).envs(BEFORE));
    assert!(server.log.starts_with(REPLACED), "{}", server.log);
    let script = format!("{}\n{SHOW}", server.printed);
    let shell = Command::new("/bin/sh").args(["-c", &script]).env_clear().envs(BEFORE).output().unwrap();
    assert_environment(Output::from(shell).success());
}

#[test]
fn exit_status_of_the_command_is_passed_on() {
    let machine = DeveloperMachine::new();
    for (script, status) in [("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        let run = Output::of(&mut keyfob(&machine, &["--", "/bin/sh", "-c", script]));
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (status, "", ""), "{script}");
    }
}

#[test]
fn other_credentials_are_noted() {
    let machine = DeveloperMachine::new();
    for (variables, left, note) in [
        // EnvironmentCredential is the first of the chain.
        (
            vec![("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s")],
            "s\n",
            "note: AZURE_CLIENT_SECRET is set, so DefaultAzureCredential will use that service principal and not your identity: unset it\n",
        ),
        (
            vec![("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")],
            "\n",
            "note: AZURE_TOKEN_CREDENTIALS excludes ManagedIdentityCredential, so the app won't use your identity: unset it\n",
        ),
    ] {
        let mut command = keyfob(&machine, &["--", "/bin/sh", "-c", "echo $AZURE_CLIENT_SECRET"]);
        let run = Output::of(command.envs(variables));
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, left, note));
    }
}

#[test]
fn usage_errors() {
    let machine = DeveloperMachine::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = port.local_addr().unwrap().port().to_string();
    for (arguments, says) in [
        (vec!["--port", &taken], format!("can't listen on 127.0.0.1:{taken}: ")),
        (vec!["--port", "0"], "1..=65535".to_owned()),
        (vec!["--shell", "tcsh"], "bash, fish, powershell, dotenv".to_owned()),
        (vec!["--shell", "fish", "--", "true"], "cannot be used with".to_owned()),
        (vec!["--", "no-such-command"], "no-such-command can't be started: ".to_owned()),
        (vec!["no-such-option"], "unexpected argument 'no-such-option'".to_owned()),
    ] {
        let run = Output::of(&mut keyfob(&machine, &arguments));
        assert!(run.usage_error().contains(&says), "{arguments:?}: {run:?}");
    }
}
