//! An instance lives as long as its app, so no call may leak memory, whether it succeeds or fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keyfob_test_support::fake::{Description, Fake};
use keyfob_test_support::host::{
    Build, CallError, Clock, Credential, CredentialKind, CredentialOptions, CredentialSpec, Egress, Host, Instance,
    Keyfob, SecretClient,
};
use keyfob_test_support::wire::{ConnectOutcome, NetworkError, Request, ScriptedResponse, Service};

const WORLD: &str = r#"
platform = "app-service"
[[identity]]
name = "app"
kind = "system-assigned"
[[vault]]
url = "https://story-kv.vault.azure.net"
roles = { app = "Key Vault Secrets User" }
[[vault.secret]]
name = "secret-a"
value = "the value of secret-a"
[[vault]]
url = "https://forbidden-kv.vault.azure.net"
"#;

/// A fake Azure that answers every seventh request with a fault, of six kinds in turn.
struct PeriodicFaults {
    fake: Fake,
    requests: AtomicU32,
}

impl Service for PeriodicFaults {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        match number % 49 {
            7 => ScriptedResponse::no_connection(ConnectOutcome::Fails(NetworkError::Reset)),
            14 => ScriptedResponse::reply(503, "text/html", "<html>"),
            21 => ScriptedResponse::reply(200, "application/json", "{\"value\":"),
            28 => ScriptedResponse::reply(200, "application/json", "x".repeat(300_000)),
            35 => ScriptedResponse::reply(401, "application/json", "{}"),
            42 => ScriptedResponse { first_byte: None, ..ScriptedResponse::reply(200, "application/json", "{}") },
            _ => self.fake.handle(request, now),
        }
    }
}

/// A new instance, with the clock of the test.
async fn instance() -> Instance {
    let fake = Fake::new(Description::from_toml(WORLD).unwrap()).unwrap();
    let environment = fake.environment();
    let clock = Clock::starting_at(Clock::TEST_START);
    let azure = Arc::new(PeriodicFaults { fake, requests: AtomicU32::new(0) });
    let egress = Egress::in_process(azure, clock).allow_any().without_recorder();
    let keyfob = Keyfob::from_build(Build::WithoutCertificates).unwrap();
    Host::new(&keyfob).envs(environment).clock(clock).egress(egress).instantiate().await.unwrap()
}

async fn client(instance: &mut Instance, credential: Credential, vault: &str) -> SecretClient {
    instance.create_client(vault, credential, &Default::default()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_calls() {
    let mut app = instance().await;
    let credential = app.create_credential(&CredentialKind::Default.into()).await.unwrap();
    let good = client(&mut app, credential, "https://story-kv.vault.azure.net").await;
    let bad = client(&mut app, credential, "https://forbidden-kv.vault.azure.net").await;
    let (mut done, mut failed, mut warm) = (0_u32, 0_u32, 0);
    for number in 0..100_000 {
        let ended = match number % 8 {
            0 => app.get_secret(good, "missing", &Default::default()).await.map(drop),
            1 => app.get_secret(bad, "secret-a", &Default::default()).await.map(drop),
            2 => app.get_secret(good, "not_a_name", &Default::default()).await.map(drop),
            3 => app.get_token(credential, &["https://vault.azure.net/.default"], &Default::default()).await.map(drop),
            4 => {
                let list = app.list_secrets(good, &Default::default()).await.unwrap();
                let page = app.next_page(list).await.map(drop);
                app.drop_handle(list).await.unwrap();
                page
            }
            _ => app.get_secret(good, "secret-a", &Default::default()).await.map(drop),
        };
        match ended {
            Ok(()) => done += 1,
            Err(CallError::Azure(_)) => failed += 1,
            Err(trap) => panic!("{trap}"),
        }
        if number == 2_000 {
            warm = app.memory_size();
        }
    }
    assert!(done > 50_000 && failed > 30_000, "{done} {failed}");
    assert_eq!(app.memory_size(), warm);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_credentials_and_clients() {
    let mut app = instance().await;
    let mut warm = 0;
    for number in 0..10_000 {
        let exclude = vec!["EnvironmentCredential".to_owned()];
        let options = CredentialOptions { exclude, ..Default::default() };
        let credential =
            app.create_credential(&CredentialSpec { kind: CredentialKind::Default, options }).await.unwrap();
        let client = client(&mut app, credential, "https://story-kv.vault.azure.net").await;
        // The client keeps the credential after its handle is dropped.
        app.drop_handle(credential).await.unwrap();
        let _ = app.get_secret(client, "secret-a", &Default::default()).await;
        app.drop_handle(client).await.unwrap();
        if number == 500 {
            warm = app.memory_size();
        }
    }
    assert_eq!(app.memory_size(), warm);
}
