//! Lists of secrets, of their versions and of deleted secrets.

use crate::bindings::exports::keyfob::azure::secrets::{DeletedSecret, SecretProperties};
use crate::call_error::CallError;
use crate::instance::Instance;
use crate::instance::handle::{DeletedSecretList, SecretClient, SecretList};
use crate::spec::ListOptions;

impl Instance {
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
}
