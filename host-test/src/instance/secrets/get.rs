//! Reading secrets.

use crate::bindings::exports::keyfob::azure::secrets::Secret;
use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::call_error::CallError;
use crate::instance::Instance;
use crate::instance::handle::SecretClient;
use crate::spec::GetSecretOptions;

impl Instance {
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
}
