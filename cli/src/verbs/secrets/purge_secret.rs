//! `keyfob purge-secret`.

use clap::Args;
use serde_json::json;

use super::vault::VaultArgs;
use super::{CommandError, SUCCESS, output};

const EXAMPLES: &str = "\
Examples:
  keyfob purge-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob purge-secret my-secret --json

The secret must be deleted first. After a purge it can be restored only from a backup.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PurgeSecret {
    /// The deleted secret's name
    name: String,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &PurgeSecret) -> Result<u8, CommandError> {
    let mut vault = args.vault.resolve().await?.connect().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let activity = format!("purging {name}");
    vault.call(&activity, async |instance, client| instance.purge_deleted_secret(client, name, timeout).await).await?;
    output::print_line(&if args.vault.common.json {
        json!({ "name": name, "purged": true }).to_string()
    } else {
        format!("{name} is deleted permanently.")
    });
    Ok(SUCCESS)
}
