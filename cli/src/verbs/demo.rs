//! `keyfob demo`: an app with a user-assigned identity fails, the error's hint names two fixes, and both are applied. Runs
//! against a fake Azure over loopback sockets.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use fake_azure::{Description, Fake, Server};
use keyfob_host_test::bindings::exports::keyfob::azure::types::ErrorKind;
use keyfob_host_test::call_error::{CallError, TrapError};
use keyfob_host_test::clock::Clock;
use keyfob_host_test::egress::{Egress, Sockets};
use keyfob_host_test::engine::Keyfob;
use keyfob_host_test::host::Host;
use keyfob_host_test::spec::{CredentialKind, CredentialOptions, CredentialSpec, ManagedIdentity};

use crate::{error_text, output, terminal};

/// The description of the fake Azure.
const DESCRIPTION: &str = include_str!("demo.toml");
const SECRET: &str = "secret-a";
const INDENT: &str = "   ";

/// Plays the demo. Fails unless each step has the expected result.
pub(super) async fn run() -> anyhow::Result<()> {
    let demo = Demo::start().await?;
    output::print_line(
        "This demo runs a fake App Service, Microsoft Entra ID and Key Vault on loopback. The app has one user-assigned identity,",
    );
    output::print_line(&format!("which has the role Key Vault Secrets User on {}.", demo.vault));

    output::print_line(&format!(
        "\n1. The app reads {SECRET} with DefaultAzureCredential, and nothing selects the identity:\n"
    ));
    match demo.read(CredentialOptions::default(), &[]).await {
        Err(CallError::Azure(error)) => {
            let hint = error.hint.as_deref().context("the failure has no hint")?;
            let width = terminal::stdout_width().map(|width| width.saturating_sub(INDENT.len()));
            let details = error_text::details(&error.attempts, Some(hint), width);
            let cause = error_text::wrapped(error_text::cause(&error.message), "", "", width);
            output::print_styled(&indent(&format!("{cause}{details}")));
            ensure!(error.kind == ErrorKind::CredentialUnavailable, "the error has another kind than expected");
            ensure!(hint.contains("AZURE_CLIENT_ID") && hint.contains("in code"), "the hint does not name both fixes");
        }
        Err(bug) => return Err(bug.into()),
        Ok(_) => bail!("the secret was read without a client id"),
    }

    output::print_line(&format!("\n2. Fix 1, in code: managed-identity(client-id(\"{}\"))\n", demo.client_id));
    let chosen = ManagedIdentity::ClientId(demo.client_id.clone());
    let options = CredentialOptions { managed_identity: Some(chosen), ..Default::default() };
    demo.print_and_check(demo.read(options, &[]).await)?;

    output::print_line(&format!(
        "\n3. Fix 2, in configuration, without a change of code: AZURE_CLIENT_ID={}\n",
        demo.client_id
    ));
    let variable = [("AZURE_CLIENT_ID", demo.client_id.as_str())];
    demo.print_and_check(demo.read(CredentialOptions::default(), &variable).await)?;

    output::print_line("\nTo do the same with real Azure, on App Service, a VM or AKS:");
    output::print_line("   cargo run -- get-secret NAME --vault-url https://YOUR-VAULT.vault.azure.net");
    Ok(())
}

/// The fake Azure, its server, and the values that the demo expects.
struct Demo {
    keyfob: Keyfob,
    fake: Arc<Fake>,
    server: Server,
    vault: String,
    client_id: String,
    value: String,
}

impl Demo {
    async fn start() -> anyhow::Result<Self> {
        let description = Description::from_toml(DESCRIPTION)?;
        let vault = description.vaults.first().context("a vault")?;
        let (url, value) = (vault.url.clone(), vault.secrets.first().context("a secret")?.value.clone());
        let client_id = description.identities.first().context("an identity")?.client_id.clone();
        let fake = Arc::new(Fake::new(description)?);
        let server = Server::start(fake.clone()).await?;
        Ok(Self { keyfob: Keyfob::bundled()?, fake, server, vault: url, client_id, value })
    }

    /// Runs the app once: the secret's value, and a line for each request.
    async fn read(
        &self,
        options: CredentialOptions,
        variables: &[(&str, &str)],
    ) -> Result<(String, Vec<String>), CallError> {
        let (host, recorder) = self.host(variables).map_err(|error| CallError::Trap(TrapError::new(error)))?;
        let mut app = host.instantiate().await?;
        let credential = app.create_credential(&CredentialSpec { kind: CredentialKind::Default, options }).await?;
        let client = app.create_client(&self.vault, credential, &Default::default()).await?;
        let secret = app.get_secret(client, SECRET, &Default::default()).await?;
        Ok((secret.value, recorder.lines()))
    }

    fn host(&self, variables: &[(&str, &str)]) -> anyhow::Result<(Host, keyfob_host_test::Recorder)> {
        let authorities = self.fake.authorities();
        let mut sockets = Sockets::new().ca_pem(self.server.ca_pem().as_bytes())?;
        for (authority, address) in self.server.connect_to(&authorities) {
            sockets = sockets.connect_to(&format!("{authority}={address}"))?;
        }
        let mut egress = Egress::sockets(sockets);
        for authority in &authorities {
            egress = egress.allow(authority);
        }
        let recorder = egress.recorder();
        let host = Host::new(&self.keyfob)
            .envs(self.fake.environment())
            .envs(variables.iter().copied())
            .egress(egress)
            .clock(Clock::real());
        Ok((host, recorder))
    }

    fn print_and_check(&self, result: Result<(String, Vec<String>), CallError>) -> anyhow::Result<()> {
        let (value, requests) = result?;
        for request in &requests {
            output::print_line(&format!("   {}", request.split('?').next().unwrap_or_default()));
        }
        output::print_line(&format!("   {SECRET} = {value}"));
        ensure!(value == self.value, "the value is not the vault's");
        ensure!(requests.len() == 2, "{} requests instead of two, token and secret", requests.len());
        Ok(())
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{INDENT}{line}\n") }).collect()
}
