//! The component keyfob-config: an app without Azure code gets secrets through wasi:config.

use std::sync::Arc;

use fake_azure::{Description, Fake};
use keyfob_host_test::app::App;
use keyfob_host_test::compose::ComponentTypes;
use keyfob_host_test::{Clock, Egress, Host, config_component};

use crate::apps;
use crate::world::{USER, World};

const AZURE: &str = r#"
platform = "app-service"

[[identity]]
name = "app"
kind = "user-assigned"
client-id = "@USER"

[[vault]]
url = "https://my-vault.vault.azure.net"
roles = { app = "Key Vault Secrets User" }

[[vault.secret]]
name = "db-password"
value = "the-password"

[[vault.secret]]
name = "other"
value = "another-value"

[[vault]]
url = "https://locked.vault.azure.net"

[[vault.secret]]
name = "closed"
value = "never-seen"
"#;

const TOKEN: &str = "GET http://169.254.130.4:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=@USER";

fn request(name: &str) -> String {
    format!("GET https://my-vault.vault.azure.net/secrets/{name}?api-version=2026-04-01")
}

fn token() -> String {
    TOKEN.replace("@USER", USER)
}

/// The app's output for these keys (for all keys if there are none), and the requests that were sent.
async fn run(environment: &[(&str, &str)], keys: &[&str]) -> (String, Vec<String>) {
    let azure = Arc::new(Fake::new(Description::from_toml(&AZURE.replace("@USER", USER)).unwrap()).unwrap());
    let clock = Clock::starting_at(Clock::TEST_START);
    let egress = Egress::in_process(azure.clone(), clock).allow_any();
    let requests = egress.recorder();
    let mut host = Host::new(&App::load(apps::settings()).unwrap()).envs(azure.environment());
    host = host.env("AZURE_CLIENT_ID", USER).clock(clock).egress(egress);
    for (name, value) in environment {
        host = host.env(*name, *value);
    }
    let arguments: Vec<String> = ["app"].iter().chain(keys).map(|&word| word.to_owned()).collect();
    let ended = host.run(&arguments).await.unwrap();
    assert_eq!((ended.status, String::from_utf8(ended.stderr).unwrap()), (0, String::new()));
    (String::from_utf8(ended.stdout).unwrap(), requests.lines())
}

