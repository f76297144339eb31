//! Backing up and restoring secrets.

use std::time::Duration;

use crate::bindings::exports::keyfob::azure::secrets::SecretProperties;
use crate::call_error::CallError;
use crate::instance::Instance;
use crate::instance::handle::SecretClient;

impl Instance {
    /// Returns a backup of a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let backup = instance.backup_secret(client, "secret-a", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn backup_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<Vec<u8>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_backup_secret(client.0, name), &timeout)??)
    }

    /// Restores a secret from a backup.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let backup = std::fs::read("secret-a.backup")?;
    /// let properties = instance.restore_secret_backup(client, &backup, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn restore_secret_backup(
        &mut self,
        client: SecretClient,
        backup: &[u8],
        timeout: Option<Duration>,
    ) -> Result<SecretProperties, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_restore_secret_backup(client.0, backup), &timeout)??)
    }
}
