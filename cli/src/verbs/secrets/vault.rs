//! The vault of a call, and a client for it.

use std::time::Duration;

use clap::Args;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::instance::{Instance, SecretClient};
use keyfob_host_test::spec::ClientOptions;

use super::CommandError;
use crate::call::{CommonArgs, instantiate, with_timeout};
use crate::context::{Context, Target};
use crate::terminal::Progress;

/// The arguments of every verb for secrets.
#[derive(Args, Debug)]
pub(super) struct VaultArgs {
    /// The vault's URL, such as https://my-vault.vault.azure.net [default: the variable KEYVAULT_URL]
    #[arg(long, value_name = "URL")]
    vault_url: Option<String>,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// The vault's URL and the context. Nothing is compiled or sent yet, so that other arguments can be checked first.
pub(super) struct VaultTarget<'a> {
    args: &'a VaultArgs,
    context: Context<'a>,
    url: String,
}

/// A client for the vault.
pub(super) struct VaultClient<'a> {
    instance: Instance,
    client: SecretClient,
    /// The time limit of each call.
    pub(super) timeout: Option<Duration>,
    _ground: Context<'a>,
}

impl VaultArgs {
    pub(super) async fn resolve(&self) -> Result<VaultTarget<'_>, CommandError> {
        let context = self.common.context.context(Target::Vault(self.vault_url.as_deref())).await?;
        let url = match &self.vault_url {
            Some(url) => url.clone(),
            None => context
                .environment
                .get("KEYVAULT_URL")
                .ok_or_else(|| {
                    CommandError::usage("no vault given: pass --vault-url URL, or set the variable KEYVAULT_URL")
                })?
                .to_owned(),
        };
        Ok(VaultTarget { args: self, context, url })
    }

    /// A command line of another verb for the same vault. `--vault-url` is included if this call had it.
    pub(super) fn command(&self, words: &str) -> String {
        let url = self.vault_url.as_ref().map(|url| format!(" --vault-url {url}"));
        format!("`keyfob {words}{}`", url.unwrap_or_default())
    }
}

impl<'a> VaultTarget<'a> {
    pub(super) async fn connect(self) -> Result<VaultClient<'a>, CommandError> {
        let Self { args: VaultArgs { common, .. }, context, url } = self;
        let host = context.host(Some(&url))?;
        let (instance, client) = with_timeout(common.timeout, async {
            let mut instance = instantiate(&host).await?;
            let credential = instance.create_credential(&common.credential.spec()).await?;
            let client = instance.create_client(&url, credential, &ClientOptions::default()).await?;
            Ok((instance, client))
        })
        .await?;
        Ok(VaultClient { instance, client, timeout: common.timeout, _ground: context })
    }
}

impl VaultClient<'_> {
    /// Runs a call within the time limit, and shows `activity` as progress.
    pub(super) async fn call<T>(
        &mut self,
        activity: &str,
        call: impl AsyncFnOnce(&mut Instance, SecretClient) -> Result<T, CallError>,
    ) -> Result<T, CommandError> {
        let _progress = Progress::show(activity);
        with_timeout(self.timeout, call(&mut self.instance, self.client)).await
    }
}
