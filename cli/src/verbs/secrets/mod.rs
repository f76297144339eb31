//! The verbs for secrets, each in a file of its name, and what they share. A new verb needs its file, and its entry and call
//! here.

mod backup_secret;
mod delete_secret;
mod get_secret;
mod input;
mod json;
mod list_secrets;
mod list_versions;
mod pages;
mod private_file;
mod purge_secret;
mod recover_secret;
mod restore_secret;
mod set_secret;
mod vault;
mod wait;

use clap::Subcommand;
use serde_json::Value;

use self::backup_secret::BackupSecret;
use self::delete_secret::DeleteSecret;
use self::get_secret::GetSecret;
use self::list_secrets::ListSecrets;
use self::list_versions::ListVersions;
use self::purge_secret::PurgeSecret;
use self::recover_secret::RecoverSecret;
use self::restore_secret::RestoreSecret;
use self::set_secret::SetSecret;
use self::vault::VaultArgs;
use crate::{CommandError, FAILED, SUCCESS, output, report_failure, terminal};

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsVerb {
    /// Read one or more secrets and print their values
    GetSecret(GetSecret),
    /// Set a secret to the content of a file or stdin
    SetSecret(SetSecret),
    /// List the secrets of a vault, or the deleted ones
    ListSecrets(ListSecrets),
    /// List the versions of a secret
    ListVersions(ListVersions),
    /// Delete a secret with all its versions; it can be recovered
    DeleteSecret(DeleteSecret),
    /// Recover a deleted secret
    RecoverSecret(RecoverSecret),
    /// Delete a deleted secret permanently
    PurgeSecret(PurgeSecret),
    /// Back up all versions of a secret to a file that only Key Vault can read
    BackupSecret(BackupSecret),
    /// Restore a secret from a backup
    RestoreSecret(RestoreSecret),
}

impl SecretsVerb {
    /// Runs the verb, and returns the exit status.
    pub(super) async fn run(&self) -> u8 {
        let (result, vault) = match self {
            Self::GetSecret(args) => (get_secret::run(args).await, &args.vault),
            Self::SetSecret(args) => (set_secret::run(args).await, &args.vault),
            Self::ListSecrets(args) => (list_secrets::run(args).await, &args.vault),
            Self::ListVersions(args) => (list_versions::run(args).await, &args.vault),
            Self::DeleteSecret(args) => (delete_secret::run(args).await, &args.vault),
            Self::RecoverSecret(args) => (recover_secret::run(args).await, &args.vault),
            Self::PurgeSecret(args) => (purge_secret::run(args).await, &args.vault),
            Self::BackupSecret(args) => (backup_secret::run(args).await, &args.vault),
            Self::RestoreSecret(args) => (restore_secret::run(args).await, &args.vault),
        };
        result.unwrap_or_else(|failure| report_failure(&failure, vault.common.json))
    }
}

/// Prints a secret's properties as JSON, or the text.
fn print_secret(vault: &VaultArgs, json: &Value, text: &str) -> u8 {
    if vault.common.json {
        output::print_line(&json.to_string());
    } else {
        output::print_line(text);
    }
    SUCCESS
}
