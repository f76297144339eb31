//! Deleting secrets, and reading, recovering and purging deleted ones.

use std::time::Duration;

use crate::bindings::exports::keyfob::azure::secrets::{DeletedSecret, SecretProperties};
use crate::call_error::CallError;
use crate::instance::Instance;
use crate::instance::handle::{DeletedSecretPoller, SecretClient, SecretPoller};

impl Instance {
    /// Begins to delete a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let poller = instance.begin_delete_secret(client, "secret-a", None).await?;
    /// instance.wait_deleted(poller, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn begin_delete_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<DeletedSecretPoller, CallError> {
        let poller =
            call!(self, keyfob_azure_secrets.secret_client.call_begin_delete_secret(client.0, name), &timeout)??;
        Ok(DeletedSecretPoller(poller))
    }

    /// Returns what the vault returned when a deletion began.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, poller: keyfob_host_test::DeletedSecretPoller) -> Result<(), Box<dyn std::error::Error>> {
    /// let deleted = instance.deleted_secret(poller).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn deleted_secret(&mut self, poller: DeletedSecretPoller) -> Result<DeletedSecret, CallError> {
        call!(self, keyfob_azure_secrets.deleted_secret_poller.call_deleted_secret(poller.0))
    }

    /// Waits until a deletion is complete.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, poller: keyfob_host_test::DeletedSecretPoller) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.wait_deleted(poller, Some(std::time::Duration::from_secs(30))).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_deleted(
        &mut self,
        poller: DeletedSecretPoller,
        timeout: Option<Duration>,
    ) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.deleted_secret_poller.call_wait(poller.0), &timeout)??)
    }

    /// Begins to recover a deleted secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let poller = instance.begin_recover_deleted_secret(client, "secret-a", None).await?;
    /// instance.wait_recovered(poller, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn begin_recover_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<SecretPoller, CallError> {
        let poller = call!(
            self,
            keyfob_azure_secrets.secret_client.call_begin_recover_deleted_secret(client.0, name),
            &timeout
        )??;
        Ok(SecretPoller(poller))
    }

    /// Returns the properties that the vault returned when a recovery began.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, poller: keyfob_host_test::SecretPoller) -> Result<(), Box<dyn std::error::Error>> {
    /// let properties = instance.recovered_properties(poller).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn recovered_properties(&mut self, poller: SecretPoller) -> Result<SecretProperties, CallError> {
        call!(self, keyfob_azure_secrets.secret_poller.call_properties(poller.0))
    }

    /// Waits until a recovery is complete.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, poller: keyfob_host_test::SecretPoller) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.wait_recovered(poller, Some(std::time::Duration::from_secs(30))).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_recovered(&mut self, poller: SecretPoller, timeout: Option<Duration>) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_poller.call_wait(poller.0), &timeout)??)
    }

    /// Reads the properties of a deleted secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let deleted = instance.get_deleted_secret(client, "secret-a", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<DeletedSecret, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_get_deleted_secret(client.0, name), &timeout)??)
    }

    /// Deletes a deleted secret permanently.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.purge_deleted_secret(client, "secret-a", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn purge_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_purge_deleted_secret(client.0, name), &timeout)??)
    }
}
