//! A running component and its calls.

use anyhow::anyhow;
use wasmtime::Store;
use wasmtime::component::ResourceAny;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::bindings::Keyfob as World;
use crate::bindings::exports::keyfob::azure::identity::AccessToken;
use crate::bindings::exports::keyfob::azure::secrets::Secret;
use crate::failure::CallError;
use crate::host::State;
use crate::spec::{
    ClientOptions, CredentialKind, CredentialSpec, GetSecretOptions, TokenOptions, milliseconds,
};

/// A credential inside one instance. Dropping it here does not drop it there: [`Instance::drop_credential`] does.
#[derive(Clone, Copy, Debug)]
pub struct Credential(pub ResourceAny);

/// A client for one vault inside one instance.
#[derive(Clone, Copy, Debug)]
pub struct SecretClient(pub ResourceAny);

/// A running component. After a [`CallError::Bug`] it can't be called any more.
pub struct Instance {
    /// The store, for calls that have no method here.
    pub store: Store<State>,
    /// The generated bindings.
    pub bindings: World,
    pub(crate) stdout: MemoryOutputPipe,
    pub(crate) stderr: MemoryOutputPipe,
}

impl Instance {
    /// Makes a credential.
    pub async fn credential(&mut self, spec: &CredentialSpec) -> Result<Credential, CallError> {
        let options = self.credential_options(spec).await?;
        let made = self.make_credential(spec, options).await;
        self.release(options).await?;
        made
    }

