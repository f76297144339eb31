//! Clients, handed to the core and back.

use alloc::rc::Rc;

use super::bindings::exports::keyfob::azure::{identity as wit, secrets, types};
use super::identity::Credential;
use super::{Options, Runtime};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::{ClientOptions, GetSecretOptions, ListOptions, Properties, SetOptions};

impl secrets::GuestClientOptions for Options<ClientOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn verify_challenge_resource(&self, verify: bool) {
        self.set(|options| options.verify_challenge_resource = verify);
    }

    fn api_version(&self, version: String) {
        self.set(|options| options.api_version = Some(version));
    }

    fn cache_ttl(&self, seconds: u64) {
        self.set(|options| options.cache.ttl = Some(seconds));
    }

    fn cache_limits(&self, secrets: u32, bytes: u64) {
        self.set(|options| (options.cache.secrets, options.cache.bytes) = (secrets, bytes));
    }

    fn cache_stale_if_error(&self, seconds: u64) {
        self.set(|options| options.cache.stale_if_error = Some(seconds));
    }
}

impl secrets::GuestGetSecretOptions for Options<GetSecretOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn version(&self, version: String) {
        self.set(|options| options.version = Some(version));
    }

    fn out_content_type(&self, content_type: String) {
        self.set(|options| options.out_content_type = Some(content_type));
    }

    fn bypass_cache(&self, bypass: bool) {
        self.set(|options| options.bypass_cache = bypass);
    }

    fn max_concurrency(&self, count: u32) {
        self.set(|options| options.max_concurrency = Some(count));
    }

    fn timeout(&self, milliseconds: u64) {
        self.set(|options| options.timeout = Some(milliseconds));
    }
}

impl secrets::GuestSetOptions for Options<SetOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn content_type(&self, content_type: String) {
        self.set(|options| options.content_type = Some(content_type));
    }

    fn enabled(&self, enabled: bool) {
        self.set(|options| options.enabled = Some(enabled));
    }

    fn not_before(&self, seconds: u64) {
        self.set(|options| options.not_before = Some(seconds));
    }

    fn expires_on(&self, seconds: u64) {
        self.set(|options| options.expires_on = Some(seconds));
    }

    fn tags(&self, tags: Vec<(String, String)>) {
        self.set(|options| options.tags = Some(tags));
    }

    fn version(&self, version: String) {
        self.set(|options| options.version = Some(version));
    }

    fn timeout(&self, milliseconds: u64) {
        self.set(|options| options.timeout = Some(milliseconds));
    }
}

/// How what needs no further word is done.
#[derive(Clone, Default)]
pub(super) struct CallOptions {
    timeout: Option<u64>,
}

impl secrets::GuestCallOptions for Options<CallOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn timeout(&self, milliseconds: u64) {
        self.set(|options| options.timeout = Some(milliseconds));
    }
}

impl secrets::GuestListOptions for Options<ListOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn max_page_size(&self, count: u32) {
        self.set(|options| options.max_page_size = Some(count));
    }

    fn timeout(&self, milliseconds: u64) {
        self.set(|options| options.timeout = Some(milliseconds));
    }
}

/// A client and the executor that its calls block on.
pub(super) struct SecretClient {
    pub(super) runtime: Rc<Runtime>,
    pub(super) core: Rc<crate::SecretClient>,
}

/// A list and the executor that its calls block on.
pub(super) struct SecretList {
    runtime: Rc<Runtime>,
    core: crate::SecretList,
}

impl secrets::GuestSecretList for SecretList {
    fn next(&self) -> Result<Option<Vec<secrets::SecretProperties>>, types::AzureError> {
        let page = self.runtime.block_on(Box::pin(self.core.next()))?;
        Ok(page.map(|page| page.into_iter().map(Into::into).collect()))
    }
}

/// A deletion or a recovery and the executor that its calls block on.
pub(super) struct SecretChange {
    runtime: Rc<Runtime>,
    core: crate::Change,
}

impl secrets::GuestSecretChange for SecretChange {
    fn properties(&self) -> secrets::SecretProperties {
        self.core.properties().clone().into()
    }

    fn wait(&self, options: Option<CallHandle<'_>>) -> Result<(), types::AzureError> {
        Ok(self.runtime.block_on(Box::pin(self.core.wait(chosen!(options, CallOptions).timeout)))?)
    }
}

type CallHandle<'a> = secrets::CallOptionsBorrow<'a>;
type SetHandle<'a> = secrets::SetOptionsBorrow<'a>;
type ListHandle<'a> = secrets::ListOptionsBorrow<'a>;
type Told = Result<secrets::SecretProperties, types::AzureError>;

// Not inlined: the bindings around each export are large enough.
impl SecretClient {
    #[inline(never)]
    fn told(&self, call: LocalFuture<'_, crate::Result<Properties>>) -> Told {
        Ok(self.runtime.block_on(call)?.into())
    }

