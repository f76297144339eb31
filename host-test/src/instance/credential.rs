//! Credentials, and the calls on them.

use wasmtime::component::ResourceAny;

use super::handle::Credential;
use super::{Instance, trap};
use crate::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate};
use crate::call_error::CallError;
use crate::spec::{CredentialKind, CredentialSpec, TokenOptions};

impl Instance {
    /// Makes a credential. The component checks the arguments and options when the credential is used.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let credential = instance.create_credential(&keyfob_host_test::CredentialKind::Default.into()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_credential(&mut self, spec: &CredentialSpec) -> Result<Credential, CallError> {
        if let CredentialKind::Chained(members) = &spec.kind {
            return self.chain(members).await;
        }
        let options = self.make(&spec.options).await?;
        let made = self.call_constructor_of(&spec.kind, Some(options)).await.map_err(trap)?;
        self.drop_resource(options).await?;
        Ok(Credential(made))
    }

    async fn call_constructor_of(
        &mut self,
        kind: &CredentialKind,
        options: Option<ResourceAny>,
    ) -> wasmtime::Result<ResourceAny> {
        let guest = self.bindings.keyfob_azure_identity().credential();
        let store = &mut self.store;
        match kind {
            CredentialKind::Chained(_) | CredentialKind::Default => guest.call_default_azure(store, options).await,
            CredentialKind::Environment => guest.call_environment(store, options).await,
            CredentialKind::WorkloadIdentity => guest.call_workload_identity(store, options).await,
            CredentialKind::ManagedIdentity => guest.call_managed_identity(store, options).await,
            CredentialKind::ClientSecret { tenant_id, client_id, client_secret } => {
                guest.call_client_secret(store, tenant_id, client_id, client_secret, options).await
            }
            CredentialKind::ClientAssertion { tenant_id, client_id, assertion } => {
                guest.call_client_assertion(store, tenant_id, client_id, assertion, options).await
            }
            CredentialKind::ClientCertificate { tenant_id, client_id, certificate, password } => {
                let password = password.as_deref();
                guest.call_client_certificate(store, tenant_id, client_id, certificate, password, options).await
            }
            CredentialKind::Static { token, expires_on, scope } => {
                guest.call_static_token(store, token, *expires_on, scope.as_deref()).await
            }
        }
    }

    async fn chain(&mut self, members: &[CredentialSpec]) -> Result<Credential, CallError> {
        let mut handles = Vec::with_capacity(members.len());
        for member in members {
            // Boxed: a chain may contain chains.
            handles.push(Box::pin(self.create_credential(member)).await?.0);
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let made = guest.call_chained(&mut self.store, &handles).await.map_err(trap)?;
        for handle in handles {
            self.drop_resource(handle).await?;
        }
        Ok(Credential(made))
    }

    /// Returns a credential's class name in the Azure SDKs.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// assert_eq!(instance.credential_name(credential).await?, "DefaultAzureCredential");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn credential_name(&mut self, credential: Credential) -> Result<String, CallError> {
        call!(self, keyfob_azure_identity.credential.call_name(credential.0))
    }

    /// Asks a credential for a token.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// let token = instance.get_token(credential, &["https://vault.azure.net/.default"], &Default::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_token(
        &mut self,
        credential: Credential,
        scopes: &[&str],
        options: &TokenOptions,
    ) -> Result<AccessToken, CallError> {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        Ok(call!(self, keyfob_azure_identity.credential.call_get_token(credential.0, &scopes), options)??)
    }

    /// Returns what a credential would try.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// let candidates = instance.explain(credential).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn explain(&mut self, credential: Credential) -> Result<Vec<Candidate>, CallError> {
        call!(self, keyfob_azure_identity.credential.call_explain(credential.0))
    }

    /// Replaces the token of a static credential. `expires_on` is in unix seconds.
    ///
    /// # Errors
    /// `unsupported` for any other credential.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.set_token(credential, "a token", 1_796_083_200, Some("https://vault.azure.net/.default")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_token(
        &mut self,
        credential: Credential,
        token: &str,
        expires_on: u64,
        scope: Option<&str>,
    ) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_identity.credential.call_set_token(credential.0, token, expires_on, scope))??)
    }

    /// Replaces the assertion of a client assertion credential.
    ///
    /// # Errors
    /// `unsupported` for any other credential.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.set_assertion(credential, "an assertion").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_assertion(&mut self, credential: Credential, assertion: &str) -> Result<(), CallError> {
        Ok(call!(self, keyfob_azure_identity.credential.call_set_assertion(credential.0, assertion))??)
    }
}
