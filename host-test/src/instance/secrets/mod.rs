//! Clients of vaults, and the calls on them, in the same files as in the core's `key_vault`.

mod backup;
mod delete;
mod get;
mod list;
mod set;

use super::Instance;
use super::handle::{Credential, SecretClient};
use crate::call_error::CallError;
use crate::spec::ClientOptions;

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
}
