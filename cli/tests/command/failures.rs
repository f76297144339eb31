//! What the command prints if the component returns an error.

use std::fs::OpenOptions;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use fake_azure::wire::{Request, ScriptedResponse};
use serde_json::Value;

use crate::world::{PRINCIPAL, TENANT, USER, VAULT, WRONG_SECRET, World};

#[track_caller]
fn assert_contains(value: &Value, expected: &str) {
    assert!(value.as_str().is_some_and(|text| text.contains(expected)), "{expected}: {value}");
}

/// `credential: outcome` of each attempt.
fn attempts(error: &Value) -> Vec<String> {
    let attempts = error["attempts"].as_array().unwrap().iter();
    attempts.map(|it| format!("{}: {}", it["credential"].as_str().unwrap(), it["outcome"].as_str().unwrap())).collect()
}

const CHAIN_UNAVAILABLE: [&str; 9] = [
    "EnvironmentCredential: unavailable",
    "WorkloadIdentityCredential: unavailable",
    "ManagedIdentityCredential: unavailable",
    "SharedTokenCacheCredential: not-supported",
    "VisualStudioCodeCredential: not-supported",
    "AzureCliCredential: not-supported",
    "AzurePowerShellCredential: not-supported",
    "AzureDeveloperCliCredential: not-supported",
    "BrokerCredential: not-supported",
];

#[test]
fn missing_client_id_as_json_and_as_text() {
    let world = World::app_service();
    let run = world.get_secret().json().output();
    assert_eq!(run.stderr, "");
    let error = run.error();
    assert_eq!((&error["kind"], &error["status"]), (&"credential-unavailable".into(), &400.into()));
    assert!(error["code"].is_null(), "{error}");
    assert_eq!(attempts(&error), CHAIN_UNAVAILABLE);
    assert_contains(&error["attempts"][2]["message"], "Unable to load the proper Managed Identity.");
    assert_contains(&error["hint"], "AZURE_CLIENT_ID");
    assert_contains(&error["hint"], "--managed-identity-client-id");

    let run = world.get_secret().output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    // The cause is the first line, each attempt stands once, and the fix is next to the prompt.
    let message = error["message"].as_str().unwrap();
    let (cause, rest) = run.stderr.split_once("\n\nAttempted credentials:\n").expect("attempts");
    assert_eq!(cause, message.split_once('\n').map_or(message, |(cause, _)| cause));
    let (tried, fix) = rest.split_once("\n\nFix:\n").expect("the fix");
    let rows: Vec<&str> = tried.lines().collect();
    assert_eq!(rows.len(), 4, "{tried}");
    for (row, name) in rows.iter().zip(["Environment", "WorkloadIdentity", "ManagedIdentity"]) {
        assert_eq!(row.matches(&format!("{name}Credential")).count(), 1, "{row}");
        assert!(row.starts_with(&format!("  {name}Credential ")) && row.find("  ") == Some(0), "{row}");
    }
    let none = "  (SharedTokenCache, VisualStudioCode, AzureCli, AzurePowerShell, AzureDeveloperCli, Broker: not in a component; \
                on a laptop: keyfob dev-identity)";
    assert_eq!(rows[3], none);
    let hint: String = error["hint"].as_str().unwrap().lines().map(|line| format!("  {line}\n")).collect();
    assert_eq!(fix, hint);
}

#[test]
fn get_token_fails_like_get_secret() {
    let world = World::app_service();
    let error = world.get_token().json().output().error();
    assert_eq!(error["kind"], "credential-unavailable");
    let run = world.get_token().output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("\n\nFix:\n  "), "{}", run.stderr);
}

#[test]
fn no_identity_is_available() {
    let world = World::on("none", "");
    let error = world.get_secret().env("TERM", "dumb").json().output().error();
    assert_eq!(error["kind"], "credential-unavailable");
    assert_eq!(attempts(&error), CHAIN_UNAVAILABLE);
    assert!(error["status"].is_null(), "{error}");
    assert!(world.requests().is_empty());
}

#[test]
fn identity_without_a_role_is_forbidden() {
    let world = World::app_service_with_both();
    let run = world.get_secret().json().output();
    let error = run.error();
    assert_eq!((&error["kind"], &error["status"]), (&"forbidden".into(), &403.into()));
    assert_eq!(error["code"], "ForbiddenByRbac");
    assert_eq!(attempts(&error), [""; 0]);
    assert_contains(&error["hint"], "Key Vault Secrets User");
    assert_eq!(run.stderr, "");
}

#[test]
fn missing_secret_is_not_found() {
    let world = World::app_service();
    let run = world.keyfob(&["get-secret", "secret-b", "--vault-url", VAULT]).platform().env("AZURE_CLIENT_ID", USER);
    let error = run.json().output().error();
    assert_eq!((&error["kind"], &error["status"]), (&"not-found".into(), &404.into()));
    assert_eq!(error["code"], "SecretNotFound");
    assert_contains(&error["message"], "secret-b");
}

#[test]
fn wrong_client_secret_fails() {
    let world = World::on("none", "");
    let run = || {
        let run = world.get_secret().env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL);
        run.env("AZURE_CLIENT_SECRET", WRONG_SECRET)
    };
    let error = run().json().output().error();
    assert_eq!((&error["kind"], &error["status"]), (&"authentication-failed".into(), &401.into()));
    assert_eq!(error["code"], "AADSTS7000215");
    assert_eq!(attempts(&error), ["EnvironmentCredential: failed"]);
    assert_contains(&error["message"], "the client secret from AZURE_CLIENT_SECRET is wrong");

    let run = run().output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("AADSTS7000215") && run.stderr.contains("\n\nFix:\n  "), "{}", run.stderr);
}

