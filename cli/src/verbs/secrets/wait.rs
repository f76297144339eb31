//! Deletions and recoveries, which go on in the vault after it has answered.

use clap::Args;

use super::Failure;
use super::vault::Vault;
use keyfob_host_test::failure::CallError;
use keyfob_host_test::instance::Instance;

/// What deletions and recoveries take.
#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// Do not wait until it is done: it goes on in the vault
    #[arg(long)]
    pub(super) no_wait: bool,
}

/// Waits until it is done. `look` is a command that tells later whether it is.
pub(super) async fn wait(
    vault: &mut Vault<'_>,
    doing: &str,
    look: &str,
    wait: impl AsyncFnOnce(&mut Instance) -> Result<(), CallError>,
) -> Result<(), Failure> {
    let done = vault.call(doing, async |it, _| wait(it).await).await;
    done.map_err(|failure| match failure {
        Failure::Answer(report) if report.is_timed_out() => Failure::Answer(Box::new(report.or_hint(format!(
            "{look} tells when the vault is done with it. To wait longer, give --timeout SECONDS, 600 at most"
        )))),
        other => other,
    })
}
