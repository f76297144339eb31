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
    assert_eq!(
        lines[..3],
        ["✓ DefaultAzureCredential would use ManagedIdentityCredential.", "", "Credentials:"],
        "{lines:?}"
    );
    // A line for each credential.
    let own = "  ManagedIdentityCredential   ready: App Service managed identity (detected by IDENTITY_ENDPOINT and \
               IDENTITY_HEADER), user-assigned identity with client id 11111111-aaaa-4aaa-8aaa-000000000001 (from \
               AZURE_CLIENT_ID), at http://169.254.130.4:8081 (reads AZURE_CLIENT_ID, IDENTITY_ENDPOINT, IDENTITY_HEADER)";
    assert_eq!(lines[5], own, "{lines:?}");
    assert!(lines[4].starts_with("  WorkloadIdentityCredential  "), "{lines:?}");
    assert!(lines[4].ends_with("not set: AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE"), "{lines:?}");
    assert!(lines[6].starts_with("  (SharedTokenCache, ") && lines[6].ends_with("keyfob dev-identity)"), "{lines:?}");
    assert_eq!(
        lines[7..],
        [
            "",
            "No request was sent. To get a token and list secrets: `keyfob doctor --vault-url URL`; to read one, add `--secret \
             NAME`",
        ]
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
    assert_eq!(json["summary"], "DefaultAzureCredential would use ManagedIdentityCredential.");
    assert!(json["hint"].is_null(), "{json}");
    assert!(world.requests().is_empty());
}

#[test]
fn without_platform_the_outcome_is_unproven() {
    let world = World::on("none", "");
    let run = doctor(&world).env("KEYVAULT_URL", VAULT).output();
    let lines = run_lines(&run, 0);
    assert_eq!(
        lines[0],
        "? DefaultAzureCredential would try ManagedIdentityCredential; whether it is available is unknown."
    );
    assert!(lines[lines.len() - 1].contains(&format!("`keyfob doctor --vault-url {VAULT}`")), "{lines:?}");

    // With --vault-url, the metadata service turns out to be unavailable.
    let json = run_json(doctor_with_vault(&world), 1);
    assert_eq!(json["failed"]["question"], "token");
    assert_eq!(json["failed"]["error"]["kind"], "credential-unavailable");
    // After asking, it is known.
    let run = doctor_with_vault(&world).output();
    let lines = run_lines(&run, 1);
    assert!(lines[0].starts_with("✗ story-kv: ") && lines[2] == "Fix:", "{lines:?}");
    let own = lines.iter().find(|line| line.starts_with("  ManagedIdentityCredential ")).expect("its row");
    assert!(own.contains("the connection was refused") && !run.stdout.contains("only asking tells"), "{run:?}");
    assert!(!run.stdout.contains("If a user-assigned identity is meant"), "{run:?}");
}