#[tokio::test(start_paused = true)]
async fn variable_maps_a_key_to_a_secret() {
    let identifier = "https://my-vault.vault.azure.net/secrets/other";
    for value in [
        identifier,
        "@Microsoft.KeyVault(SecretUri=https://my-vault.vault.azure.net/secrets/other)",
        "@Microsoft.KeyVault(VaultName=my-vault;SecretName=other)",
    ] {
        let (printed, requests) =
            run(&[("KEYFOB_CONFIG_API_KEY", value)], &["api_key", "API-Key", "db-password"]).await;
        assert_eq!(printed, "api_key=another-value\nAPI-Key=another-value\ndb-password is not set\n", "{value}");
        assert_eq!(requests, [token(), request("other"), request("other")]);
    }
    // A name alone is a secret in the default vault.
    let vault = ("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    let (printed, _) = run(&[("KEYFOB_CONFIG_API_KEY", "other"), vault], &["api.key"]).await;
    assert_eq!(printed, "api.key=another-value\n");
}

#[tokio::test(start_paused = true)]
async fn unmapped_keys_are_secret_names_in_the_default_vault() {
    let vault = ("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    let (printed, requests) = run(&[vault], &["db_password", "log-level", "a/b"]).await;
    assert_eq!(printed, "db_password=the-password\nlog-level is not set\na/b is not set\n");
    assert_eq!(requests, [token(), request("db-password"), request("log-level")]);
}

#[tokio::test(start_paused = true)]
async fn get_all_returns_mapped_keys_with_one_token() {
    let environment = [
        ("KEYVAULT_URL", "https://my-vault.vault.azure.net"),
        ("KEYFOB_CONFIG_Z", "db-password"),
        ("KEYFOB_CONFIG_A_KEY", "https://my-vault.vault.azure.net/secrets/other"),
    ];
    let (printed, requests) = run(&environment, &[]).await;
    assert_eq!(printed, "a-key=another-value\nz=the-password\n");
    assert_eq!(requests, [token(), request("other"), request("db-password")]);
    assert_eq!(run(&[], &[]).await, (String::new(), Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn cache_ttl_variable_caches_values() {
    let environment = [("KEYVAULT_URL", "https://my-vault.vault.azure.net"), ("KEYFOB_CACHE_TTL", "60")];
    let (printed, requests) = run(&environment, &["other", "other"]).await;
    assert_eq!(printed, "other=another-value\nother=another-value\n");
    assert_eq!(requests, [token(), request("other")]);
    let (printed, requests) = run(&[environment[0], ("KEYFOB_CACHE_TTL", "ten")], &["other"]).await;
    assert_eq!(
        printed,
        "upstream: KEYFOB_CACHE_TTL is not 1 to 86400 seconds: correct it, or unset it to keep nothing\n"
    );
    assert!(requests.is_empty());
}

#[tokio::test(start_paused = true)]
async fn errors_name_the_variable_and_the_remedy() {
    for (value, parts) in [
        (
            "https://locked.vault.azure.net/secrets/closed",
            [
                "upstream: api-key (by KEYFOB_CONFIG_API_KEY): the vault at https://locked.vault.azure.net answered 403",
                USER,
                "hint: ",
            ],
        ),
        (
            "https://my-vault.vault.azure.net/secrets/missing",
            ["upstream: api-key (by KEYFOB_CONFIG_API_KEY): ", "answered 404", "has no secret missing"],
        ),
        ("no-vault", ["upstream: KEYFOB_CONFIG_API_KEY does not say in which vault", "KEYVAULT_URL", "set"]),
        (
            "https://elsewhere.vault.azure.net/secrets/s",
            ["io: api-key (by KEYFOB_CONFIG_API_KEY): the vault at https://elsewhere.vault.azure.net", "hint: ", ""],
        ),
        (
            "https://a.b/secrets/s_t",
            ["upstream: api-key (by KEYFOB_CONFIG_API_KEY): ", "not a secret name: it has 3", "2 is an underscore"],
        ),
    ] {
        let (printed, _) = run(&[("KEYFOB_CONFIG_API_KEY", value)], &["api-key"]).await;
        for part in parts {
            assert!(printed.contains(part), "{value}: {part:?} is not in {printed}");
        }
    }
}

#[test]
fn app_and_exports_contain_nothing_of_azure() {
    let app = std::fs::read(apps::settings()).unwrap();
    let text = String::from_utf8_lossy(&app).to_lowercase();
    for word in ["azure", "vault", "keyfob"] {
        // Paths of the build folder may contain the word.
        assert!(!text.replace(&env!("CARGO_MANIFEST_DIR").to_lowercase(), "").contains(word), "{word}");
    }
    let outline = ComponentTypes::read(config_component()).unwrap();
    let exports: Vec<&str> = outline.exports().collect();
    assert_eq!(exports, ["wasi:config/store@0.2.0-rc.1", "wasi:config/store@0.2.0-draft-2024-09-27"]);
    assert!(
        outline.imports().all(|name| name.starts_with("wasi:") && !name.starts_with("wasi:sockets/")),
        "{outline:?}"
    );
}

#[test]
fn run_puts_keyfob_config_in_front_of_an_app() {
    let vault = "[[vault]]\nurl = 'https://team-kv.vault.azure.net'\nroles = { user = 'Key Vault Secrets User' }\n\
                 [[vault.secret]]\nname = 'api-key'\nvalue = 'what-the-app-prints'\n";
    let world = World::on("app-service", vault);
    let app = apps::settings().display().to_string();
    let run = world.keyfob(&["run", &app]).platform().env("AZURE_CLIENT_ID", USER);
    let run = run.env("KEYFOB_CONFIG_API_KEY", "https://team-kv.vault.azure.net/secrets/api-key").output();
    assert_eq!(run.success(), "api-key=what-the-app-prints", "{run:?}");
}