#[test]
fn reply_that_echoes_the_secret_is_masked() {
    let echo = |request: &Request| {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let said = format!("AADSTS7000215: Invalid client secret provided: {WRONG_SECRET} in {body}");
        let body =
            serde_json::json!({"error": "invalid_client", "error_description": said, "error_codes": [7_000_215]});
        (request.uri().host() == Some("login.microsoftonline.com")).then(|| ScriptedResponse::json(401, &body))
    };
    let world = World::with_overrides("none", "", echo);
    let run = || {
        let run = world.get_secret().env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL);
        run.env("AZURE_CLIENT_SECRET", WRONG_SECRET)
    };
    assert_eq!(run().json().output().error()["code"], "AADSTS7000215");
    assert_eq!(run().args(&["--trace"]).output().status, 1);
}

#[test]
fn component_rejects_invalid_arguments() {
    let world = World::app_service();
    for (arguments, names) in [
        (["get-secret", "secret-a", "--vault-url", "http://story-kv.vault.azure.net"], "https"),
        (["get-secret", "secret_a", "--vault-url", VAULT], "its character 7 is an underscore"),
        (["get-token", "--scope", "https://vault.azure.net/.default", "--managed-identity-client-id=x"], "client id"),
    ] {
        let error = world.keyfob(&arguments).platform().json().output().error();
        assert_eq!(error["kind"], "invalid-argument", "{error}");
        assert_contains(&error["message"], names);
    }
    assert!(world.requests().is_empty());
}

#[test]
fn developer_credentials_setting_is_unsupported() {
    let world = World::app_service();
    let run = || world.get_secret().env("AZURE_CLIENT_ID", USER).env("AZURE_TOKEN_CREDENTIALS", "dev");
    let error = run().json().output().error();
    assert_eq!(error["kind"], "unsupported", "{error}");
    assert_contains(&error["message"], "AZURE_TOKEN_CREDENTIALS is dev");
    assert_contains(&error["hint"], "Set AZURE_TOKEN_CREDENTIALS to prod");
    let run = run().output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("\n\nFix:\n  "), "{}", run.stderr);
    assert!(world.requests().is_empty());
}

#[test]
fn untrusted_tls_certificate_is_a_transport_error() {
    let world = World::app_service();
    let error = world.get_secret().env("AZURE_CLIENT_ID", USER).without_ca().json().output().error();
    assert_eq!(error["kind"], "transport");
    assert_contains(&error["hint"], "--cacert");
    // Only the token request, over plain HTTP, arrived.
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn tls_certificate_for_another_name_is_rejected() {
    let world = World::app_service();
    // Without SNI the fake uses its certificate for 127.0.0.1.
    let run = |host: &str| {
        let url = format!("https://{host}");
        let run = world.keyfob(&["get-secret", "secret-a", "--vault-url", &url]).platform().json();
        run.connect_to(&format!("{host}:443"), world.tls).output().error()
    };
    let error = run("127.0.0.2");
    assert_eq!(error["kind"], "transport", "{error}");
    assert_contains(&error["message"], "TLS");
    assert_contains(&run("127.0.0.1")["message"], "127.0.0.1");
    assert_ne!(run("127.0.0.1")["message"], error["message"]);
}

/// A host that never responds.
fn never_answers(host: &'static str) -> impl Fn(&Request) -> Option<ScriptedResponse> {
    move |request| {
        let silence = ScriptedResponse { first_byte: None, ..ScriptedResponse::reply(200, "text/plain", "") };
        (request.uri().host() == Some(host)).then_some(silence)
    }
}

#[test]
fn silent_server_times_out() {
    for (host, attempted) in
        [("story-kv.vault.azure.net", vec![]), ("169.254.130.4", vec!["ManagedIdentityCredential: failed"])]
    {
        let world = World::with_overrides("app-service", "", never_answers(host));
        let run = || world.get_secret().env("AZURE_CLIENT_ID", USER).args(&["--timeout", "1.5"]);
        let started = std::time::Instant::now();
        let error = run().json().output().error();
        // Less than the 100 s of the default timeout, with room for a slow machine.
        assert!(started.elapsed() < Duration::from_secs(60), "{host}");
        assert_eq!(error["kind"], "timed-out", "{error}");
        assert!(attempts(&error).ends_with(&attempted.iter().map(ToString::to_string).collect::<Vec<_>>()), "{error}");

        let run = run().output();
        assert_eq!((run.status, run.stdout.as_str()), (1, ""));
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn token_file_that_blocks_times_out() {
    let world = World::on("aks", "");
    let pipe = world.folder().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = world.get_token().env("AZURE_FEDERATED_TOKEN_FILE", pipe.to_str().unwrap());
    let run = run.args(&["--timeout", "1"]).json();
    let (ended, end) = mpsc::channel();
    let run = thread::scope(|scope| {
        let run = scope.spawn(move || {
            let run = run.output();
            ended.send(()).unwrap();
            run
        });
        // If the command blocks in spite of its timeout, opening the pipe for writing releases it, and the test fails.
        if end.recv_timeout(Duration::from_secs(60)).is_err() {
            drop(OpenOptions::new().write(true).open(&pipe).unwrap());
        }
        run.join().unwrap()
    });
    assert_eq!(run.error()["kind"], "timed-out");
}
