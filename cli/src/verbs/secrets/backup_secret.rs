//! `keyfob backup-secret`.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use serde_json::json;
use tempfile::NamedTempFile;

use super::vault::VaultArgs;
use super::{CommandError, SUCCESS, output};

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
            write_file(&backup, path, args.overwrite)
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
        ensure!(parent_folder(path).is_dir(), "--file {shown}: the folder does not exist");
        // A dangling symlink exists too.
        if let Ok(there) = path.symlink_metadata() {
            ensure!(self.overwrite, "--file {shown} already exists: choose another file, or pass --overwrite");
            // Persisting would replace a device by a file.
            ensure!(there.is_file(), "--file {shown} is not a regular file and can't be replaced");
        }
        Ok(())
    }
}

/// Writes the file atomically, readable by its owner only.
fn write_file(backup: &[u8], path: &Path, overwrite: bool) -> Result<()> {
    let mut file = NamedTempFile::new_in(parent_folder(path))?;
    file.write_all(backup)?;
    file.as_file().sync_all()?;
    let kept = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|failed| failed.error)?;
    Ok(())
}

fn parent_folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_atomically() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("backup");
        write_file(b"one", &path, false).expect("a new file");
        // The file was created after the check.
        assert!(write_file(b"two", &path, false).is_err());
        assert_eq!(std::fs::read(&path).expect("the file"), b"one");
        write_file(b"two", &path, true).expect("the file replaced");
        assert_eq!(std::fs::read(&path).expect("the file"), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }
}
