//! Making a credential from its description.

use wasmtime::component::ResourceAny;

use super::{Credential, Instance, bug};
use crate::failure::CallError;
use crate::spec::{CredentialKind, CredentialSpec, milliseconds};

impl Instance {
    /// Makes a credential.
    pub async fn credential(&mut self, spec: &CredentialSpec) -> Result<Credential, CallError> {
        let options = self.credential_options(spec).await?;
        let made = self.make_credential(spec, options).await;
        self.release(options).await?;
        made
    }

    async fn make_credential(&mut self, spec: &CredentialSpec, options: ResourceAny) -> Result<Credential, CallError> {
        if let CredentialKind::Chained(members) = &spec.kind {
            return self.chain(members).await;
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let store = &mut self.store;
        let made = match &spec.kind {
            CredentialKind::Chained(_) | CredentialKind::Default => {
                guest.call_default_azure(store, Some(options)).await
            }
            CredentialKind::Environment => guest.call_environment(store, Some(options)).await,
            CredentialKind::WorkloadIdentity => guest.call_workload_identity(store, Some(options)).await,
            CredentialKind::ManagedIdentity => guest.call_managed_identity(store, Some(options)).await,
            CredentialKind::ClientSecret { tenant_id, client_id, client_secret } => {
                guest.call_client_secret(store, tenant_id, client_id, client_secret, Some(options)).await
            }
            CredentialKind::ClientAssertion { tenant_id, client_id, assertion } => {
                guest.call_client_assertion(store, tenant_id, client_id, assertion, Some(options)).await
            }
            CredentialKind::ClientCertificate { tenant_id, client_id, certificate, password } => {
                let password = password.as_deref();
                guest.call_client_certificate(store, tenant_id, client_id, certificate, password, Some(options)).await
            }
            CredentialKind::Static { token, expires_on } => guest.call_static_token(store, token, *expires_on).await,
        };
        Ok(Credential(made.map_err(bug)?))
    }

    async fn chain(&mut self, members: &[CredentialSpec]) -> Result<Credential, CallError> {
        let mut handles = Vec::with_capacity(members.len());
        for member in members {
            // Boxed: a chain may hold chains.
            handles.push(Box::pin(self.credential(member)).await?.0);
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let made = guest.call_chained(&mut self.store, &handles).await.map_err(bug)?;
        for handle in handles {
            self.release(handle).await?;
        }
        Ok(Credential(made))
    }

    async fn credential_options(&mut self, spec: &CredentialSpec) -> Result<ResourceAny, CallError> {
        let options = &spec.options;
        let guest = self.bindings.keyfob_azure_identity().credential_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(id) = &options.managed_identity {
            guest.call_managed_identity(&mut *store, handle, id).await.map_err(bug)?;
        }
        if let Some(id) = &options.workload_identity_client_id {
            guest.call_workload_identity_client_id(&mut *store, handle, id).await.map_err(bug)?;
        }
        if let Some(tenant) = &options.tenant_id {
            guest.call_tenant_id(&mut *store, handle, tenant).await.map_err(bug)?;
        }
        if let Some(path) = &options.token_file_path {
            guest.call_token_file_path(&mut *store, handle, path).await.map_err(bug)?;
        }
        for name in &options.exclude {
            guest.call_exclude(&mut *store, handle, name).await.map_err(bug)?;
        }
        if let Some(url) = &options.authority_host {
            guest.call_authority_host(&mut *store, handle, url).await.map_err(bug)?;
        }
        if let Some(disable) = options.disable_instance_discovery {
            guest.call_disable_instance_discovery(&mut *store, handle, disable).await.map_err(bug)?;
        }
        if let Some(limit) = options.imds_connect_timeout {
            guest.call_imds_connect_timeout(&mut *store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        for tenant in &options.additionally_allowed_tenants {
            guest.call_additionally_allowed_tenant(&mut *store, handle, tenant).await.map_err(bug)?;
        }
        if let Some(require) = options.require_token_credentials {
            guest.call_require_token_credentials(&mut *store, handle, require).await.map_err(bug)?;
        }
        if let Some(send) = options.send_certificate_chain {
            guest.call_send_certificate_chain(&mut *store, handle, send).await.map_err(bug)?;
        }
        Ok(handle)
    }
}
