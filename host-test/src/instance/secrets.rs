//! Clients of vaults.

use std::time::Duration;

use wasmtime::component::ResourceAny;

use super::{Credential, Instance, bug};
use crate::bindings::exports::keyfob::azure::secrets::{Secret, SecretProperties};
use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::failure::CallError;
use crate::spec::{ClientOptions, GetSecretOptions, ListOptions, SetOptions, milliseconds};

/// A client for one vault inside one instance.
#[derive(Clone, Copy, Debug)]
pub struct SecretClient(pub ResourceAny);

/// A list of secrets inside one instance.
#[derive(Clone, Copy, Debug)]
pub struct SecretList(pub ResourceAny);

/// A deletion or a recovery inside one instance.
#[derive(Clone, Copy, Debug)]
pub struct SecretChange(pub ResourceAny);

impl Instance {
    /// Makes a client for a vault.
    pub async fn open(
        &mut self,
        vault_url: &str,
        credential: Credential,
        options: &ClientOptions,
    ) -> Result<SecretClient, CallError> {
        let secrets = self.bindings.keyfob_azure_secrets();
        let store = &mut self.store;
        let handle = secrets.client_options().call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(verify) = options.verify_challenge_resource {
            let guest = secrets.client_options();
            guest.call_verify_challenge_resource(&mut *store, handle, verify).await.map_err(bug)?;
        }
        if let Some(version) = &options.api_version {
            secrets.client_options().call_api_version(&mut *store, handle, version).await.map_err(bug)?;
        }
        if let Some(ttl) = options.cache_ttl {
            secrets.client_options().call_cache_ttl(&mut *store, handle, ttl.as_secs()).await.map_err(bug)?;
        }
        if let Some((count, bytes)) = options.cache_limits {
            secrets.client_options().call_cache_limits(&mut *store, handle, count, bytes).await.map_err(bug)?;
        }
        if let Some(time) = options.cache_stale_if_error {
            let guest = secrets.client_options();
            guest.call_cache_stale_if_error(&mut *store, handle, time.as_secs()).await.map_err(bug)?;
        }
        let guest = secrets.secret_client();
        let client = guest.call_open(store, vault_url, credential.0, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretClient(client?))
    }

