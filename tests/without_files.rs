//! The component without the cargo feature `filesystem`: it does not import wasi:filesystem, so it can read no file.
//!
//! Run it with `cargo test --test without_files -- --ignored`. It is ignored by default because it builds the component
//! again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use keyfob_test_support::fake::{self, Description, Fake};
use keyfob_test_support::host::{
    CallError, Clock, CredentialKind, Egress, ErrorKind, Host, Instance, Keyfob, TokenOptions,
};
use keyfob_test_support::imports;

/// The build command of the README.
const BUILD: &str = "rustc --package keyfob-component --lib --profile component --target wasm32-wasip2 --crate-type cdylib \
                     --no-default-features --features component";

/// Variables that cargo sets for this test and that would change the build.
const NOT_INHERITED: [&str; 4] =
    ["CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS"];

const SCOPE: &str = "https://vault.azure.net/.default";
const TENANT: &str = "0c9d2e47-5b18-4f3a-9e60-8d7a1c4b2f93";
const CLIENT: &str = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.ZmFrZS10b2tlbg";

fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without-files");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(BUILD.split_whitespace()).arg("--target-dir").arg(&target).current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    target.join("wasm32-wasip2/component/keyfob_component.wasm")
}

#[test]
#[ignore = "builds the component again"]
fn it_imports_no_filesystem_and_the_error_has_a_hint() {
    let component = build();
    let bytes = std::fs::read(&component).unwrap();
    println!("the component without files has {} bytes", bytes.len());
    let mut listed = imports::listed();
    listed.retain(|line| !line.starts_with("wasi:filesystem/"));
    imports::same(&component.display().to_string(), &imports::of(&bytes), &listed);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let azure = Fake::new(Description::from_toml(include_str!("../examples/azure/aks.toml")).unwrap()).unwrap();
        let azure = Arc::new(azure);
        let clock = Clock::starting_at(Clock::TEST_START);
        let egress = Egress::in_process(azure.clone(), clock).allow_any();
        let keyfob = Keyfob::load(&component).unwrap();
        let host = Host::new(&keyfob).envs(azure.environment()).egress(egress).clock(clock);
        let mut instance = host.instantiate().await.unwrap();

        let Err(CallError::Azure(error)) = token(&mut instance, CredentialKind::Default).await else {
            panic!("the token file was read")
        };
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
        assert!(error.message.contains("can't be read: this build of Keyfob reads no files"), "{error:?}");
        let hint = error.hint.unwrap();
        assert!(hint.contains("the cargo feature `filesystem`, or give the token itself in code"), "{hint}");

        let handed_over = CredentialKind::ClientAssertion {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            assertion: ASSERTION.to_owned(),
        };
        let token = token(&mut instance, handed_over).await.unwrap();
        assert_eq!(fake::client_id(&token).as_deref(), Some(CLIENT));
    });
}

async fn token(instance: &mut Instance, kind: CredentialKind) -> Result<String, CallError> {
    let credential = instance.create_credential(&kind.into()).await?;
    Ok(instance.get_token(credential, &[SCOPE], &TokenOptions::default()).await?.token)
}
