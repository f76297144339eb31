//! The story: a user-assigned identity, the failure that names its cure, and the two cures.

/// Tells it, and fails unless all went as told.
pub(super) async fn run() -> anyhow::Result<()> {
    anyhow::bail!("the demo is not built yet")
}
