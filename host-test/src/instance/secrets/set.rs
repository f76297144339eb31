//! Setting secrets and their properties.

use crate::bindings::exports::keyfob::azure::secrets::SecretProperties;
use crate::call_error::CallError;
use crate::instance::Instance;
use crate::instance::handle::SecretClient;
use crate::spec::SetSecretOptions;

impl Instance {
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
}
