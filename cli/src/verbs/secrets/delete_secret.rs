//! `keyfob delete-secret`.

use clap::Args;

use super::vault::VaultArgs;
use super::wait::{ChangeArgs, wait};
use super::{Failure, json, told};
use crate::date;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::DeletedSecret;

const EXAMPLES: &str = "\
Examples:
  keyfob delete-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob delete-secret my-secret --timeout 120
  keyfob delete-secret my-secret --no-wait --json

It waits until the secret can be recovered or purged, up to 30 seconds unless --timeout says otherwise.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeleteSecret {
    /// The secret's name
    name: String,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &DeleteSecret) -> Result<u8, Failure> {
    let mut vault = args.vault.place().await?.open().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let doing = format!("deleting {name}");
    let begun = vault.call(&doing, async |it, client| {
        let poller = it.begin_delete_secret(client, name, timeout).await?;
        Ok((poller, it.deleted_secret(poller).await?))
    });
    let (poller, deleted) = begun.await?;
    if !args.change.no_wait {
        let look = args.vault.command("list-secrets --deleted");
        wait(&mut vault, &doing, &look, async |it| it.wait_deleted(poller, timeout).await).await?;
    }
    Ok(told(&args.vault, &json::deleted(&deleted), &args.text(&deleted)))
}

impl DeleteSecret {
    fn text(&self, deleted: &DeletedSecret) -> String {
        let name = &deleted.properties.name;
        if deleted.recovery_id.is_none() {
            return format!("{name} is deleted for good: this vault keeps no deleted secrets.");
        }
        let done = if self.change.no_wait { "is being deleted, which goes on in the vault" } else { "is deleted" };
        let until = deleted.scheduled_purge_on.map(|end| format!(" until {}", date::text(end)));
        let recover = self.vault.command(&format!("recover-secret {name}"));
        format!("{name} {done}. It can be recovered{}: {recover}", until.unwrap_or_default())
    }
}
