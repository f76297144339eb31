//! The interface `secrets`.

use alloc::rc::Rc;

use super::bindings::exports::keyfob::azure::{identity as wit, secrets, types};
use super::identity::Credential;
use super::{Options, Runtime};
use crate::prelude::*;
use crate::{ClientOptions, GetSecretOptions, ListOptions, SetOptions};

impl secrets::GuestClientOptions for Options<ClientOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_verify_challenge_resource(&self, verify: bool) {
        self.set(|options| options.verify_challenge_resource = verify);
    }

    fn set_api_version(&self, version: String) {
        self.set(|options| options.api_version = Some(version));
    }

    fn set_cache_ttl(&self, ttl: types::Seconds) {
        self.set(|options| options.cache.ttl = Some(ttl));
    }

    fn set_cache_limits(&self, secrets: u32, bytes: u64) {
        self.set(|options| (options.cache.secrets, options.cache.bytes) = (secrets, bytes));
    }

    fn set_cache_stale_if_error(&self, duration: types::Seconds) {
        self.set(|options| options.cache.stale_if_error = Some(duration));
    }
}

impl secrets::GuestGetSecretOptions for Options<GetSecretOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_version(&self, version: String) {
        self.set(|options| options.version = Some(version));
    }

    fn set_out_content_type(&self, content_type: String) {
        self.set(|options| options.out_content_type = Some(content_type));
    }

    fn set_bypass_cache(&self, bypass: bool) {
        self.set(|options| options.bypass_cache = bypass);
    }

    fn set_max_concurrency(&self, count: u32) {
        self.set(|options| options.max_concurrency = Some(count));
    }

    fn set_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.timeout = Some(timeout));
    }
}

impl secrets::GuestSetSecretOptions for Options<SetOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_content_type(&self, content_type: String) {
        self.set(|options| options.content_type = Some(content_type));
    }

    fn set_enabled(&self, enabled: bool) {
        self.set(|options| options.enabled = Some(enabled));
    }

    fn set_not_before(&self, time: types::UnixSeconds) {
        self.set(|options| options.not_before = Some(time));
    }

    fn set_expires_on(&self, time: types::UnixSeconds) {
        self.set(|options| options.expires_on = Some(time));
    }

    fn set_tags(&self, tags: Vec<(String, String)>) {
        self.set(|options| options.tags = Some(tags));
    }

    fn set_version(&self, version: String) {
        self.set(|options| options.version = Some(version));
    }

    fn set_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.timeout = Some(timeout));
    }
}

/// Options for operations that have only a timeout.
#[derive(Clone, Default)]
pub(super) struct CallOptions {
    timeout: Option<u64>,
}

impl secrets::GuestCallOptions for Options<CallOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.timeout = Some(timeout));
    }
}

impl secrets::GuestListOptions for Options<ListOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_max_page_size(&self, count: u32) {
        self.set(|options| options.max_page_size = Some(count));
    }

    fn set_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.timeout = Some(timeout));
    }
}

/// A client and the executor that its calls block on.
pub(super) struct SecretClient {
    pub(super) runtime: Rc<Runtime>,
    pub(super) core: Rc<crate::SecretClient>,
}

/// A list and the executor that its calls block on.
pub(super) struct SecretList {
    #[cfg_attr(feature = "p3", allow(dead_code, reason = "the host runs the futures"))]
    runtime: Rc<Runtime>,
    core: crate::SecretList,
}

impl secrets::GuestSecretList for SecretList {
    waits! {
        fn next(&self) -> Result<Option<Vec<secrets::SecretProperties>>, types::AzureError> {
            Ok(wait!(self.runtime, self.core.next())?.map(|page| page.into_iter().map(Into::into).collect()))
        }
    }
}

/// A list of deleted secrets and the executor that its calls block on.
pub(super) struct DeletedSecretList {
    #[cfg_attr(feature = "p3", allow(dead_code, reason = "the host runs the futures"))]
    runtime: Rc<Runtime>,
    core: crate::SecretList,
}

impl secrets::GuestDeletedSecretList for DeletedSecretList {
    waits! {
        fn next(&self) -> Result<Option<Vec<secrets::DeletedSecret>>, types::AzureError> {
            Ok(wait!(self.runtime, self.core.next())?.map(|page| page.into_iter().map(Into::into).collect()))
        }
    }
}

/// A recovery in progress and the executor that its calls block on.
pub(super) struct SecretPoller {
    #[cfg_attr(feature = "p3", allow(dead_code, reason = "the host runs the futures"))]
    runtime: Rc<Runtime>,
    core: crate::SecretPoller,
}

/// A deletion in progress and the executor that its calls block on.
pub(super) struct DeletedSecretPoller {
    #[cfg_attr(feature = "p3", allow(dead_code, reason = "the host runs the futures"))]
    runtime: Rc<Runtime>,
    core: crate::SecretPoller,
}

impl secrets::GuestSecretPoller for SecretPoller {
    fn properties(&self) -> secrets::SecretProperties {
        self.core.properties().clone().into()
    }

    waits! {
        fn wait(&self, options: Option<CallHandle<'_>>) -> Result<(), types::AzureError> {
            Ok(wait!(self.runtime, self.core.wait(timeout(options)))?)
        }
    }
}

impl secrets::GuestDeletedSecretPoller for DeletedSecretPoller {
    fn deleted_secret(&self) -> secrets::DeletedSecret {
        self.core.properties().clone().into()
    }