    /// Reads a secret.
    pub async fn get_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &GetSecretOptions,
    ) -> Result<Secret, CallError> {
        let handle = self.get_secret_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let secret = guest.call_get_secret(&mut self.store, client.0, name, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(secret?)
    }

    /// Reads several secrets at the same time: the outcome of each, in the order of the names.
    pub async fn get_secrets(
        &mut self,
        client: SecretClient,
        names: &[String],
        options: &GetSecretOptions,
    ) -> Result<Vec<Result<Secret, AzureError>>, CallError> {
        let handle = self.get_secret_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let outcomes = guest.call_get_secrets(&mut self.store, client.0, names, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(outcomes)
    }

    async fn get_secret_options(&mut self, options: &GetSecretOptions) -> Result<ResourceAny, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().get_secret_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(version) = &options.version {
            guest.call_version(&mut *store, handle, version).await.map_err(bug)?;
        }
        if let Some(content_type) = &options.out_content_type {
            guest.call_out_content_type(&mut *store, handle, content_type).await.map_err(bug)?;
        }
        if options.bypass_cache {
            guest.call_bypass_cache(&mut *store, handle, true).await.map_err(bug)?;
        }
        if let Some(count) = options.max_concurrency {
            guest.call_max_concurrency(&mut *store, handle, count).await.map_err(bug)?;
        }
        if let Some(limit) = options.timeout {
            guest.call_timeout(&mut *store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        Ok(handle)
    }

    /// Begins a list of secrets. Nothing is sent yet.
    pub async fn list_secrets(&mut self, client: SecretClient, options: &ListOptions) -> Result<SecretList, CallError> {
        let handle = self.list_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let list = guest.call_list_properties_of_secrets(&mut self.store, client.0, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretList(list))
    }

    /// Begins a list of a secret's versions.
    pub async fn list_secret_versions(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &ListOptions,
    ) -> Result<SecretList, CallError> {
        let handle = self.list_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let list = guest.call_list_properties_of_secret_versions(&mut self.store, client.0, name, Some(handle));
        let list = list.await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretList(list))
    }

    /// Begins a list of deleted secrets.
    pub async fn list_deleted_secrets(
        &mut self,
        client: SecretClient,
        options: &ListOptions,
    ) -> Result<SecretList, CallError> {
        let handle = self.list_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let list = guest.call_list_deleted_secrets(&mut self.store, client.0, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretList(list))
    }

    async fn list_options(&mut self, options: &ListOptions) -> Result<ResourceAny, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().list_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(size) = options.max_page_size {
            guest.call_max_page_size(&mut *store, handle, size).await.map_err(bug)?;
        }
        if let Some(limit) = options.timeout {
            guest.call_timeout(&mut *store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        Ok(handle)
    }

    async fn set_options(&mut self, options: &SetOptions) -> Result<ResourceAny, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().set_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(content_type) = &options.content_type {
            guest.call_content_type(&mut *store, handle, content_type).await.map_err(bug)?;
        }
        if let Some(enabled) = options.enabled {
            guest.call_enabled(&mut *store, handle, enabled).await.map_err(bug)?;
        }
        if let Some(seconds) = options.not_before {
            guest.call_not_before(&mut *store, handle, seconds).await.map_err(bug)?;
        }
        if let Some(seconds) = options.expires_on {
            guest.call_expires_on(&mut *store, handle, seconds).await.map_err(bug)?;
        }
        if let Some(tags) = &options.tags {
            guest.call_tags(&mut *store, handle, tags).await.map_err(bug)?;
        }
        if let Some(version) = &options.version {
            guest.call_version(&mut *store, handle, version).await.map_err(bug)?;
        }
        if let Some(limit) = options.timeout {
            guest.call_timeout(&mut *store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        Ok(handle)
    }

    async fn call_options(&mut self, timeout: Option<Duration>) -> Result<ResourceAny, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().call_options();
        let handle = guest.call_constructor(&mut self.store).await.map_err(bug)?;
        if let Some(limit) = timeout {
            guest.call_timeout(&mut self.store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        Ok(handle)
    }

    /// Sets a secret.
    pub async fn set_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        value: &str,
        options: &SetOptions,
    ) -> Result<SecretProperties, CallError> {
        let handle = self.set_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let told = guest.call_set_secret(&mut self.store, client.0, name, value, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(told?)
    }

    /// Changes what is known of a secret.
    pub async fn update_secret_properties(
        &mut self,
        client: SecretClient,
        name: &str,
        options: &SetOptions,
    ) -> Result<SecretProperties, CallError> {
        let handle = self.set_options(options).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let told = guest.call_update_secret_properties(&mut self.store, client.0, name, Some(handle));
        let told = told.await.map_err(bug)?;
        self.release(handle).await?;
        Ok(told?)
    }

    /// Begins to delete a secret.
    pub async fn begin_delete_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<SecretChange, CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let begun = guest.call_begin_delete_secret(&mut self.store, client.0, name, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretChange(begun?))
    }

    /// Begins to recover a deleted secret.
    pub async fn begin_recover_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<SecretChange, CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let begun = guest.call_begin_recover_deleted_secret(&mut self.store, client.0, name, Some(handle));
        let begun = begun.await.map_err(bug)?;
        self.release(handle).await?;
        Ok(SecretChange(begun?))
    }

    /// What the vault said of a secret when a deletion or a recovery of it began.
    pub async fn properties(&mut self, change: SecretChange) -> Result<SecretProperties, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().secret_change();
        guest.call_properties(&mut self.store, change.0).await.map_err(bug)
    }

    /// Waits for a deletion or a recovery.
    pub async fn wait(&mut self, change: SecretChange, timeout: Option<Duration>) -> Result<(), CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_change();
        let done = guest.call_wait(&mut self.store, change.0, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(done?)
    }

    /// What the vault says of a deleted secret.
    pub async fn get_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<SecretProperties, CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let told = guest.call_get_deleted_secret(&mut self.store, client.0, name, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(told?)
    }

    /// Deletes a deleted secret for good.
    pub async fn purge_deleted_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<(), CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let done = guest.call_purge_deleted_secret(&mut self.store, client.0, name, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(done?)
    }

    /// Backs a secret up.
    pub async fn backup_secret(
        &mut self,
        client: SecretClient,
        name: &str,
        timeout: Option<Duration>,
    ) -> Result<Vec<u8>, CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let backup = guest.call_backup_secret(&mut self.store, client.0, name, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(backup?)
    }

    /// Restores a secret from its backup.
    pub async fn restore_secret_backup(
        &mut self,
        client: SecretClient,
        backup: &[u8],
        timeout: Option<Duration>,
    ) -> Result<SecretProperties, CallError> {
        let handle = self.call_options(timeout).await?;
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        let told = guest.call_restore_secret_backup(&mut self.store, client.0, backup, Some(handle));
        let told = told.await.map_err(bug)?;
        self.release(handle).await?;
        Ok(told?)
    }

    /// The next page of a list; `None` after the last.
    pub async fn next_page(&mut self, list: SecretList) -> Result<Option<Vec<SecretProperties>>, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().secret_list();
        Ok(guest.call_next(&mut self.store, list.0).await.map_err(bug)??)
    }

    /// The scope that a token for the client's vault must have.
    pub async fn scope(&mut self, client: SecretClient) -> Result<Option<String>, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        guest.call_scope(&mut self.store, client.0).await.map_err(bug)
    }

    /// Drops a client.
    pub async fn drop_client(&mut self, client: SecretClient) -> Result<(), CallError> {
        self.release(client.0).await
    }

    /// Drops a list.
    pub async fn drop_list(&mut self, list: SecretList) -> Result<(), CallError> {
        self.release(list.0).await
    }

    /// Drops a deletion or a recovery, which goes on in the vault.
    pub async fn drop_change(&mut self, change: SecretChange) -> Result<(), CallError> {
        self.release(change.0).await
    }
}
