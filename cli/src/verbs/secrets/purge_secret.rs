//! `keyfob purge-secret`.

use clap::Args;
use serde_json::json;

use super::vault::VaultArgs;
use super::{DONE, Failure, output};

const EXAMPLES: &str = "\
Examples:
  keyfob purge-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob purge-secret my-secret --json

The secret has to be deleted first. Nobody can bring it back afterwards, unless there is a backup.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PurgeSecret {
    /// The deleted secret's name
    name: String,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &PurgeSecret) -> Result<u8, Failure> {
    let mut vault = args.vault.place().await?.open().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let doing = format!("purging {name}");
    vault.call(&doing, async |it, client| it.purge_deleted_secret(client, name, timeout).await).await?;
    output::line(&if args.vault.common.json {
        json!({ "name": name, "purged": true }).to_string()
    } else {
        format!("{name} is gone for good.")
    });
    Ok(DONE)
}
