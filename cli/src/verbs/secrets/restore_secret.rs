//! `keyfob restore-secret`.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;

use super::input::Input;
use super::vault::VaultArgs;
use super::{CommandError, json, print_secret};

const EXAMPLES: &str = "\
Examples:
  keyfob restore-secret --file my-secret.backup --vault-url https://my-vault.vault.azure.net
  keyfob restore-secret --json < my-secret.backup

The backup contains the secret's name. The vault must not have a secret of that name, not even a deleted one. Prints the
identifier of the latest version. Exit status: 0 success, 1 error, 2 wrong usage.";

/// The largest backup that the component reads from a vault, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RestoreSecret {
    /// The backup file [default: stdin]
    #[arg(long, value_name = "F")]
    file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &RestoreSecret) -> Result<u8, CommandError> {
    let target = args.vault.resolve().await?;
    let backup = args.backup().map_err(CommandError::Usage)?;
    let mut vault = target.connect().await?;
    let timeout = vault.timeout;
    let call = vault
        .call("restoring", async |instance, client| instance.restore_secret_backup(client, &backup, timeout).await);
    let properties = call.await?;
    Ok(print_secret(&args.vault, &json::properties(&properties), &properties.id))
}

impl RestoreSecret {
    fn backup(&self) -> anyhow::Result<Vec<u8>> {
        let source = Input::from_option(self.file.as_deref());
        ensure!(!source.is_terminal(), "a backup can't be typed at a terminal: pass --file F, or redirect stdin");
        let backup = source.read(MAX_BYTES)?;
        ensure!(!backup.is_empty(), "{source} is empty; nothing was sent");
        Ok(backup)
    }
}
