//! Calls at once. The build for WASI 0.3 serves them together, the one for WASI 0.2 one after the other.

use std::time::Duration;

use futures_util::future::join_all;
use wasmtime::component::{ResourceAny, TypedFunc};

use super::handle::{SecretClient, SecretList};
use super::{Instance, trap};
use crate::bindings::exports::keyfob::azure::secrets::{Secret, SecretProperties};
use crate::bindings::exports::keyfob::azure::types::AzureError;
use crate::call_error::CallError;
use crate::spec::GetSecretOptions;

/// The interface, under the version of the bindings: see [`Keyfob`](crate::Keyfob).
const SECRETS: &str = "keyfob:azure/secrets@0.1.0";

type GetSecret = TypedFunc<(ResourceAny, String, Option<ResourceAny>), (Result<Secret, AzureError>,)>;
type Next = TypedFunc<(ResourceAny,), (Result<Option<Vec<SecretProperties>>, AzureError>,)>;

/// A read of a secret among others that run at the same time.
#[derive(Clone, Debug, Default)]
pub struct ConcurrentRead {
    /// The name of the secret.
    pub name: String,
    /// How it is read.
    pub options: GetSecretOptions,
    /// When the caller stops waiting; never if `None`. The component goes on with the call: wasmtime can't cancel it.
    pub abandon_after: Option<Duration>,
}

impl Instance {
    /// Reads secrets by a call for each, all at once. Returns a result for each, in the order of `reads`, and `None` for a call
    /// that was abandoned.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    ///
    /// ```no_run
    /// # async fn example(mut instance: keyfob_host_test::Instance, client: keyfob_host_test::SecretClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use keyfob_host_test::ConcurrentRead;
    ///
    /// let reads = ["db-user", "db-password"].map(|name| ConcurrentRead { name: name.to_owned(), ..Default::default() });
    /// for secret in instance.get_secrets_at_once(client, &reads).await? {
    ///     println!("{}", secret.expect("it was not abandoned")?.properties.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[allow(clippy::result_large_err, reason = "the component's errors are returned as they are")]
    pub async fn get_secrets_at_once(
        &mut self,
        client: SecretClient,
        reads: &[ConcurrentRead],
    ) -> Result<Vec<Option<Result<Secret, AzureError>>>, CallError> {
        let get_secret: GetSecret = self.function(SECRETS, "[method]secret-client.get-secret")?;
        let mut options = Vec::new();
        for read in reads {
            options.push(self.make(&read.options).await?);
        }
        let calls = reads.iter().zip(&options);
        let results = self.store.run_concurrent(async |accessor| {
            join_all(calls.map(async |(read, options)| {
                let call = get_secret.call_concurrent(accessor, (client.0, read.name.clone(), Some(*options)));
                match read.abandon_after {
                    None => Some(call.await).transpose(),
                    Some(time) => tokio::time::timeout(time, call).await.ok().transpose(),
                }
            }))
            .await
        });
        let results = results.await.map_err(trap)?;
        for (handle, result) in options.into_iter().zip(&results) {
            // A call that goes on still has its options.
            if !matches!(result, Ok(None)) {
                self.drop_resource(handle).await?;
            }
        }
        let mut secrets = Vec::new();
        for result in results {
            let Some((secret,)) = result.map_err(trap)? else {
                secrets.push(None);
                continue;
            };
            secrets.push(Some(secret));
        }
        Ok(secrets)
    }

    /// Asks a list for its next page by this many calls at once. Returns what each of them gets.
    ///
    /// # Errors
    /// [`CallError::Trap`] if the component can't be called.
    pub async fn next_pages_at_once(
        &mut self,
        list: SecretList,
        count: usize,
    ) -> Result<Vec<Result<Option<Vec<SecretProperties>>, AzureError>>, CallError> {
        let next: Next = self.function(SECRETS, "[method]secret-list.next")?;
        let results = self.store.run_concurrent(async |accessor| {
            join_all((0..count).map(async |_| next.call_concurrent(accessor, (list.0,)).await)).await
        });
        let results = results.await.map_err(trap)?;
        results.into_iter().map(|result| Ok(result.map_err(trap)?.0)).collect()
    }

    fn function<Parameters, Results>(
        &mut self,
        interface: &str,
        name: &str,
    ) -> Result<TypedFunc<Parameters, Results>, CallError>
    where
        Parameters: wasmtime::component::ComponentNamedList + wasmtime::component::Lower,
        Results: wasmtime::component::ComponentNamedList + wasmtime::component::Lift,
    {
        let interface = self.instance.get_export_index(&mut self.store, None, interface);
        let function = self.instance.get_export_index(&mut self.store, interface.as_ref(), name);
        let function = function.ok_or_else(|| trap(wasmtime::Error::msg("the component does not export it")))?;
        self.instance.get_typed_func(&mut self.store, function).map_err(trap)
    }
}
