//! `keyfob recover-secret`.

use clap::Args;

use super::vault::VaultArgs;
use super::wait::{ChangeArgs, wait};
use super::{Failure, json, told};

const EXAMPLES: &str = "\
Examples:
  keyfob recover-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob recover-secret my-secret --no-wait --json

`keyfob list-secrets --deleted` tells what can be recovered. It waits until the secret can be read again, up to 30 seconds
unless --timeout says otherwise.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecoverSecret {
    /// The deleted secret's name
    name: String,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &RecoverSecret) -> Result<u8, Failure> {
    let mut vault = args.vault.place().await?.open().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let doing = format!("recovering {name}");
    let begun = vault.call(&doing, async |it, client| {
        let poller = it.begin_recover_deleted_secret(client, name, timeout).await?;
        Ok((poller, it.recovered_properties(poller).await?))
    });
    let (poller, properties) = begun.await?;
    let (name, json) = (&properties.name, json::properties(&properties));
    if args.change.no_wait {
        return Ok(told(&args.vault, &json, &format!("{name} is being recovered, which goes on in the vault.")));
    }
    let look = args.vault.command(&format!("list-versions {name}"));
    wait(&mut vault, &doing, &look, async |it| it.wait_recovered(poller, timeout).await).await?;
    Ok(told(&args.vault, &json, &format!("{name} is recovered: {}", properties.id)))
}