    /// Asks a credential for a token.
    pub async fn get_token(
        &mut self,
        credential: Credential,
        scopes: &[&str],
        options: &TokenOptions,
    ) -> Result<AccessToken, CallError> {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let guest = self.bindings.keyfob_azure_identity().token_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(limit) = options.timeout {
            guest
                .call_timeout(&mut *store, handle, milliseconds(limit))
                .await
                .map_err(bug)?;
        }
        if let Some(tenant) = &options.tenant_id {
            guest
                .call_tenant_id(&mut *store, handle, tenant)
                .await
                .map_err(bug)?;
        }
        if let Some(claims) = &options.claims {
            guest
                .call_claims(&mut *store, handle, claims)
                .await
                .map_err(bug)?;
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let token = guest
            .call_get_token(store, credential.0, &scopes, Some(handle))
            .await
            .map_err(bug)?;
        self.release(handle).await?;
        Ok(token?)
    }

    /// Replaces the token of a static credential.
    pub async fn set_token(
        &mut self,
        credential: Credential,
        token: &str,
        expires_on: u64,
    ) -> Result<(), CallError> {
        let guest = self.bindings.keyfob_azure_identity().credential();
        Ok(guest
            .call_set_token(&mut self.store, credential.0, token, expires_on)
            .await
            .map_err(bug)??)
    }

    /// Makes a client for a vault.
    pub async fn open(
        &mut self,
        vault_url: &str,
        credential: Credential,
        options: &ClientOptions,
    ) -> Result<SecretClient, CallError> {
        let secrets = self.bindings.keyfob_azure_secrets();
        let store = &mut self.store;
        let handle = secrets
            .client_options()
            .call_constructor(&mut *store)
            .await
            .map_err(bug)?;
        if let Some(verify) = options.verify_challenge_resource {
            let guest = secrets.client_options();
            guest
                .call_verify_challenge_resource(&mut *store, handle, verify)
                .await
                .map_err(bug)?;
        }
        let guest = secrets.secret_client();
        let client = guest
            .call_open(store, vault_url, credential.0, Some(handle))
            .await
            .map_err(bug)?;
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
        let secrets = self.bindings.keyfob_azure_secrets();
        let store = &mut self.store;
        let guest = secrets.get_secret_options();
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(version) = &options.version {
            guest
                .call_version(&mut *store, handle, version)
                .await
                .map_err(bug)?;
        }
        if let Some(limit) = options.timeout {
            guest
                .call_timeout(&mut *store, handle, milliseconds(limit))
                .await
                .map_err(bug)?;
        }
        let guest = secrets.secret_client();
        let secret = guest
            .call_get_secret(store, client.0, name, Some(handle))
            .await
            .map_err(bug)?;
        self.release(handle).await?;
        Ok(secret?)
    }

    /// The scope that a token for the client's vault must have.
    pub async fn scope(&mut self, client: SecretClient) -> Result<Option<String>, CallError> {
        let guest = self.bindings.keyfob_azure_secrets().secret_client();
        guest
            .call_scope(&mut self.store, client.0)
            .await
            .map_err(bug)
    }

    /// The interface `simple`: the latest value of a secret.
    pub async fn fetch_secret(&mut self, vault_url: &str, name: &str) -> Result<String, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple
            .call_fetch_secret(&mut self.store, vault_url, name)
            .await
            .map_err(bug)??)
    }

    /// The interface `simple`: a token for one scope.
    pub async fn fetch_token(&mut self, scope: &str) -> Result<AccessToken, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple
            .call_fetch_token(&mut self.store, scope)
            .await
            .map_err(bug)??)
    }

    /// Drops a credential's handle. Clients made from it live on.
    pub async fn drop_credential(&mut self, credential: Credential) -> Result<(), CallError> {
        self.release(credential.0).await
    }

    /// Drops a client.
    pub async fn drop_client(&mut self, client: SecretClient) -> Result<(), CallError> {
        self.release(client.0).await
    }

    /// What the component wrote to stdout and stderr so far, for tests that look for leaks.
    pub fn output(&self) -> String {
        let both = [self.stdout.contents(), self.stderr.contents()].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    async fn make_credential(
        &mut self,
        spec: &CredentialSpec,
        options: ResourceAny,
    ) -> Result<Credential, CallError> {
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
            CredentialKind::WorkloadIdentity => {
                guest.call_workload_identity(store, Some(options)).await
            }
            CredentialKind::ManagedIdentity => {
                guest.call_managed_identity(store, Some(options)).await
            }
            CredentialKind::ClientSecret {
                tenant_id,
                client_id,
                client_secret,
            } => {
                guest
                    .call_client_secret(store, tenant_id, client_id, client_secret, Some(options))
                    .await
            }
            CredentialKind::Static { token, expires_on } => {
                guest.call_static_token(store, token, *expires_on).await
            }
        };
        Ok(Credential(made.map_err(bug)??))
    }

    async fn chain(&mut self, members: &[CredentialSpec]) -> Result<Credential, CallError> {
        let mut handles = Vec::with_capacity(members.len());
        for member in members {
            // Boxed: a chain may hold chains.
            handles.push(Box::pin(self.credential(member)).await?.0);
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let made = guest
            .call_chained(&mut self.store, &handles)
            .await
            .map_err(bug)?;
        for handle in handles {
            self.release(handle).await?;
        }
        Ok(Credential(made?))
    }

    async fn credential_options(
        &mut self,
        spec: &CredentialSpec,
    ) -> Result<ResourceAny, CallError> {
        let options = &spec.options;
        let guest = self.bindings.keyfob_azure_identity().credential_options();
        let store = &mut self.store;
        let handle = guest.call_constructor(&mut *store).await.map_err(bug)?;
        if let Some(id) = &options.managed_identity {
            guest
                .call_managed_identity(&mut *store, handle, id)
                .await
                .map_err(bug)?;
        }
        if let Some(id) = &options.workload_identity_client_id {
            guest
                .call_workload_identity_client_id(&mut *store, handle, id)
                .await
                .map_err(bug)?;
        }
        if let Some(tenant) = &options.tenant_id {
            guest
                .call_tenant_id(&mut *store, handle, tenant)
                .await
                .map_err(bug)?;
        }
        if let Some(path) = &options.token_file_path {
            guest
                .call_token_file_path(&mut *store, handle, path)
                .await
                .map_err(bug)?;
        }
        for name in &options.exclude {
            guest
                .call_exclude(&mut *store, handle, name)
                .await
                .map_err(bug)?;
        }
        if let Some(url) = &options.authority_host {
            guest
                .call_authority_host(&mut *store, handle, url)
                .await
                .map_err(bug)?;
        }
        if let Some(disable) = options.disable_instance_discovery {
            guest
                .call_disable_instance_discovery(&mut *store, handle, disable)
                .await
                .map_err(bug)?;
        }
        if let Some(limit) = options.imds_connect_timeout {
            guest
                .call_imds_connect_timeout(&mut *store, handle, milliseconds(limit))
                .await
                .map_err(bug)?;
        }
        Ok(handle)
    }

    async fn release(&mut self, handle: ResourceAny) -> Result<(), CallError> {
        handle
            .resource_drop_async(&mut self.store)
            .await
            .map_err(bug)
    }
}

/// A trap, or a component that is not what its world says.
fn bug(error: wasmtime::Error) -> CallError {
    CallError::Bug(anyhow!(error))
}