    #[inline(never)]
    fn begun(
        &self,
        call: LocalFuture<'_, crate::Result<crate::Change>>,
    ) -> Result<secrets::SecretChange, types::AzureError> {
        let core = self.runtime.block_on(call)?;
        Ok(secrets::SecretChange::new(SecretChange { runtime: self.runtime.clone(), core }))
    }

    #[inline(never)]
    fn list(&self, core: crate::SecretList) -> secrets::SecretList {
        secrets::SecretList::new(SecretList { runtime: self.runtime.clone(), core })
    }
}

impl secrets::GuestSecretClient for SecretClient {
    fn open(
        vault_url: String,
        credential: wit::CredentialBorrow<'_>,
        options: Option<secrets::ClientOptionsBorrow<'_>>,
    ) -> Result<secrets::SecretClient, types::AzureError> {
        let client = credential.get::<Credential>().open(&vault_url, chosen!(options, ClientOptions))?;
        Ok(secrets::SecretClient::new(client))
    }

    fn scope(&self) -> Option<String> {
        self.core.scope()
    }

    fn get_secret(
        &self,
        name: String,
        options: Option<secrets::GetSecretOptionsBorrow<'_>>,
    ) -> Result<secrets::Secret, types::AzureError> {
        let options = chosen!(options, GetSecretOptions);
        Ok(self.runtime.block_on(Box::pin(self.core.get_secret(&name, &options)))?.into())
    }

    fn get_secrets(
        &self,
        names: Vec<String>,
        options: Option<secrets::GetSecretOptionsBorrow<'_>>,
    ) -> Vec<Result<secrets::Secret, types::AzureError>> {
        let options = chosen!(options, GetSecretOptions);
        let outcomes = self.runtime.block_on(Box::pin(self.core.get_secrets(&names, &options)));
        outcomes.into_iter().map(|outcome| Ok(outcome?.into())).collect()
    }

    fn set_secret(&self, name: String, value: String, options: Option<SetHandle<'_>>) -> Told {
        let options = chosen!(options, SetOptions);
        self.told(Box::pin(self.core.set_secret(&name, value.into(), &options)))
    }

    fn update_secret_properties(&self, name: String, options: Option<SetHandle<'_>>) -> Told {
        let options = chosen!(options, SetOptions);
        self.told(Box::pin(self.core.update_secret_properties(&name, &options)))
    }

    fn list_properties_of_secrets(&self, options: Option<ListHandle<'_>>) -> secrets::SecretList {
        self.list(self.core.list_properties_of_secrets(&chosen!(options, ListOptions)))
    }

    fn list_properties_of_secret_versions(&self, name: String, options: Option<ListHandle<'_>>) -> secrets::SecretList {
        self.list(self.core.list_properties_of_secret_versions(&name, &chosen!(options, ListOptions)))
    }

    fn begin_delete_secret(
        &self,
        name: String,
        options: Option<CallHandle<'_>>,
    ) -> Result<secrets::SecretChange, types::AzureError> {
        self.begun(Box::pin(self.core.begin_delete_secret(&name, chosen!(options, CallOptions).timeout)))
    }

    fn get_deleted_secret(&self, name: String, options: Option<CallHandle<'_>>) -> Told {
        self.told(Box::pin(self.core.get_deleted_secret(&name, chosen!(options, CallOptions).timeout)))
    }

    fn list_deleted_secrets(&self, options: Option<ListHandle<'_>>) -> secrets::SecretList {
        self.list(self.core.list_deleted_secrets(&chosen!(options, ListOptions)))
    }

    fn begin_recover_deleted_secret(
        &self,
        name: String,
        options: Option<CallHandle<'_>>,
    ) -> Result<secrets::SecretChange, types::AzureError> {
        self.begun(Box::pin(self.core.begin_recover_deleted_secret(&name, chosen!(options, CallOptions).timeout)))
    }

    fn purge_deleted_secret(&self, name: String, options: Option<CallHandle<'_>>) -> Result<(), types::AzureError> {
        let timeout = chosen!(options, CallOptions).timeout;
        Ok(self.runtime.block_on(Box::pin(self.core.purge_deleted_secret(&name, timeout)))?)
    }

    fn backup_secret(&self, name: String, options: Option<CallHandle<'_>>) -> Result<Vec<u8>, types::AzureError> {
        let timeout = chosen!(options, CallOptions).timeout;
        Ok(self.runtime.block_on(Box::pin(self.core.backup_secret(&name, timeout)))?)
    }

    fn restore_secret_backup(&self, backup: Vec<u8>, options: Option<CallHandle<'_>>) -> Told {
        self.told(Box::pin(self.core.restore_secret_backup(&backup, chosen!(options, CallOptions).timeout)))
    }
}