#[test]
fn missing_client_id_is_diagnosed_and_fixed() {
    let world = World::app_service();
    let run = doctor_with_vault(&world).output();
    let lines = run_lines(&run, 1);
    // The verdict with the fix, the fix as a whole, and then the evidence.
    assert!(lines[0].starts_with("✗ story-kv: ") && lines[0].contains("AZURE_CLIENT_ID"), "{lines:?}");
    assert_eq!((lines[1], lines[2]), ("", "Fix:"), "{lines:?}");
    let evidence = lines.iter().position(|line| *line == "Credentials:").expect("the evidence");
    assert!(lines[3..evidence].join("\n").contains("AZURE_CLIENT_ID"), "{lines:?}");
    let own = lines[evidence..].iter().find(|line| line.starts_with("  ManagedIdentityCredential ")).expect("its row");
    assert!(own.ends_with("Unable to load the proper Managed Identity."), "{own}");
    assert_eq!(lines[lines.len() - 2..], [VAULT, "  token  none"]);
    let json = run_json(doctor_with_vault(&world), 1);
    assert_eq!(format!("✗ {}", json["summary"].as_str().unwrap()), lines[0]);
    assert_eq!(json["hint"], json["failed"]["error"]["hint"]);
    assert!(json["hint"].as_str().unwrap().contains("AZURE_CLIENT_ID"), "{json}");
    let before = world.requests().len();

    let run = doctor_with_vault(&world).env("AZURE_CLIENT_ID", USER).output();
    let lines = run_lines(&run, 0);
    let verdict = format!("✓ story-kv: token as app {USER} from App Service; it may list and read secrets");
    assert_eq!(lines[..3], [&*verdict, "", "Credentials:"]);
    let used = format!(
        "  ManagedIdentityCredential   used: token from App Service, client id {USER}, object id {USER_OBJECT}, until 20"
    );
    assert!(lines[5].starts_with(&used), "{lines:?}");
    let rows = [
        VAULT,
        "  token            from App Service by ManagedIdentityCredential",
        "  list of secrets  allowed, 1 secret",
        "  reading          allowed; no value was read",
    ];
    assert_eq!(lines[lines.len() - 4..], rows);
    // All checks use one token.
    let requests = &world.requests()[before..];
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert_eq!(requests[1], format!("GET {VAULT}/secrets?api-version=2026-04-01"));
    assert_eq!(requests[2], format!("GET {VAULT}/secrets/keyfob-doctor-reads-no-secret?api-version=2026-04-01"));
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
    assert!(json["hint"].as_str().unwrap().ends_with("keyfob doctor --secret NAME reads one"), "{json}");
    let run = doctor_with_vault(&world).output();
    // The verdict is short, and the row has the vault's whole answer.
    let verdict =
        format!("✗ story-kv: the vault does not let app {SYSTEM} list secrets (403 ForbiddenByRbac). Assign the role ");
    assert!(run.stdout.starts_with(&verdict), "{run:?}");
    let row = format!("\n  list of secrets  refused: the vault at {VAULT} answered 403 to ");
    assert!(run.stdout.contains(&row) && run.stdout.contains("Caller is not authorized"), "{run:?}");
}

/// A vault on which the user-assigned identity has other rights.
fn with_rights(rights: &str) -> World {
    World::on(
        "app-service",
        &format!(
            "[[vault]]\nurl = \"https://my-vault.vault.azure.net\"\n{rights}\nsecret = [{{ name = \"a\", value = \"canary-a\" }}]"
        ),
    )
}

fn doctor_of_rights<'w>(world: &'w World, arguments: &[&str]) -> Run<'w> {
    let vault = ["--vault-url", "https://my-vault.vault.azure.net"];
    doctor(world).platform().env("AZURE_CLIENT_ID", USER).args(&vault).args(arguments)
}

#[test]
fn listing_and_reading_are_different_permissions() {
    // The rights, whether reading is allowed, whether the vault lists.
    for (rights, reads, lists) in [
        ("roles = { user = \"Key Vault Secrets User\" }", true, true),
        ("roles = { user = \"Key Vault Reader\" }", false, true),
        ("roles = {}", false, false),
        ("policies = { user = [\"get\"] }", true, false),
        ("policies = { user = [\"list\"] }", false, true),
        ("policies = { user = [\"get\", \"list\"] }", true, true),
        ("policies = { user = [\"set\"] }", false, false),
        ("policies = {}", false, false),
    ] {
        let world = with_rights(rights);
        let json = run_json(doctor_of_rights(&world, &["--secret", "a"]), i32::from(!reads));
        match reads {
            true => assert_eq!((&json["secret"]["name"], &json["may_read"]), (&json!("a"), &json!(true)), "{rights}"),
            false => {
                assert_eq!(
                    (&json["failed"]["question"], &json["failed"]["error"]["kind"]),
                    (&json!("secret"), &json!("forbidden")),
                    "{rights}"
                )
            }
        }
        assert!(!world.requests().iter().any(|request| request.contains("/secrets?")), "{rights}");

        // Without --secret, reading alone decides.
        let json = run_json(doctor_of_rights(&world, &[]), i32::from(!reads));
        let summary = json["summary"].as_str().unwrap();
        match (reads, lists) {
            (true, true) => assert!(summary.ends_with("it may list and read secrets"), "{rights}: {summary}"),
            (true, false) => {
                assert!(summary.ends_with("it may read secrets, and not list them"), "{rights}: {summary}")
            }
            (false, _) => {
                let question = if lists { "reading" } else { "secrets" };
                assert_eq!(json["failed"]["question"], question, "{rights}");
                assert!(json["hint"].as_str().unwrap().contains("keyfob doctor --secret NAME"), "{rights}: {json}");
            }
        }
        match (reads, lists) {
            (false, false) => assert_eq!(json["may_read"], Value::Null, "{rights}"),
            _ => assert_eq!(json["may_read"], reads, "{rights}"),
        }
        assert_eq!(json["secrets"]["count"].is_null(), !lists, "{rights}");
    }
    let world = with_rights("roles = { user = \"Key Vault Secrets User\" }");
    let run = doctor_of_rights(&world, &["--secret", "a"]).output();
    assert!(
        run.stdout.starts_with(&format!("✓ my-vault: token as app {USER} from App Service; it has read a\n")),
        "{run:?}"
    );
    assert!(!run.stdout.contains("canary-a"), "{run:?}");
    let missing = run_json(doctor_of_rights(&world, &["--secret", "b"]), 1);
    assert_eq!(missing["failed"]["error"]["kind"], "not-found");

    // The vault of the variable does.
    let run =
        doctor(&world).platform().env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    assert_eq!(run_json(run.args(&["--secret", "a"]), 0)["may_read"], true);
    assert!(doctor(&world).args(&["--secret", "a"]).output().usage_error().contains("KEYVAULT_URL"));
}

