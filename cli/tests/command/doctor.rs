//! `keyfob doctor`.

use serde_json::{Value, json};

use crate::run::{Output, Run};
use crate::world::{CLIENT_SECRET, PRINCIPAL, SYSTEM, TENANT, USER, USER_OBJECT, VAULT, WRONG_SECRET, World};

fn doctor(world: &World) -> Run<'_> {
    world.keyfob(&["doctor"])
}

fn doctor_with_vault(world: &World) -> Run<'_> {
    doctor(world).platform().args(&["--vault-url", VAULT])
}

/// The JSON of a run with this exit status.
#[track_caller]
fn run_json(run: Run<'_>, status: i32) -> Value {
    let run = run.json().output();
    assert_eq!((run.status, run.stderr.as_str()), (status, ""), "{run:?}");
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["ok"], status == 0, "{json}");
    json
}

/// The lines of a run with this exit status.
#[track_caller]
fn run_lines(run: &Output, status: i32) -> Vec<&str> {
    assert_eq!((run.status, run.stderr.as_str()), (status, ""), "{run:?}");
    run.stdout.lines().collect()
}

#[test]
fn without_vault_url_shows_the_deciding_credential() {
    let world = World::app_service();
    let run = doctor(&world).platform().env("AZURE_CLIENT_ID", USER).output();
    let lines = run_lines(&run, 0);
    assert_eq!(lines[..2], ["DefaultAzureCredential would use ManagedIdentityCredential.", ""]);
    let own = lines.iter().position(|line| *line == "ManagedIdentityCredential: ready").expect("the winner");
    assert_eq!(
        lines[own + 1..own + 3],
        [
            "    App Service managed identity (detected by IDENTITY_ENDPOINT and IDENTITY_HEADER), user-assigned identity with \
             client id 11111111-aaaa-4aaa-8aaa-000000000001 (from AZURE_CLIENT_ID), at http://169.254.130.4:8081",
            "    reads AZURE_CLIENT_ID, IDENTITY_ENDPOINT, IDENTITY_HEADER",
        ]
    );
    assert!(lines.contains(&"    not set: AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE"));
    assert!(
        lines[lines.len() - 1]
            .starts_with("No request was sent. To get a token and list secrets: `keyfob doctor --vault-url URL`"),
        "{lines:?}"
    );

    let json = run_json(doctor(&world).platform().env("AZURE_CLIENT_ID", USER), 0);
    assert_eq!(
        (&json["credential"], &json["decided_by"]),
        (&json!("DefaultAzureCredential"), &json!("ManagedIdentityCredential"))
    );
    let winner = &json["candidates"][2];
    assert_eq!((&winner["readiness"], &winner["hint"]), (&json!("ready"), &Value::Null));
    assert_eq!(winner["details"]["id-from"], "AZURE_CLIENT_ID");
    assert_eq!(json["candidates"].as_array().unwrap().len(), 9);
    assert!(json["token"].is_null() && json["secrets"].is_null() && json["failed"].is_null(), "{json}");
    assert!(world.requests().is_empty());
}

#[test]
fn without_platform_the_outcome_is_unproven() {
    let world = World::on("none", "");
    let run = doctor(&world).env("KEYVAULT_URL", VAULT).output();
    let lines = run_lines(&run, 0);
    assert_eq!(
        lines[0],
        "DefaultAzureCredential would try ManagedIdentityCredential; whether it is available is unknown."
    );
    assert!(lines.contains(&"    on your own machine, use `--dev` or `keyfob dev-identity -- COMMAND` instead"));
    assert!(lines[lines.len() - 1].contains(&format!("`keyfob doctor --vault-url {VAULT}`")), "{lines:?}");

    // With --vault-url, the metadata service turns out to be unavailable.
    let json = run_json(doctor_with_vault(&world), 1);
    assert_eq!(json["failed"]["question"], "token");
    assert_eq!(json["failed"]["error"]["kind"], "credential-unavailable");
}