    waits! {
        fn wait(&self, options: Option<CallHandle<'_>>) -> Result<(), types::AzureError> {
            Ok(wait!(self.runtime, self.core.wait(timeout(options)))?)
        }
    }
}

type CallHandle<'a> = secrets::CallOptionsBorrow<'a>;
type SetHandle<'a> = secrets::SetSecretOptionsBorrow<'a>;
type ListHandle<'a> = secrets::ListOptionsBorrow<'a>;
type PropertiesResult = Result<secrets::SecretProperties, types::AzureError>;

/// The timeout of a call, in milliseconds.
fn timeout(options: Option<CallHandle<'_>>) -> Option<u64> {
    options_or_default!(options, CallOptions).timeout
}

impl secrets::GuestSecretClient for SecretClient {
    fn create(
        vault_url: String,
        credential: wit::CredentialBorrow<'_>,
        options: Option<secrets::ClientOptionsBorrow<'_>>,
    ) -> Result<secrets::SecretClient, types::AzureError> {
        let client =
            credential.get::<Credential>().create_client(&vault_url, options_or_default!(options, ClientOptions))?;
        Ok(secrets::SecretClient::new(client))
    }

    fn vault_url(&self) -> String {
        self.core.vault_url()
    }

    fn scope(&self) -> Option<String> {
        self.core.scope()
    }

    waits! {
        fn get_secret(
            &self, name: String, options: Option<secrets::GetSecretOptionsBorrow<'_>>
        ) -> Result<secrets::Secret, types::AzureError> {
            let options = options_or_default!(options, GetSecretOptions);
            Ok(wait!(self.runtime, self.core.get_secret(&name, &options))?.into())
        }
    }

    waits! {
        fn get_secrets(
            &self, names: Vec<String>, options: Option<secrets::GetSecretOptionsBorrow<'_>>
        ) -> Vec<Result<secrets::Secret, types::AzureError>> {
            let options = options_or_default!(options, GetSecretOptions);
            let outcomes = wait!(self.runtime, self.core.get_secrets(&names, &options));
            outcomes.into_iter().map(|outcome| Ok(outcome?.into())).collect()
        }
    }

    waits! {
        fn set_secret(&self, name: String, value: String, options: Option<SetHandle<'_>>) -> PropertiesResult {
            let options = options_or_default!(options, SetOptions);
            Ok(wait!(self.runtime, self.core.set_secret(&name, value.into(), &options))?.into())
        }
    }

    waits! {
        fn update_secret_properties(&self, name: String, options: Option<SetHandle<'_>>) -> PropertiesResult {
            let options = options_or_default!(options, SetOptions);
            Ok(wait!(self.runtime, self.core.update_secret_properties(&name, &options))?.into())
        }
    }

    fn list_properties_of_secrets(&self, options: Option<ListHandle<'_>>) -> secrets::SecretList {
        let core = self.core.list_properties_of_secrets(&options_or_default!(options, ListOptions));
        secrets::SecretList::new(SecretList { runtime: self.runtime.clone(), core })
    }

    fn list_properties_of_secret_versions(&self, name: String, options: Option<ListHandle<'_>>) -> secrets::SecretList {
        let core = self.core.list_properties_of_secret_versions(&name, &options_or_default!(options, ListOptions));
        secrets::SecretList::new(SecretList { runtime: self.runtime.clone(), core })
    }

    waits! {
        fn begin_delete_secret(
            &self, name: String, options: Option<CallHandle<'_>>
        ) -> Result<secrets::DeletedSecretPoller, types::AzureError> {
            let core = wait!(self.runtime, self.core.begin_delete_secret(&name, timeout(options)))?;
            Ok(secrets::DeletedSecretPoller::new(DeletedSecretPoller { runtime: self.runtime.clone(), core }))
        }
    }

    waits! {
        fn get_deleted_secret(
            &self, name: String, options: Option<CallHandle<'_>>
        ) -> Result<secrets::DeletedSecret, types::AzureError> {
            Ok(wait!(self.runtime, self.core.get_deleted_secret(&name, timeout(options)))?.into())
        }
    }

    fn list_deleted_secrets(&self, options: Option<ListHandle<'_>>) -> secrets::DeletedSecretList {
        let core = self.core.list_deleted_secrets(&options_or_default!(options, ListOptions));
        secrets::DeletedSecretList::new(DeletedSecretList { runtime: self.runtime.clone(), core })
    }

    waits! {
        fn begin_recover_deleted_secret(
            &self, name: String, options: Option<CallHandle<'_>>
        ) -> Result<secrets::SecretPoller, types::AzureError> {
            let core = wait!(self.runtime, self.core.begin_recover_deleted_secret(&name, timeout(options)))?;
            Ok(secrets::SecretPoller::new(SecretPoller { runtime: self.runtime.clone(), core }))
        }
    }

    waits! {
        fn purge_deleted_secret(&self, name: String, options: Option<CallHandle<'_>>) -> Result<(), types::AzureError> {
            Ok(wait!(self.runtime, self.core.purge_deleted_secret(&name, timeout(options)))?)
        }
    }

    waits! {
        fn backup_secret(&self, name: String, options: Option<CallHandle<'_>>) -> Result<Vec<u8>, types::AzureError> {
            Ok(wait!(self.runtime, self.core.backup_secret(&name, timeout(options)))?)
        }
    }

    waits! {
        fn restore_secret_backup(&self, backup: Vec<u8>, options: Option<CallHandle<'_>>) -> PropertiesResult {
            Ok(wait!(self.runtime, self.core.restore_secret_backup(&backup, timeout(options)))?.into())
        }
    }
}
