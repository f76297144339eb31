//! A running component and its calls.

/// Calls a function of the component. With options their resource is made first, passed as the last argument, and dropped.
macro_rules! call {
    ($self:ident, $interface:ident.$resource:ident.$function:ident($($argument:expr),*)) => {
        $self.bindings.$interface().$resource().$function(&mut $self.store, $($argument),*).await.map_err($crate::instance::trap)
    };
    ($self:ident, $interface:ident.$resource:ident.$function:ident($($argument:expr),*), $options:expr) => {{
        let options = $self.make($options).await?;
        let returned = call!($self, $interface.$resource.$function($($argument,)* Some(options)))?;
        $self.drop_resource(options).await.and(Ok(returned))
    }};
}

#[cfg(feature = "p3")]
mod concurrent;
mod credential;
mod handle;
mod options;
mod secrets;

use wasmtime::component::ResourceAny;
use wasmtime::{Store, WasmCoreDump};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::bindings::Keyfob as World;
use crate::bindings::exports::keyfob::azure::identity::AccessToken;
use crate::call_error::{CallError, TrapError};
use crate::error::{HostError, cause};
use crate::host::Host;
use crate::store::{Captured, State};
#[cfg(feature = "p3")]
pub use concurrent::ConcurrentRead;
pub use handle::{Credential, DeletedSecretList, DeletedSecretPoller, Handle, SecretClient, SecretList, SecretPoller};
use options::Options;

/// A running component. After a [`CallError::Trap`] it can't be called any more.
pub struct Instance {
    store: Store<State>,
    bindings: World,
    #[cfg(feature = "p3")]
    instance: wasmtime::component::Instance,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl Instance {
    /// Calls `simple.fetch-secret`: reads the latest value of a secret.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let value = instance.fetch_secret("https://my-vault.vault.azure.net", "secret-a").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch_secret(&mut self, vault_url: &str, name: &str) -> Result<String, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple.call_fetch_secret(&mut self.store, vault_url, name).await.map_err(trap)??)
    }

    /// Calls `simple.fetch-token`: gets a token for one scope.
    ///
    /// # Errors
    /// The component's error, or [`CallError::Trap`] if it can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let token = instance.fetch_token("https://vault.azure.net/.default").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch_token(&mut self, scope: &str) -> Result<AccessToken, CallError> {
        let simple = self.bindings.keyfob_azure_simple();
        Ok(simple.call_fetch_token(&mut self.store, scope).await.map_err(trap)??)
    }

    /// Drops a handle. Resources that were made from it stay valid: clients of a credential, lists and pollers of a client.
    ///
    /// # Errors
    /// [`CallError::Trap`] for a handle of another instance, and if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, credential: keyfob_host_test::Credential) -> Result<(), Box<dyn std::error::Error>> {
    /// instance.drop_handle(credential).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn drop_handle(&mut self, handle: impl Into<Handle>) -> Result<(), CallError> {
        self.drop_resource(handle.into().0).await
    }

    /// The size of the component's memory in bytes: the most that its calls needed so far, because it never shrinks.
    pub fn memory_size(&self) -> usize {
        self.store.data().memory_size.bytes
    }

    /// Ends the instance and returns the content of its memory, for tests that look for secrets left in it.
    ///
    /// # Errors
    /// [`HostError::NotInspectable`] if the component was not compiled by [`Keyfob::inspectable`](crate::Keyfob::inspectable).
    pub async fn into_memory(mut self) -> Result<Vec<u8>, HostError> {
        // Any call will do: it traps before its first instruction, and the trap carries the memory.
        self.store.epoch_deadline_trap();
        self.store.set_epoch_deadline(0);
        let guest = self.bindings.keyfob_azure_identity().token_options();
        let Err(trap) = guest.call_constructor(&mut self.store).await else { return Err(HostError::NotInspectable) };
        let dump: &WasmCoreDump = trap.downcast_ref().ok_or(HostError::NotInspectable)?;
        let memories: Vec<_> = dump.memories().iter().map(|memory| memory.data(&self.store)).collect();
        Ok(memories.concat())
    }

    /// The component's captured stdout, then its stderr, for tests that look for secrets in them.
    pub fn captured_output(&self) -> String {
        let both = [self.stdout.contents(), self.stderr.contents()].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    async fn make(&mut self, options: &impl Options) -> Result<ResourceAny, CallError> {
        options.make(&self.bindings, &mut self.store).await.map_err(trap)
    }

    async fn drop_resource(&mut self, handle: ResourceAny) -> Result<(), CallError> {
        handle.resource_drop_async(&mut self.store).await.map_err(trap)
    }
}

impl Host {
    /// Makes a new instance. Its caches are empty; it shares connections and the recorder with the host's other instances.
    ///
    /// # Errors
    /// [`HostError`] if a folder of the host can't be opened, or the component does not start.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), keyfob_host_test::HostError> {
    /// use keyfob_host_test::{Host, Keyfob};
    ///
    /// let instance = Host::new(&Keyfob::bundled()?).instantiate().await?;
    /// assert!(instance.memory_size() > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn instantiate(&self) -> Result<Instance, HostError> {
        let (mut store, Captured { stdout, stderr }) = self.store(&self.component.engine, &[])?;
        let start = |error| HostError::Start(cause(error));
        let instance = self.component.pre.instance_pre().instantiate_async(&mut store).await.map_err(start)?;
        let bindings = World::new(&mut store, &instance).map_err(start)?;
        Ok(Instance {
            store,
            bindings,
            #[cfg(feature = "p3")]
            instance,
            stdout,
            stderr,
        })
    }
}

/// A trap, or a component whose exports differ from its world.
fn trap(error: wasmtime::Error) -> CallError {
    CallError::Trap(TrapError(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Keyfob;
    use crate::spec::{CredentialKind, CredentialSpec, TokenOptions};

    #[tokio::test]
    async fn a_static_token_comes_back() {
        let host = Host::new(&Keyfob::bundled().expect("the component"));
        let mut instance = host.instantiate().await.expect("an instance");
        let kind = CredentialKind::Static { token: "t0ken".to_owned(), expires_on: u64::from(u32::MAX), scope: None };
        let credential = instance.create_credential(&kind.into()).await.expect("a credential");
        let scopes = ["https://vault.azure.net/.default"];
        let token = instance.get_token(credential, &scopes, &TokenOptions::default()).await.expect("a token");
        assert_eq!(token.token, "t0ken");
        assert_eq!(instance.captured_output(), "");
    }

    #[tokio::test]
    async fn what_only_a_bug_can_do_says_so() {
        let host = Host::new(&Keyfob::bundled().expect("the component"));
        let mut one = host.instantiate().await.expect("an instance");
        let mut two = host.instantiate().await.expect("an instance");
        let credential = one.create_credential(&CredentialSpec::default()).await.expect("a credential");
        let error = two.drop_handle(credential).await.expect_err("a handle of another instance");
        assert!(matches!(error, CallError::Trap(_)));
        assert!(error.to_string().contains("bug of Keyfob"));
    }
}
