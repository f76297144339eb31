//! Measures the figures of docs/benchmarks.md: `cargo run --release -p xtask -- figures`.
//!
//! Everything runs in one process against the fake Azure, without sockets: the times are those of wasmtime and the component.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fake_azure::{Description, Fake};
use keyfob_host_test::spec::ClientCertificate;
use keyfob_host_test::{Build, Clock, CredentialKind, Egress, Host, Keyfob, Recorder};

const WORLD: &str = concat!(
    r#"
platform = "app-service"
[[identity]]
name = "app"
kind = "system-assigned"
[[identity]]
name = "principal"
kind = "service-principal"
client-id = "44444444-dddd-4ddd-8ddd-000000000004"
client-secret = "good~secret"
certificate = """
"#,
    include_str!("../../tests/certificates/no-key.pem"),
    r#"
"""
[[vault]]
url = "https://story-kv.vault.azure.net"
roles = { app = "Key Vault Secrets User" }
[[vault.secret]]
name = "secret-a"
value = "a value"
"#
);
const VAULT: &str = "https://story-kv.vault.azure.net";
const SCOPE: &str = "https://vault.azure.net/.default";
const TENANT: &str = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const PRINCIPAL: &str = "44444444-dddd-4ddd-8ddd-000000000004";
const SECRET: &str = "good~secret";
/// An RSA key of 2048 bits and its certificate.
const CERTIFICATE: &[u8] = include_bytes!("../../tests/certificates/cert-first.pem");

const ROUNDS: usize = 500;
/// Fewer, because signing is slow.
const EXCHANGES: usize = 100;

/// Measures and prints the figures.
///
/// # Errors
/// If a call fails, or the number of requests differs from the printed one.
#[tokio::main(flavor = "current_thread")]
pub async fn print() -> anyhow::Result<()> {
    for (name, build) in [("component", Build::WithoutCertificates), ("with certificates", Build::WithCertificates)] {
        println!("{name}: {} bytes", build.bytes().len());
        let start = Instant::now();
        let keyfob = Keyfob::from_build(build)?;
        println!("  compile: {:.0} ms, once a process", start.elapsed().as_secs_f64() * 1e3);
        secrets(&keyfob).await?;
        println!("  in a pool:");
        secrets(&Keyfob::pooled(build, 1)?).await?;
    }
    exchanges(&Keyfob::from_build(Build::WithCertificates)?).await
}

/// Times the first secret of an app, a second read, and a token from the cache.
async fn secrets(keyfob: &Keyfob) -> anyhow::Result<()> {
    let (host, recorder) = host(keyfob)?;
    let (mut instantiate, mut first, mut second, mut token) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut app = host.instantiate().await?;
        instantiate.push(start.elapsed());

        let start = Instant::now();
        let credential = app.create_credential(&CredentialKind::Default.into()).await?;
        let client = app.create_client(VAULT, credential, &Default::default()).await?;
        app.get_secret(client, "secret-a", &Default::default()).await?;
        first.push(start.elapsed());

        let start = Instant::now();
        app.get_secret(client, "secret-a", &Default::default()).await?;
        second.push(start.elapsed());

        let start = Instant::now();
        app.get_token(credential, &[SCOPE], &Default::default()).await?;
        token.push(start.elapsed());
    }
    println!("  instantiate: {}", median(&mut instantiate));
    println!("  first secret: {} in 2 requests", median(&mut first));
    println!("  second secret: {} in 1 request", median(&mut second));
    println!("  token from memory: {} in 0 requests", median(&mut token));
    anyhow::ensure!(recorder.requests().len() == ROUNDS * 3, "another number of requests than printed");
    Ok(())
}

/// Times the first token of a service principal, by secret and by certificate in turn, each in a new instance.
async fn exchanges(keyfob: &Keyfob) -> anyhow::Result<()> {
    let (host, recorder) = host(keyfob)?;
    let (tenant_id, client_id) = (TENANT.to_owned(), PRINCIPAL.to_owned());
    let secret = CredentialKind::ClientSecret {
        tenant_id: tenant_id.clone(),
        client_id: client_id.clone(),
        client_secret: SECRET.to_owned(),
    };
    let certificate = ClientCertificate::Bytes(CERTIFICATE.to_vec());
    let certificate = CredentialKind::ClientCertificate { tenant_id, client_id, certificate, password: None };
    let mut kinds = [("secret", secret.into(), Vec::new()), ("certificate", certificate.into(), Vec::new())];
    for _ in 0..EXCHANGES {
        for (_, kind, times) in &mut kinds {
            let mut app = host.instantiate().await?;
            let start = Instant::now();
            let credential = app.create_credential(kind).await?;
            app.get_token(credential, &[SCOPE], &Default::default()).await?;
            times.push(start.elapsed());
        }
    }
    for (name, _, times) in &mut kinds {
        println!("token by client {name}: {} in 1 request", median(times));
    }
    anyhow::ensure!(recorder.requests().len() == EXCHANGES * 2, "another number of requests than printed");
    Ok(())
}

fn host(keyfob: &Keyfob) -> anyhow::Result<(Host, Recorder)> {
    let fake = Arc::new(Fake::new(Description::from_toml(WORLD)?)?);
    let clock = Clock::real();
    let egress = Egress::in_process(fake.clone(), clock).allow_any();
    let recorder = egress.recorder();
    Ok((Host::new(keyfob).envs(fake.environment()).clock(clock).egress(egress), recorder))
}

fn median(times: &mut [Duration]) -> String {
    times.sort();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    format!("{:.1} us (median of {})", middle.as_secs_f64() * 1e6, times.len())
}
