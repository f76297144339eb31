//! The identity of `keyfob get-token` on each platform and with each option.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use fake_azure::client_id;

use crate::run::Run;
use crate::world::{
    CLIENT_SECRET, FEDERATED, POD, PRINCIPAL, SYSTEM, TENANT, USER, USER_OBJECT, USER_RESOURCE, VALUE, World,
};

const SYSTEM_ASSIGNED: &str = "[[identity]]
name = 'system'
kind = 'system-assigned'
client-id = '33333333-cccc-4ccc-8ccc-000000000003'";

/// The client id and the credential of the token that a run prints.
#[track_caller]
fn identity_of(run: Run<'_>) -> (String, String) {
    let token = run.json().output().success_json();
    let id = client_id(token["token"].as_str().unwrap()).expect("a token of the fake");
    (id, token["credential"].as_str().unwrap().to_owned())
}

#[test]
fn token_as_text_and_as_json() {
    let world = World::app_service_with_both();
    let token = world.get_token().output();
    assert_eq!(client_id(token.success()).as_deref(), Some(SYSTEM));

    let token = world.get_token().json().output().success_json();
    assert_eq!(client_id(token["token"].as_str().unwrap()).as_deref(), Some(SYSTEM));
    assert_eq!(token["credential"], "ManagedIdentityCredential");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (expires_on, refresh_on) = (token["expires_on"].as_u64().unwrap(), token["refresh_on"].as_u64().unwrap());
    assert!(now < refresh_on && refresh_on < expires_on, "{now} {refresh_on} {expires_on}");
}

#[test]
fn each_option_selects_its_managed_identity() {
    let world = World::app_service_with_both();
    for (options, expected) in [
        (vec![], SYSTEM),
        (vec!["--managed-identity-client-id", USER], USER),
        (vec!["--managed-identity-object-id", USER_OBJECT], USER),
        (vec!["--managed-identity-resource-id", USER_RESOURCE], USER),
        (vec!["--env", "AZURE_CLIENT_ID=11111111-aaaa-4aaa-8aaa-000000000001"], USER),
        (
            vec!["--env", "AZURE_CLIENT_ID=11111111-aaaa-4aaa-8aaa-000000000001", "--managed-identity-system-assigned"],
            SYSTEM,
        ),
        (vec!["--credential", "managed-identity", "--managed-identity-client-id", USER], USER),
    ] {
        let (id, credential) = identity_of(world.get_token().args(&options));
        assert_eq!((id.as_str(), credential.as_str()), (expected, "ManagedIdentityCredential"), "{options:?}");
    }
}

#[test]
fn virtual_machine() {
    let world = World::on("vm", SYSTEM_ASSIGNED);
    assert_eq!(identity_of(world.get_token()).0, SYSTEM);
    assert_eq!(world.get_secret().args(&["--managed-identity-client-id", USER]).output().value(), VALUE);
    let last = world.requests().pop().unwrap();
    assert_eq!(last, "GET https://story-kv.vault.azure.net/secrets/secret-a?api-version=2026-04-01");
}

#[test]
fn azure_ml() {
    let world = World::on("azure-ml", "");
    assert_eq!(world.get_secret().env("AZURE_CLIENT_ID", USER).output().value(), VALUE);
    let expected = "GET http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net&clientid=11111111-aaaa-4aaa-8aaa-000000000001";
    assert_eq!(world.requests()[0], expected);
    // The platform has a default identity.
    let world = World::on("azure-ml", &format!("default-identity = 'system'\n{SYSTEM_ASSIGNED}"));
    assert_eq!(identity_of(world.get_token()).0, SYSTEM);
    let run = world.get_token().args(&["--managed-identity-object-id", USER_OBJECT]);
    assert_eq!(run.json().output().error()["kind"], "invalid-argument");
}

#[test]
fn cloud_shell() {
    let world = World::on("cloud-shell", SYSTEM_ASSIGNED);
    let token = world.get_token().json().output().success_json();
    assert_eq!(client_id(token["token"].as_str().unwrap()).as_deref(), Some(SYSTEM));
    assert_eq!((&token["credential"], &token["source"]), (&"ManagedIdentityCredential".into(), &"Cloud Shell".into()));
    assert_eq!(world.requests(), ["POST http://localhost:50342/oauth2/token"]);
}

#[test]
fn service_principal() {
    let world = World::on("none", "");
    let principal = |run: Run<'static>| {
        run.env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL).env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
    };
    let world: &'static World = Box::leak(Box::new(world));
    let expected = (PRINCIPAL.to_owned(), "EnvironmentCredential".to_owned());
    assert_eq!(identity_of(principal(world.get_token())), expected);
    assert_eq!(identity_of(principal(world.get_token()).args(&["--credential", "environment"])), expected);
    assert_eq!(principal(world.get_secret()).output().value(), VALUE);
}

/// A token file as Kubernetes mounts it: a symlink through a symlink.
fn mount_token_file(world: &World) -> PathBuf {
    let real = world.file("tokens/..2026_11_22/azure-identity-token", FEDERATED);
    let tokens = real.parent().unwrap().parent().unwrap();
    symlink("..2026_11_22", tokens.join("..data")).unwrap();
    symlink("..data/azure-identity-token", tokens.join("azure-identity-token")).unwrap();
    tokens.join("azure-identity-token")
}

#[test]
fn workload_identity() {
    let world = World::on("aks", "");
    let file = mount_token_file(&world);
    let variable = format!("AZURE_FEDERATED_TOKEN_FILE={}", file.display());
    let expected = (POD.to_owned(), "WorkloadIdentityCredential".to_owned());
    // The last `--env` applies. The platform's own path does not exist here.
    assert_eq!(identity_of(world.get_token().args(&["--env", &variable])), expected);
    let alone = ["--env", &variable, "--credential", "workload-identity"];
    assert_eq!(identity_of(world.get_token().args(&alone)), expected);
    assert_eq!(world.get_secret().args(&["--env", &variable]).output().value(), VALUE);
    // A path relative to the working directory.
    let relative = "AZURE_FEDERATED_TOKEN_FILE=tokens/azure-identity-token";
    assert_eq!(identity_of(world.get_token().args(&["--env", relative])), expected);
}

#[test]
fn token_file_symlink_out_of_its_folder_is_rejected() {
    let world = World::on("aks", "");
    let outside = world.file("outside/token", FEDERATED);
    world.file("inside/other", "");
    let link = world.folder().join("inside/token");
    for target in [outside.as_path(), "../outside/token".as_ref()] {
        symlink(target, &link).unwrap();
        let variable = format!("AZURE_FEDERATED_TOKEN_FILE={}", link.display());
        let error = world.get_token().args(&["--env", &variable]).json().output().error();
        assert_eq!(error["kind"], "authentication-failed", "{error}");
        assert!(error["message"].as_str().unwrap().contains("inside/token"), "{error}");
        std::fs::remove_file(&link).unwrap();
    }
    assert!(world.requests().is_empty());
}
