//! `keyfob restore-secret`.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;

use super::input::Source;
use super::vault::VaultArgs;
use super::{Failure, json, told};

const EXAMPLES: &str = "\
Examples:
  keyfob restore-secret --file my-secret.backup --vault-url https://my-vault.vault.azure.net
  keyfob restore-secret --json < my-secret.backup

The backup knows the secret's name. The vault must not have one of that name, deleted ones included. It prints the latest
version's identifier. Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

/// The component takes no larger one out of a vault.
const MOST: u64 = 4 * 1024 * 1024;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RestoreSecret {
    /// The backup; stdin where absent
    #[arg(long, value_name = "F")]
    file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &RestoreSecret) -> Result<u8, Failure> {
    let place = args.vault.place().await?;
    let backup = args.backup().map_err(Failure::Usage)?;
    let mut vault = place.open().await?;
    let timeout = vault.timeout;
    let call = vault.call("restoring", async |it, client| it.restore_secret_backup(client, &backup, timeout).await);
    let properties = call.await?;
    Ok(told(&args.vault, &json::properties(&properties), &properties.id))
}

impl RestoreSecret {
    fn backup(&self) -> anyhow::Result<Vec<u8>> {
        let source = Source::of(self.file.as_deref());
        ensure!(!source.is_terminal(), "a backup is no text to be typed: give --file F, or lead stdin elsewhere");
        let backup = source.read(MOST)?;
        ensure!(!backup.is_empty(), "{source} is empty, which no backup is; nothing was sent");
        Ok(backup)
    }
}
