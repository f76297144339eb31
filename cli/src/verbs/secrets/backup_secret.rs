//! `keyfob backup-secret`.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use serde_json::json;

use super::vault::VaultArgs;
use super::{CommandError, SUCCESS, output, private_file};

const EXAMPLES: &str = "\
Examples:
  keyfob backup-secret my-secret --file my-secret.backup --vault-url https://my-vault.vault.azure.net
  keyfob backup-secret my-secret > my-secret.backup

A backup can be restored to a vault of the same subscription and geography. With --json and no file, it is printed as the
member `backup`, in base64. Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BackupSecret {
    /// The secret's name
    name: String,
    /// The file to write [default: stdout]
    #[arg(long, value_name = "F")]
    file: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "file")]
    overwrite: bool,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &BackupSecret) -> Result<u8, CommandError> {
    let file = args.file.as_deref().filter(|path| *path != Path::new("-"));
    args.check_target(file).map_err(CommandError::Usage)?;
    let mut vault = args.vault.resolve().await?.connect().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let activity = format!("backing up {name}");
    let backup =
        vault.call(&activity, async |instance, client| instance.backup_secret(client, name, timeout).await).await?;
    let json = args.vault.common.json;
    match file {
        Some(path) => {
            private_file::write(&backup, path, args.overwrite)
                .with_context(|| format!("--file {} can't be written", path.display()))
                .map_err(CommandError::Usage)?;
            let (file, bytes) = (path.display().to_string(), backup.len());
            output::print_line(&if json {
                json!({ "name": name, "file": file, "bytes": bytes }).to_string()
            } else {
                format!("{file}: {bytes} bytes")
            });
        }
        None if json => output::print_line(&json!({ "name": name, "backup": BASE64.encode(&backup) }).to_string()),
        None => {
            output::write_bytes(&backup).context("stdout can't be written").map_err(CommandError::Usage)?;
        }
    }
    Ok(SUCCESS)
}

impl BackupSecret {
    /// Checks that the backup can be written, before a request is sent.
    fn check_target(&self, file: Option<&Path>) -> Result<()> {
        let Some(path) = file else {
            let terminal = !self.vault.common.json && std::io::stdout().is_terminal();
            ensure!(
                !terminal,
                "a backup is binary and is not written to a terminal: pass --file F, or redirect stdout"
            );
            return Ok(());
        };
        let shown = path.display();
        // A dangling symlink exists too.
        ensure!(
            self.overwrite || path.symlink_metadata().is_err(),
            "--file {shown} already exists: choose another file, or pass --overwrite"
        );
        private_file::check("--file", path)
    }
}
