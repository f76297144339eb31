//! Clients of vaults, and the calls on them.

use std::time::Duration;

use super::Instance;
use super::handle::{Credential, DeletedSecretList, DeletedSecretPoller, SecretClient, SecretList, SecretPoller};
use crate::bindings::exports::keyfob::azure::secrets::{DeletedSecret, Secret, SecretProperties};
use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::call_error::CallError;
use crate::spec::{ClientOptions, GetSecretOptions, ListOptions, SetSecretOptions};

impl Instance {
    /// Makes a client for a vault. Nothing is sent.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// let client = instance.create_client("https://my-vault.vault.azure.net", credential, &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_client(
        &mut self,
        vault_url: &str,
        credential: Credential,
        options: &ClientOptions,
    ) -> Result<SecretClient, CallError> {
        let client = call!(self, keyfob_azure_secrets.secret_client.call_create(vault_url, credential.0), options)??;
        Ok(SecretClient(client))
    }

    /// Returns the URL of a client's vault.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// assert_eq!(instance.vault_url(client).await?, "https://my-vault.vault.azure.net");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn vault_url(&mut self, client: SecretClient) -> Result<String, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_vault_url(client.0))
    }

    /// Returns the scope of the tokens for a client's vault.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// assert_eq!(instance.scope(client).await?.as_deref(), Some("https://vault.azure.net/.default"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn scope(&mut self, client: SecretClient) -> Result<Option<String>, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_scope(client.0))
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let secret = instance.get_secret(client, "secret-a", &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &GetSecretOptions,
    ) -> Result<Secret, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_get_secret(client.0, name), options)??)
    }

    /// Reads several secrets concurrently. Returns a result for each, in the order of the names.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// for secret in instance.get_secrets(client, &["secret-a".to_owned()], &Default::default()).await? {
    ///     println!("{}", secret?.properties.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_secrets(
        &mut self,
        client: SecretClient,
        names: &[String],
        options: &GetSecretOptions,
    ) -> Result<Vec<Result<Secret, AzureError>>, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_get_secrets(client.0, names), options)
    }

    /// Sets a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let properties = instance.set_secret(client, "secret-a", "value", &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        value: &str,
        options: &SetSecretOptions,
    ) -> Result<SecretProperties, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_set_secret(client.0, name, value), options)??)
    }

    /// Changes the properties of a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = keyfob_host_test::SetSecretOptions { enabled: Some(false), ..Default::default() };
    /// instance.update_secret_properties(client, "secret-a", &options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_secret_properties(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &SetSecretOptions,
    ) -> Result<SecretProperties, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_update_secret_properties(client.0, name), options)??)
    }

    /// Returns a list of all secrets. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let list = instance.list_secrets(client, &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_secrets(&mut self, client: SecretClient, options: &ListOptions) -> Result<SecretList, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_list_properties_of_secrets(client.0), options)
            .map(SecretList)
    }

    /// Returns a list of a secret's versions. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let list = instance.list_secret_versions(client, "secret-a", &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_secret_versions(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &ListOptions,
    ) -> Result<SecretList, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_list_properties_of_secret_versions(client.0, name), options)
            .map(SecretList)
    }

    /// Returns a list of all deleted secrets. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let list = instance.list_deleted_secrets(client, &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_deleted_secrets(
        &mut self,
        client: SecretClient,
        options: &ListOptions,
    ) -> Result<DeletedSecretList, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_list_deleted_secrets(client.0), options)
            .map(DeletedSecretList)
    }

    /// Returns the next page of a list; `None` after the last.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, list: keyfob_host_test::SecretList) -> Result<(), Box<dyn std::error::Error>> {
    /// while let Some(page) = instance.next_page(list).await? {
    ///     println!("{} secrets", page.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_page(&mut self, list: SecretList) -> Result<Option<Vec<SecretProperties>>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_list.call_next(list.0))??)
    }

    /// Returns the next page of a list of deleted secrets; `None` after the last.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, list: keyfob_host_test::DeletedSecretList) -> Result<(), Box<dyn std::error::Error>> {
    /// while let Some(page) = instance.next_deleted_page(list).await? {
    ///     println!("{} deleted secrets", page.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_deleted_page(
        &mut self,
        list: DeletedSecretList,
    ) -> Result<Option<Vec<DeletedSecret>>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.deleted_secret_list.call_next(list.0))??)
    }

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
