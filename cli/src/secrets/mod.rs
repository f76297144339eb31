//! What can be done with the secrets of a vault: a file a verb, and what they share.

mod backup;
mod change;
mod delete;
mod get;
mod input;
mod json;
mod list;
mod pages;
mod purge;
mod recover;
mod restore;
mod set;
mod vault;
mod versions;

use clap::Subcommand;
use serde_json::Value;

use self::backup::BackupSecret;
use self::delete::DeleteSecret;
use self::get::GetSecret;
use self::list::ListSecrets;
use self::purge::PurgeSecret;
use self::recover::RecoverSecret;
use self::restore::RestoreSecret;
use self::set::SetSecret;
use self::vault::VaultArgs;
use self::versions::ListVersions;
use super::{DONE, FAILED, Failure, failed, output, screen};

#[derive(Debug, Subcommand)]
pub(super) enum SecretsVerb {
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
            Self::GetSecret(args) => (get::run(args).await, &args.vault),
            Self::SetSecret(args) => (set::run(args).await, &args.vault),
            Self::ListSecrets(args) => (list::run(args).await, &args.vault),
            Self::ListVersions(args) => (versions::run(args).await, &args.vault),
            Self::DeleteSecret(args) => (delete::run(args).await, &args.vault),
            Self::RecoverSecret(args) => (recover::run(args).await, &args.vault),
            Self::PurgeSecret(args) => (purge::run(args).await, &args.vault),
            Self::BackupSecret(args) => (backup::run(args).await, &args.vault),
            Self::RestoreSecret(args) => (restore::run(args).await, &args.vault),
        };
        result.unwrap_or_else(|failure| failed(&failure, vault.common.json))
    }
}

/// Prints what the vault says of a secret: all of it as JSON, or this text.
fn told(vault: &VaultArgs, json: &Value, text: &str) -> u8 {
    if vault.common.json {
        output::line(&json.to_string());
    } else {
        output::line(text);
    }
    DONE
}
