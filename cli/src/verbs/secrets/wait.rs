//! Deletions and recoveries, which go on in the vault after it has answered.

use clap::Args;

use super::CommandError;
use super::vault::VaultClient;
use keyfob_host_test::failure::CallError;
use keyfob_host_test::instance::Instance;

/// What deletions and recoveries take.
#[derive(Args, Debug)]
pub(super) struct WaitArgs {
    /// Do not wait until it is done: it goes on in the vault
    #[arg(long)]
    pub(super) no_wait: bool,
}

/// Waits until it is done. `look` is a command that tells later whether it is.
pub(super) async fn wait(
    vault: &mut VaultClient<'_>,
    activity: &str,
    check_command: &str,
    wait: impl AsyncFnOnce(&mut Instance) -> Result<(), CallError>,
) -> Result<(), CommandError> {
    let finished = vault.call(activity, async |instance, _| wait(instance).await).await;
    finished.map_err(|failure| match failure {
        CommandError::Call(report) if report.is_timed_out() => CommandError::Call(Box::new(report.with_default_hint(format!(
            "{check_command} tells when the vault is done with it. To wait longer, give --timeout SECONDS, 600 at most"
        )))),
        other => other,
    })
}
