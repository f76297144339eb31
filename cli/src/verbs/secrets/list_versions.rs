//! `keyfob list-versions`.

use clap::Args;

use super::CommandError;
use super::pages::{Column, List, ListArgs, print_pages};
use super::vault::VaultArgs;

const EXAMPLES: &str = "\
Examples:
  keyfob list-versions my-secret --vault-url https://my-vault.vault.azure.net
  keyfob list-versions my-secret --json | jq -r .id

Prints one line per version in the vault's order, as each page of the list arrives: version, enabled or disabled, time of the
last change and content type, separated by tabs. A dash stands for an unknown value. With --json each line is an object, and an
error is the last line. --timeout applies to each page.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListVersions {
    /// The secret's name
    name: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &ListVersions) -> Result<u8, CommandError> {
    let mut vault = args.vault.resolve().await?.connect().await?;
    let options = args.list.options(vault.timeout);
    let what = format!("versions of {}", args.name);
    let list = vault
        .call("listing", async |instance, client| instance.list_secret_versions(client, &args.name, &options).await);
    let list = list.await?;
    print_pages(&mut vault, List::Secrets(list), &what, args.vault.common.json, Column::VERSIONS).await
}