#[test]
fn what_is_not_supported_keeps_its_reason() {
    let fabric = World::on("service-fabric", "");
    let world = World::on("vm", "");
    let dev = |value: &str| doctor(&world).env("AZURE_TOKEN_CREDENTIALS", value);
    for (run, reason) in [
        (doctor(&fabric).platform(), "DefaultAzureCredential: Service Fabric managed identity"),
        (dev("dev"), "DefaultAzureCredential: AZURE_TOKEN_CREDENTIALS is dev"),
        (dev("AzureCliCredential"), "DefaultAzureCredential: "),
    ] {
        let json = run_json(run, 1);
        let summary = json["summary"].as_str().unwrap();
        assert!(summary.starts_with(reason) && !summary.contains("no credential is available"), "{summary}");
        assert!(json["hint"].is_string(), "{json}");
    }
    let run = doctor(&fabric).platform().output();
    assert!(run.stdout.contains("\n  ManagedIdentityCredential   Service Fabric managed identity"), "{run:?}");
    let run = dev("dev").output();
    assert!(run.stdout.contains("\n  DefaultAzureCredential  AZURE_TOKEN_CREDENTIALS is dev"), "{run:?}");
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
    assert!(json["summary"].as_str().unwrap().starts_with("kv.corp.example: a token was accepted; "), "{json}");
}

#[test]
fn configuration_errors_send_no_request() {
    let world = World::app_service();
    let run = doctor_with_vault(&world).env("AZURE_CLIENT_ID", "canary").output();
    let lines = run_lines(&run, 1);
    assert!(lines[0].starts_with("✗ story-kv: ") && lines[0].contains("AZURE_CLIENT_ID"), "{lines:?}");
    assert!(!lines.contains(&VAULT), "{lines:?}");

    let json = run_json(doctor(&world).args(&["--credential", "environment"]), 1);
    assert_eq!((&json["decided_by"], &json["candidates"][0]["readiness"]), (&Value::Null, &json!("unavailable")));
    let run = doctor(&world).args(&["--credential", "environment"]).output();
    assert!(run_lines(&run, 1)[0].starts_with("✗ EnvironmentCredential: "), "{run:?}");

    let json = run_json(doctor(&world).platform().args(&["--vault-url", "story-kv"]), 1);
    assert_eq!(
        (&json["failed"]["question"], &json["failed"]["error"]["kind"]),
        (&json!("vault-url"), &json!("invalid-argument"))
    );
    assert!(world.requests().is_empty());
    assert!(doctor(&world).args(&["--env-file", "none"]).output().usage_error().contains("--env-file none"));
}
