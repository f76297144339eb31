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

A line a secret, printed as each page of the list comes: name, enabled or disabled, when it last changed, content type, with a
tab between; of deleted ones also when they were deleted, and when they go for good. What is not known is a dash. With --json
each line is an object, and an error on the way is the last one. --timeout is for each page.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListSecrets {
    /// Those that are deleted and can be recovered
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
