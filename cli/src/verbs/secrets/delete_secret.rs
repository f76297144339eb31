//! `keyfob delete-secret`.

use clap::Args;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::DeletedSecret;

use super::vault::VaultArgs;
use super::wait::{WaitArgs, wait};
use super::{CommandError, json, print_secret};
use crate::date;

const EXAMPLES: &str = "\
Examples:
  keyfob delete-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob delete-secret my-secret --timeout 120
  keyfob delete-secret my-secret --no-wait --json

The command waits until the secret can be recovered or purged, for at most 30 seconds or --timeout.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeleteSecret {
    /// The secret's name
    name: String,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &DeleteSecret) -> Result<u8, CommandError> {
    let mut vault = args.vault.resolve().await?.connect().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let activity = format!("deleting {name}");
    let started = vault.call(&activity, async |instance, client| {
        let poller = instance.begin_delete_secret(client, name, timeout).await?;
        Ok((poller, instance.deleted_secret(poller).await?))
    });
    let (poller, deleted) = started.await?;
    if !args.wait.no_wait {
        let check_command = args.vault.command("list-secrets --deleted");
        wait(&mut vault, &activity, &check_command, async |instance| instance.wait_deleted(poller, timeout).await)
            .await?;
    }
    Ok(print_secret(&args.vault, &json::deleted(&deleted), &args.text(&deleted)))
}

impl DeleteSecret {
    fn text(&self, deleted: &DeletedSecret) -> String {
        let name = &deleted.properties.name;
        if deleted.recovery_id.is_none() {
            return format!("{name} is deleted permanently: soft-delete is off in this vault.");
        }
        let done = if self.wait.no_wait { "is being deleted; this continues in the vault" } else { "is deleted" };
        let until = deleted.scheduled_purge_on.map(|end| format!(" until {}", date::format_utc(end)));
        let recover = self.vault.command(&format!("recover-secret {name}"));
        format!("{name} {done}. To recover it{}: {recover}", until.unwrap_or_default())
    }
}
