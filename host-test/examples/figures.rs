//! The README's figures, measured here and now: `cargo run --release -p keyfob-host-test --example figures`.
//!
//! Everything runs in one process against the fake Azure, without sockets: what is timed is wasmtime and the component.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keyfob_host_test::fake::{Description, Fake};
use keyfob_host_test::{Build, Clock, CredentialKind, Egress, Host, Keyfob};

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
value = "a value"
"#;
const VAULT: &str = "https://story-kv.vault.azure.net";
const SCOPE: &str = "https://vault.azure.net/.default";
const ROUNDS: usize = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let size = std::fs::metadata(Build::WithCertificates.path())?.len();
    println!("component: {size} bytes");

    let start = Instant::now();
    let keyfob = Keyfob::built()?;
    println!("compile: {:.0} ms, once a process", start.elapsed().as_secs_f64() * 1e3);

    let fake = Arc::new(Fake::new(Description::from_toml(WORLD)?)?);
    let clock = Clock::real();
    let egress = Egress::in_process(fake.clone(), clock).allow_any();
    let recorder = egress.recorder();
    let host = Host::new(&keyfob).envs(fake.environment()).clock(clock).egress(egress);

    let (mut instantiate, mut first, mut second, mut token) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut app = host.instantiate().await?;
        instantiate.push(start.elapsed());

        let start = Instant::now();
        let credential = app.credential(&CredentialKind::Default.into()).await?;
        let client = app.open(VAULT, credential, &Default::default()).await?;
        app.get_secret(client, "secret-a", &Default::default()).await?;
        first.push(start.elapsed());

        let start = Instant::now();
        app.get_secret(client, "secret-a", &Default::default()).await?;
        second.push(start.elapsed());

        let start = Instant::now();
        app.get_token(credential, &[SCOPE], &Default::default()).await?;
        token.push(start.elapsed());
    }
    println!("instantiate: {}", median(&mut instantiate));
    println!("first secret: {} in 2 requests", median(&mut first));
    println!("second secret: {} in 1 request", median(&mut second));
    println!("token from memory: {} in 0 requests", median(&mut token));
    anyhow::ensure!(recorder.requests().len() == ROUNDS * 3, "the requests are not those told");
    Ok(())
}

fn median(times: &mut [Duration]) -> String {
    times.sort();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    format!("{:.1} us (median of {})", middle.as_secs_f64() * 1e6, times.len())
}
