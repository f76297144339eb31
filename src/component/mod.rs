//! Exports the WIT package: passes each call to the core, and converts its result. It has no logic of its own, and is the
//! same over WASI 0.2, over WASI 0.3, and for programs that embed the component.

use core::cell::RefCell;

use crate::prelude::*;
use crate::{ClientOptions, CredentialOptions, GetSecretOptions, ListOptions, SetOptions, TokenOptions};

/// The options of an optional handle: a copy, or the defaults.
macro_rules! options_or_default {
    ($handle:expr, $record:ty) => {
        $handle.map(|handle| handle.get::<Options<$record>>().0.borrow().clone()).unwrap_or_default()
    };
}

/// A function of the WIT package that waits: an asynchronous one over WASI 0.3.
#[cfg(not(feature = "p3"))]
macro_rules! waits {
    (fn $($function:tt)*) => { fn $($function)* };
}
#[cfg(feature = "p3")]
macro_rules! waits {
    (fn $($function:tt)*) => { async fn $($function)* };
}

/// The result of a future, in a function that waits. Over WASI 0.3 the host runs the future, elsewhere the runtime blocks on it.
#[cfg(not(feature = "p3"))]
macro_rules! wait {
    ($runtime:expr, $future:expr) => {
        $runtime.block_on(Box::pin($future))
    };
}
#[cfg(feature = "p3")]
macro_rules! wait {
    ($runtime:expr, $future:expr) => {
        $future.await
    };
}

#[cfg(feature = "embedded")]
mod backups;
mod convert;
mod identity;
#[cfg(feature = "embedded")]
mod providers;
mod secrets;

#[cfg(feature = "embedded")]
use crate::platform::embedded::Host as Runtime;
#[cfg(not(any(feature = "embedded", feature = "p3")))]
use crate::platform::wasi::Wasi as Runtime;
#[cfg(feature = "p3")]
use crate::platform::wasi3::Wasi as Runtime;

mod bindings {
    #![allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    // Nothing is shared: an asynchronous function lowers its result in another way.
    #[cfg(feature = "p3")]
    keyfob_bindgen::generate! {
        path: "wit-0.2",
        world: "keyfob",
    }
    #[cfg(not(any(feature = "embedded", feature = "p3")))]
    keyfob_bindgen::generate! {
        path: "wit",
        world: "keyfob",
        share: ["azure-error", "secret-properties"],
    }
    #[cfg(feature = "embedded")]
    keyfob_bindgen::generate! {
        path: ["wit", "wit-embedding"],
        world: "keyfob:embedding/embedded",
        with: { "keyfob:embedding/host@0.1.0": crate::platform::embedded::host },
        share: ["azure-error", "secret-properties"],
    }
    use super::Component;
    export!(Component);
}

use bindings::exports::keyfob::azure::{identity as wit, secrets as wit_secrets, simple, types};
use identity::Credential;
use secrets::{CallOptions, DeletedSecretList, DeletedSecretPoller, SecretClient, SecretList, SecretPoller};

struct Component;

impl wit::Guest for Component {
    type CredentialOptions = Options<CredentialOptions>;
    type TokenOptions = Options<TokenOptions>;
    type Credential = Credential;
}

impl wit_secrets::Guest for Component {
    type ClientOptions = Options<ClientOptions>;
    type GetSecretOptions = Options<GetSecretOptions>;
    type SetSecretOptions = Options<SetOptions>;
    type CallOptions = Options<CallOptions>;
    type ListOptions = Options<ListOptions>;
    type SecretList = SecretList;
    type DeletedSecretList = DeletedSecretList;
    type SecretPoller = SecretPoller;
    type DeletedSecretPoller = DeletedSecretPoller;
    type SecretClient = SecretClient;
}

/// A builder resource around one of the core's option records.
#[derive(Default)]
struct Options<T>(RefCell<T>);

impl<T: Clone> Options<T> {
    fn set(&self, setter: impl FnOnce(&mut T)) {
        setter(&mut self.0.borrow_mut());
    }
}

impl simple::Guest for Component {
    waits! {
        fn fetch_secret(vault_url: String, name: String) -> Result<String, types::AzureError> {
            let client = Credential::default_azure().create_client(&vault_url, ClientOptions::default())?;
            let secret = wait!(client.runtime, client.core.get_secret(&name, &GetSecretOptions::default()))?;
            Ok(secret.value.expose().to_owned())
        }
    }

    waits! {
        fn fetch_token(scope: String) -> Result<wit::AccessToken, types::AzureError> {
            let credential = Credential::default_azure();
            Ok(wait!(credential.runtime, credential.core.get_token(vec![scope], &TokenOptions::default()))?.into())
        }
    }
}