#[test]
fn missing_client_id_is_diagnosed_and_fixed() {
    let world = World::app_service();
    let run = doctor_with_vault(&world).output();
    let lines = run_lines(&run, 1);
    let at = lines.iter().position(|line| line.starts_with("    token: ")).unwrap();
    let [token, hint, ..] = lines[at..] else { panic!("{lines:?}") };
    assert_eq!(token, "    token: DefaultAzureCredential: App Service must be told which identity to use.");
    assert!(hint.starts_with("    hint: Set AZURE_CLIENT_ID"), "{hint}");

    let run = doctor_with_vault(&world).env("AZURE_CLIENT_ID", USER).output();
    let lines = run_lines(&run, 0);
    let [vault, token, list] = lines[lines.len() - 3..] else { panic!("{lines:?}") };
    assert_eq!((vault, list), (VAULT, "    list of secrets: allowed, 1 secret"));
    let expected = format!(
        "    token: from App Service by ManagedIdentityCredential, client id {USER}, object id {USER_OBJECT}, until 20"
    );
    assert!(token.starts_with(&expected), "{token}");
    // Both checks use one token.
    let requests = world.requests();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert_eq!(requests[2], format!("GET {VAULT}/secrets?api-version=2026-04-01"));
}

#[test]
fn missing_role_fails_the_secrets_check() {
    let world = World::app_service_with_both();
    let json = run_json(doctor_with_vault(&world), 1);
    assert_eq!(json["token"]["details"]["client-id"], SYSTEM);
    assert!(json["token"].get("token").is_none());
    let failed = &json["failed"];
    assert_eq!((&failed["question"], &failed["error"]["code"]), (&json!("secrets"), &json!("ForbiddenByRbac")));
    assert!(failed["error"]["hint"].as_str().unwrap().contains("Key Vault Secrets User"), "{failed}");
}

#[test]
fn wrong_client_secret_fails_the_token_check() {
    let world = World::on("none", "");
    let principal = |secret: &str| {
        let run = doctor_with_vault(&world).env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL);
        run.env("AZURE_CLIENT_SECRET", secret)
    };
    let json = run_json(principal(WRONG_SECRET), 1);
    assert_eq!((&json["decided_by"], &json["failed"]["question"]), (&json!("EnvironmentCredential"), &json!("token")));
    assert!(json["failed"]["error"]["message"].as_str().unwrap().contains("AADSTS7000215"), "{json}");
    assert_eq!(run_json(principal(CLIENT_SECRET), 0)["secrets"], json!({ "count": 1, "more": false }));
}

#[test]
fn custom_vault_host_has_no_token_check() {
    let world = World::app_service();
    let run = doctor(&world).platform().env("AZURE_CLIENT_ID", USER).args(&["--vault-url", "https://kv.corp.example"]);
    let json = run_json(run, 0);
    assert_eq!((&json["token"], &json["secrets"]["count"]), (&Value::Null, &json!(1)));
}

#[test]
fn configuration_errors_send_no_request() {
    let world = World::app_service();
    let run = doctor_with_vault(&world).env("AZURE_CLIENT_ID", "canary").output();
    let lines = run_lines(&run, 1);
    assert_eq!(lines[0], "DefaultAzureCredential would fail at ManagedIdentityCredential.");
    assert!(lines.contains(&"ManagedIdentityCredential: failed") && !lines.contains(&VAULT), "{lines:?}");

    let json = run_json(doctor(&world).args(&["--credential", "environment"]), 1);
    assert_eq!((&json["decided_by"], &json["candidates"][0]["readiness"]), (&Value::Null, &json!("unavailable")));
    let run = doctor(&world).args(&["--credential", "environment"]).output();
    assert!(run_lines(&run, 1)[0].starts_with("EnvironmentCredential finds no credential"), "{run:?}");

    let json = run_json(doctor(&world).platform().args(&["--vault-url", "story-kv"]), 1);
    assert_eq!(
        (&json["failed"]["question"], &json["failed"]["error"]["kind"]),
        (&json!("vault-url"), &json!("invalid-argument"))
    );
    assert!(world.requests().is_empty());
    assert!(doctor(&world).args(&["--env-file", "none"]).output().usage_error().contains("--env-file none"));
}
