//! The vault that a call is for, and the way to it.

use std::time::Duration;

use clap::Args;

use super::Failure;
use crate::call::{Common, instance, within};
use crate::context::Ground;
use crate::terminal::Progress;
use keyfob_host_test::failure::CallError;
use keyfob_host_test::instance::{Instance, SecretClient};
use keyfob_host_test::spec::ClientOptions;

/// What every verb takes.
#[derive(Args, Debug)]
pub(super) struct VaultArgs {
    /// The vault, such as https://my-vault.vault.azure.net [default: the variable KEYVAULT_URL]
    #[arg(long, value_name = "URL")]
    vault_url: Option<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Which vault it is. Nothing is compiled and nothing sent: what else may be wrong with the call can be found first.
pub(super) struct Place<'a> {
    args: &'a VaultArgs,
    ground: Ground<'a>,
    url: String,
}

/// A client for the vault.
pub(super) struct Vault<'a> {
    instance: Instance,
    client: SecretClient,
    /// The limit of each call.
    pub(super) timeout: Option<Duration>,
    _ground: Ground<'a>,
}

impl VaultArgs {
    pub(super) async fn place(&self) -> Result<Place<'_>, Failure> {
        let ground = self.common.surroundings.ground().await?;
        let url = match &self.vault_url {
            Some(url) => url.clone(),
            None => ground
                .environment
                .get("KEYVAULT_URL")
                .ok_or_else(|| Failure::usage("which vault? Give --vault-url URL, or set the variable KEYVAULT_URL"))?
                .to_owned(),
        };
        Ok(Place { args: self, ground, url })
    }

    /// A command for another verb of the same vault, as far as the caller had to name it.
    pub(super) fn command(&self, words: &str) -> String {
        let url = self.vault_url.as_ref().map(|url| format!(" --vault-url {url}"));
        format!("`keyfob {words}{}`", url.unwrap_or_default())
    }
}

impl<'a> Place<'a> {
    pub(super) async fn open(self) -> Result<Vault<'a>, Failure> {
        let Self { args: VaultArgs { common, .. }, ground, url } = self;
        let host = ground.host(Some(&url))?;
        let (instance, client) = within(common.timeout, async {
            let mut instance = instance(&host).await?;
            let credential = instance.credential(&common.identity.spec()).await?;
            let client = instance.create_client(&url, credential, &ClientOptions::default()).await?;
            Ok((instance, client))
        })
        .await?;
        Ok(Vault { instance, client, timeout: common.timeout, _ground: ground })
    }
}

impl Vault<'_> {
    /// One call, within the caller's patience. A terminal sees what is being done, and for how long.
    pub(super) async fn call<T>(
        &mut self,
        doing: &str,
        call: impl AsyncFnOnce(&mut Instance, SecretClient) -> Result<T, CallError>,
    ) -> Result<T, Failure> {
        let _progress = Progress::show(doing);
        within(self.timeout, call(&mut self.instance, self.client)).await
    }
}
