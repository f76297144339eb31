//! A running component and its calls.

mod credential;
mod secrets;

use anyhow::{Context as _, bail};
use wasmtime::component::ResourceAny;
use wasmtime::{Store, WasmCoreDump};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::bindings::Keyfob as World;
use crate::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate};
use crate::bindings::exports::keyfob::azure::types::{AzureError, ErrorKind};
use crate::failure::CallError;
use crate::host::State;
use crate::spec::{TokenOptions, milliseconds};
pub use secrets::{SecretChange, SecretClient, SecretList};

/// A credential inside one instance. Dropping it here does not drop it there: [`Instance::drop_credential`] does.
#[derive(Clone, Copy, Debug)]
pub struct Credential(pub ResourceAny);

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
            guest.call_timeout(&mut *store, handle, milliseconds(limit)).await.map_err(bug)?;
        }
        if let Some(tenant) = &options.tenant_id {
            guest.call_tenant_id(&mut *store, handle, tenant).await.map_err(bug)?;
        }
        if let Some(claims) = &options.claims {
            guest.call_claims(&mut *store, handle, claims).await.map_err(bug)?;
        }
        if let Some(enable) = options.enable_cae {
            guest.call_enable_cae(&mut *store, handle, enable).await.map_err(bug)?;
        }
        let guest = self.bindings.keyfob_azure_identity().credential();
        let token = guest.call_get_token(store, credential.0, &scopes, Some(handle)).await.map_err(bug)?;
        self.release(handle).await?;
        Ok(token?)
    }

    /// What a credential would try.
    pub async fn explain(&mut self, credential: Credential) -> Result<Vec<Candidate>, CallError> {
        let guest = self.bindings.keyfob_azure_identity().credential();
        guest.call_explain(&mut self.store, credential.0).await.map_err(bug)
    }

    /// Replaces the token of a static credential.
    pub async fn set_token(&mut self, credential: Credential, token: &str, expires_on: u64) -> Result<(), CallError> {
        let guest = self.bindings.keyfob_azure_identity().credential();
        guest.call_set_token(&mut self.store, credential.0, token, expires_on).await.map_err(bug)?.map_err(of_kind)
    }

    /// Replaces the assertion of a client assertion credential.
    pub async fn set_assertion(&mut self, credential: Credential, assertion: &str) -> Result<(), CallError> {
        let guest = self.bindings.keyfob_azure_identity().credential();
        guest.call_set_assertion(&mut self.store, credential.0, assertion).await.map_err(bug)?.map_err(of_kind)
    }

    /// The interface `simple`: the latest value of a secret.
    pub async fn fetch_secret(&mut self, vault_url: &str, name: &str) -> Result<String, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple.call_fetch_secret(&mut self.store, vault_url, name).await.map_err(bug)??)
    }

    /// The interface `simple`: a token for one scope.
    pub async fn fetch_token(&mut self, scope: &str) -> Result<AccessToken, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple.call_fetch_token(&mut self.store, scope).await.map_err(bug)??)
    }

    /// Drops a credential's handle. Clients made from it live on.
    pub async fn drop_credential(&mut self, credential: Credential) -> Result<(), CallError> {
        self.release(credential.0).await
    }

    /// How much memory the component has, in bytes: what its calls needed at most so far.
    pub fn memory(&self) -> usize {
        self.store.data().memory.0
    }

    /// Ends the instance and gives what its memory then holds, byte by byte, for tests that look for what was left behind.
    ///
    /// # Errors
    /// Where the component was not compiled [`transparent`](crate::Keyfob::transparent).
    pub async fn into_memory(mut self) -> anyhow::Result<Vec<u8>> {
        // Any call: it traps before its first instruction, and the memory comes with the trap.
        self.store.epoch_deadline_trap();
        self.store.set_epoch_deadline(0);
        let guest = self.bindings.keyfob_azure_identity().token_options();
        let Err(trap) = guest.call_constructor(&mut self.store).await else { bail!("the call did not trap") };
        let dump: &WasmCoreDump = trap.downcast_ref().context("the component is not transparent")?;
        let memories: Vec<_> = dump.memories().iter().map(|memory| memory.data(&self.store)).collect();
        Ok(memories.concat())
    }

    /// What the component wrote to stdout and stderr so far, for tests that look for leaks.
    pub fn output(&self) -> String {
        let both = [self.stdout.contents(), self.stderr.contents()].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    async fn release(&mut self, handle: ResourceAny) -> Result<(), CallError> {
        handle.resource_drop_async(&mut self.store).await.map_err(bug)
    }
}

/// What only a kind is said of.
fn of_kind(kind: ErrorKind) -> CallError {
    let error = AzureError {
        kind,
        message: "the credential is of another kind".to_owned(),
        hint: None,
        attempts: Vec::new(),
        status: None,
        code: None,
        retry_after: None,
        details: Vec::new(),
    };
    error.into()
}

/// A trap, or a component that is not what its world says.
fn bug(error: wasmtime::Error) -> CallError {
    CallError::Bug(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Keyfob;
    use crate::host::Host;
    use crate::spec::{CredentialKind, CredentialSpec};

    #[tokio::test]
    async fn a_static_token_comes_back() {
        let host = Host::new(&Keyfob::built().expect("the component"));
        let mut instance = host.instantiate().await.expect("an instance");
        let kind = CredentialKind::Static { token: "t0ken".to_owned(), expires_on: u64::from(u32::MAX) };
        let credential = instance.credential(&kind.into()).await.expect("a credential");
        let scopes = ["https://vault.azure.net/.default"];
        let token = instance.get_token(credential, &scopes, &TokenOptions::default()).await.expect("a token");
        assert_eq!(token.token, "t0ken");
        assert_eq!(instance.output(), "");
    }

    #[tokio::test]
    async fn what_only_a_bug_can_do_says_so() {
        let host = Host::new(&Keyfob::built().expect("the component"));
        let mut one = host.instantiate().await.expect("an instance");
        let mut two = host.instantiate().await.expect("an instance");
        let credential = one.credential(&CredentialSpec::default()).await.expect("a credential");
        let error = two.drop_credential(credential).await.expect_err("a handle of another instance");
        assert!(matches!(error, CallError::Bug(_)));
        assert!(error.to_string().contains("bug of Keyfob"));
    }
}
