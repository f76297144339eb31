//! Clients of vaults, and the calls on them.

use std::time::Duration;

use super::Instance;
use super::handle::{Credential, DeletedSecretList, DeletedSecretPoller, SecretClient, SecretList, SecretPoller};
use crate::bindings::exports::keyfob::azure::secrets::{DeletedSecret, Secret, SecretProperties};
use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::call_error::CallError;
use crate::spec::{ClientOptions, GetSecretOptions, ListOptions, SetSecretOptions};

/// Every call can fail with the component's error, or with [`CallError::Trap`] if the component can't be called.
impl Instance {
    /// Makes a client for a vault. Nothing is sent.
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
    pub async fn vault_url(&mut self, client: SecretClient) -> Result<String, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_vault_url(client.0))
    }

    /// Returns the scope of the tokens for a client's vault.
    pub async fn scope(&mut self, client: SecretClient) -> Result<Option<String>, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_scope(client.0))
    }

    /// Reads a secret.
    pub async fn get_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &GetSecretOptions,
    ) -> Result<Secret, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_get_secret(client.0, name), options)??)
    }

    /// Reads several secrets concurrently. Returns a result for each, in the order of the names.
    pub async fn get_secrets(
        &mut self,
        client: SecretClient,
        names: &[String],
        options: &GetSecretOptions,
    ) -> Result<Vec<Result<Secret, AzureError>>, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_get_secrets(client.0, names), options)
    }

    /// Sets a secret.
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
    pub async fn update_secret_properties(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &SetSecretOptions,
    ) -> Result<SecretProperties, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_update_secret_properties(client.0, name), options)??)
    }

    /// Returns a list of all secrets. Nothing is sent yet.
    pub async fn list_secrets(&mut self, client: SecretClient, options: &ListOptions) -> Result<SecretList, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_list_properties_of_secrets(client.0), options)
            .map(SecretList)
    }

    /// Returns a list of a secret's versions. Nothing is sent yet.
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
    pub async fn list_deleted_secrets(
        &mut self,
        client: SecretClient,
        options: &ListOptions,
    ) -> Result<DeletedSecretList, CallError> {
        call!(self, keyfob_azure_secrets.secret_client.call_list_deleted_secrets(client.0), options)
            .map(DeletedSecretList)
    }

    /// Returns the next page of a list; `None` after the last.
    pub async fn next_page(&mut self, list: SecretList) -> Result<Option<Vec<SecretProperties>>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_list.call_next(list.0))??)
    }

    /// Returns the next page of a list of deleted secrets; `None` after the last.
    pub async fn next_deleted_page(
        &mut self,
        list: DeletedSecretList,
    ) -> Result<Option<Vec<DeletedSecret>>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.deleted_secret_list.call_next(list.0))??)
    }

    /// Begins to delete a secret.
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
    pub async fn deleted_secret(&mut self, poller: DeletedSecretPoller) -> Result<DeletedSecret, CallError> {
        call!(self, keyfob_azure_secrets.deleted_secret_poller.call_deleted_secret(poller.0))
    }

    /// Waits until a deletion is complete.
    pub async fn wait_deleted(
        &mut self,
        poller: DeletedSecretPoller,
        timeout: Option<Duration>,
    ) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.deleted_secret_poller.call_wait(poller.0), &timeout)??)
    }

    /// Begins to recover a deleted secret.
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
    pub async fn recovered_properties(&mut self, poller: SecretPoller) -> Result<SecretProperties, CallError> {
        call!(self, keyfob_azure_secrets.secret_poller.call_properties(poller.0))
    }

    /// Waits until a recovery is complete.
    pub async fn wait_recovered(&mut self, poller: SecretPoller, timeout: Option<Duration>) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_poller.call_wait(poller.0), &timeout)??)
    }

    /// Reads the properties of a deleted secret.
    pub async fn get_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<DeletedSecret, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_get_deleted_secret(client.0, name), &timeout)??)
    }

    /// Deletes a deleted secret permanently.
    pub async fn purge_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_purge_deleted_secret(client.0, name), &timeout)??)
    }

    /// Returns a backup of a secret.
    pub async fn backup_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<Vec<u8>, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_backup_secret(client.0, name), &timeout)??)
    }

    /// Restores a secret from a backup.
    pub async fn restore_secret_backup(
        &mut self,
        client: SecretClient,
        backup: &[u8],
        timeout: Option<Duration>,
    ) -> Result<SecretProperties, CallError> {
        Ok(call!(self, keyfob_azure_secrets.secret_client.call_restore_secret_backup(client.0, backup), &timeout)??)
    }
}
