//! `keyfob list-secrets`.

use clap::Args;

use super::CommandError;
use super::pages::{Column, List, ListArgs, print_pages};
use super::vault::VaultArgs;

const EXAMPLES: &str = "\
Examples:
  keyfob list-secrets --vault-url https://my-vault.vault.azure.net
  keyfob list-secrets --json | jq -r .name
  keyfob list-secrets --deleted

Prints one line per secret, as each page of the list arrives: name, enabled or disabled, time of the last change and content
type, separated by tabs; for deleted secrets also the times of deletion and of the scheduled purge. A dash stands for an
unknown value. With --json each line is an object, and an error is the last line. --timeout applies to each page.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListSecrets {
    /// List deleted secrets, which can be recovered
    #[arg(long)]
    deleted: bool,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &ListSecrets) -> Result<u8, CommandError> {
    let mut vault = args.vault.resolve().await?.connect().await?;
    let options = args.list.options(vault.timeout);
    let (what, columns) =
        if args.deleted { ("deleted secrets", Column::DELETED) } else { ("secrets", Column::SECRETS) };
    let list = vault.call("listing", async |instance, client| match args.deleted {
        true => instance.list_deleted_secrets(client, &options).await.map(List::Deleted),
        false => instance.list_secrets(client, &options).await.map(List::Secrets),
    });
    let list = list.await?;
    print_pages(&mut vault, list, what, args.vault.common.json, columns).await
}
