//! What can be done with the secrets of a vault: a file a verb, and what they share.

mod backup_secret;
mod delete_secret;
mod get_secret;
mod input;
mod json;
mod list_secrets;
mod list_versions;
mod pages;
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
    /// Read a secret and print its value, or several
    GetSecret(GetSecret),
    /// Set a secret to what a file or stdin holds
    SetSecret(SetSecret),
    /// List the secrets of a vault, or the deleted ones
    ListSecrets(ListSecrets),
    /// List the versions of a secret
    ListVersions(ListVersions),
    /// Delete a secret, all its versions, so that it can be recovered
    DeleteSecret(DeleteSecret),
    /// Bring a deleted secret back
    RecoverSecret(RecoverSecret),
    /// Delete a deleted secret for good
    PurgeSecret(PurgeSecret),
    /// Write all versions of a secret to a file, in a form that only Key Vault can read
    BackupSecret(BackupSecret),
    /// Put a secret back from its backup
    RestoreSecret(RestoreSecret),
}

impl SecretsVerb {
    /// Does it, and gives the exit status.
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

/// Prints what the vault says of a secret: all of it as JSON, or this text.
fn print_secret(vault: &VaultArgs, json: &Value, text: &str) -> u8 {
    if vault.common.json {
        output::print_line(&json.to_string());
    } else {
        output::print_line(text);
    }
    SUCCESS
}
