//! Service principals with a client certificate.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_azure::wire::Request;
use serde_json::Value;

use crate::run::Run;
use crate::world::{CERTIFICATE, PRINCIPAL, TENANT, VALUE, World};

/// The password of the files in `tests/certificates`.
const PASSWORD: &str = "keyfob-test";
const PASSWORD_VARIABLE: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

const REQUESTS: [&str; 2] = [
    "POST https://login.microsoftonline.com/7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10/oauth2/v2.0/token",
    "GET https://story-kv.vault.azure.net/secrets/secret-a?api-version=2026-04-01",
];

fn as_service_principal<'w>(run: Run<'w>, file: &str) -> Run<'w> {
    run.env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL).env("AZURE_CLIENT_CERTIFICATE_PATH", file)
}

fn copy_certificate(world: &World, name: &str) -> PathBuf {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/certificates");
    let file = world.folder().join(name);
    std::fs::copy(format!("{fixtures}/{name}"), &file).unwrap();
    file
}

#[test]
fn reads_a_secret_with_a_certificate() {
    let world = World::on("none", "");
    let file = copy_certificate(&world, "cert-first.pem");
    let secret = as_service_principal(world.get_secret(), file.to_str().unwrap()).json().output().success_json();
    assert_eq!((&secret["value"], &secret["credential"]), (&VALUE.into(), &"EnvironmentCredential".into()));
    assert_eq!(world.requests(), REQUESTS);
}

#[test]
fn trace_shows_neither_password_nor_assertion() {
    let world = World::on("none", "");
    copy_certificate(&world, "aes256.pfx");
    // Each run's output is searched for the assertion too, because it begins like a token.
    let run = as_service_principal(world.get_secret(), "aes256.pfx")
        .env(PASSWORD_VARIABLE, PASSWORD)
        .args(&["--trace"])
        .output();
    assert_eq!((run.status, run.stdout.as_str()), (0, VALUE));
    assert!(run.stderr.lines().count() == 2 && !run.stderr.contains(PASSWORD), "{run:?}");
    assert_eq!(world.requests(), REQUESTS);
}

#[test]
fn wrong_or_missing_certificate_password_fails() {
    let world = World::on("none", "");
    copy_certificate(&world, "aes256.pfx");
    for (password, why) in [("canary~wrong.secret", "the password does not open it"), ("", "and none is given")] {
        let run = as_service_principal(world.get_secret(), "aes256.pfx").env(PASSWORD_VARIABLE, password);
        let error = run.json().output().error();
        assert_eq!(error["kind"], "authentication-failed", "{error}");
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
    }
    assert!(world.requests().is_empty());
}

#[test]
fn only_the_certificates_folder_can_be_read() {
    let world = World::on("none", "");
    let outside = world.file("outside/app.pem", CERTIFICATE);
    world.file("inside/other", "");
    let link = world.folder().join("inside/app.pem");
    for target in [outside.as_path(), "../outside/app.pem".as_ref()] {
        symlink(target, &link).unwrap();
        let error = as_service_principal(world.get_secret(), link.to_str().unwrap()).json().output().error();
        assert_eq!(error["kind"], "authentication-failed", "{error}");
        assert!(error["message"].as_str().unwrap().contains("inside/app.pem"), "{error}");
        std::fs::remove_file(&link).unwrap();
    }
    // A symlink within the folder is allowed: Kubernetes mounts files that way.
    world.file("inside/..data/app.pem", CERTIFICATE);
    symlink("..data/app.pem", &link).unwrap();
    assert!(world.requests().is_empty());
    assert_eq!(as_service_principal(world.get_secret(), "inside/app.pem").output().value(), VALUE);

    let run = as_service_principal(world.get_secret(), "/app.pem").output();
    assert!(run.usage_error().contains("AZURE_CLIENT_CERTIFICATE_PATH"), "{run:?}");
}

#[test]
fn each_assertion_has_its_own_id() {
    let assertions: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&assertions);
    let world = World::with_overrides("none", "", move |request: &Request| {
        let form = String::from_utf8_lossy(request.body()).into_owned();
        let assertion = form.split('&').find_map(|field| field.strip_prefix("client_assertion="));
        seen.lock().unwrap().extend(assertion.map(str::to_owned));
        None
    });
    copy_certificate(&world, "cert-first.pem");
    for _ in 0..2 {
        assert_eq!(as_service_principal(world.get_token(), "cert-first.pem").output().status, 0);
    }
    let ids = assertions.lock().unwrap().iter().map(|assertion| assertion_id(assertion)).collect::<Vec<_>>();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

/// The `jti` of an assertion.
fn assertion_id(assertion: &str) -> String {
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&payload).unwrap()["jti"].as_str().unwrap().to_owned()
}
