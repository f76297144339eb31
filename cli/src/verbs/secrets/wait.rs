//! Waits for deletions and recoveries, which continue in the vault after its response.

use clap::Args;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::instance::Instance;

use super::CommandError;
use super::vault::VaultClient;

/// The arguments of deletions and recoveries.
#[derive(Args, Debug)]
pub(super) struct WaitArgs {
    /// Don't wait for completion; the operation continues in the vault
    #[arg(long)]
    pub(super) no_wait: bool,
}

/// Waits for completion. If the time limit is reached, the hint names `check_command`, which shows the state later.
pub(super) async fn wait(
    vault: &mut VaultClient<'_>,
    activity: &str,
    check_command: &str,
    wait: impl AsyncFnOnce(&mut Instance) -> Result<(), CallError>,
) -> Result<(), CommandError> {
    let finished = vault.call(activity, async |instance, _| wait(instance).await).await;
    finished.map_err(|failure| match failure {
        CommandError::Call(report) if report.is_timed_out() => CommandError::Call(Box::new(report.with_default_hint(format!(
            "to wait longer, pass --timeout SECONDS (at most 600). To see whether the vault is done: {check_command}"
        )))),
        other => other,
    })
}
