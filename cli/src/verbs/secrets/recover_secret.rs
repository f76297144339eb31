//! `keyfob recover-secret`.

use clap::Args;

use super::vault::VaultArgs;
use super::wait::{WaitArgs, wait};
use super::{CommandError, json, print_secret};

const EXAMPLES: &str = "\
Examples:
  keyfob recover-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob recover-secret my-secret --no-wait --json

`keyfob list-secrets --deleted` lists what can be recovered. The command waits until the secret can be read again, for at most
30 seconds or --timeout.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecoverSecret {
    /// The deleted secret's name
    name: String,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &RecoverSecret) -> Result<u8, CommandError> {
    let mut vault = args.vault.resolve().await?.connect().await?;
    let (name, timeout) = (&args.name, vault.timeout);
    let activity = format!("recovering {name}");
    let started = vault.call(&activity, async |instance, client| {
        let poller = instance.begin_recover_deleted_secret(client, name, timeout).await?;
        Ok((poller, instance.recovered_properties(poller).await?))
    });
    let (poller, properties) = started.await?;
    let (name, json) = (&properties.name, json::properties(&properties));
    if args.wait.no_wait {
        return Ok(print_secret(
            &args.vault,
            &json,
            &format!("{name} is being recovered; this continues in the vault."),
        ));
    }
    let check_command = args.vault.command(&format!("list-versions {name}"));
    wait(&mut vault, &activity, &check_command, async |instance| instance.wait_recovered(poller, timeout).await)
        .await?;
    Ok(print_secret(&args.vault, &json, &format!("{name} is recovered: {}", properties.id)))
}
