//! `keyfob get-secret` with one name.

use serde_json::json;

use crate::world::{NEW_VERSION, OLD_VERSION, USER, VALUE, VAULT, World};

const TOKEN_REQUEST: &str = "GET http://169.254.130.4:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=11111111-aaaa-4aaa-8aaa-000000000001";
const SECRET_REQUEST: &str = "GET https://story-kv.vault.azure.net/secrets/secret-a?api-version=2026-04-01";

#[test]
fn prints_the_value_exactly() {
    let world = World::app_service();
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).output();
    assert_eq!(run.value(), VALUE);
    assert_eq!(world.requests(), [TOKEN_REQUEST, SECRET_REQUEST]);
}

#[test]
#[cfg(unix)]
fn writes_the_value_exactly_to_a_file_of_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::app_service();
    let file = world.file("value", "an old one");
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).path("--output", &file).output();
    assert_eq!(run.value(), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), VALUE);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn output_that_cannot_be_written_is_told_before_a_request() {
    let world = World::app_service();
    for (path, why) in [("/dev/null", "is not a regular file"), ("/no/such/folder/f", "the folder does not exist")] {
        let run = world.get_secret().env("AZURE_CLIENT_ID", USER).args(&["--output", path]).output();
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
    }
    let two = world.keyfob(&["get-secret", "a", "b", "--output", "f", "--vault-url", VAULT]).platform().output();
    assert!(two.status == 2 && two.stderr.contains("--output works with one secret only"), "{two:?}");
    assert!(world.requests().is_empty());
}

#[test]
fn prints_all_properties_as_json() {
    let world = World::app_service();
    let secret = world.get_secret().env("AZURE_CLIENT_ID", USER).json().output().success_json();
    for (name, expected) in [
        ("name", json!("secret-a")),
        ("value", json!(VALUE)),
        ("id", json!(format!("{VAULT}/secrets/secret-a/{NEW_VERSION}"))),
        ("version", json!(NEW_VERSION)),
        ("content_type", json!("text/plain")),
        ("tags", json!({"owner": "me"})),
        ("credential", json!("ManagedIdentityCredential")),
        (
            "attributes",
            json!({
                "enabled": true,
                "not_before": 1_700_000_000,
                "expires_on": 1_900_000_000,
                "created_on": 1_700_000_001,
                "updated_on": 1_700_000_002,
                "recoverable_days": 90,
                "recovery_level": "Recoverable+Purgeable",
            }),
        ),
    ] {
        assert_eq!(secret[name], expected, "{name}");
    }
}

#[test]
fn version_option_reads_that_version() {
    let world = World::app_service();
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).args(&["--version", OLD_VERSION]).output();
    assert_eq!(run.value(), format!("{VALUE}, once"));
}

#[test]
fn vault_url_from_the_environment() {
    let world = World::app_service();
    let run = || world.keyfob(&["get-secret", "secret-a"]).platform().env("AZURE_CLIENT_ID", USER);
    assert_eq!(run().env("KEYVAULT_URL", VAULT).output().value(), VALUE);

    let file = world.file(".env", &format!("# laptop\r\nexport KEYVAULT_URL=\"{VAULT}/\" # mine\r\n"));
    assert_eq!(run().path("--env-file", &file).output().value(), VALUE);

    let other = "https://other.vault.azure.net";
    assert_eq!(run().env("KEYVAULT_URL", other).args(&["--vault-url", VAULT]).output().value(), VALUE);
}

#[test]
fn component_option_replaces_the_built_in_component() {
    let world = World::app_service();
    let component = world.component(keyfob_host_test::Build::WithoutCertificates);
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).path("--component", &component).output();
    assert_eq!(run.value(), VALUE);
}
