//! The option records of [`spec`](crate::spec) as resources of the component.

use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use crate::bindings::Keyfob as World;
use crate::spec::{
    ClientOptions, CredentialOptions, GetSecretOptions, ListOptions, SetSecretOptions, TokenOptions, milliseconds,
};
use crate::store::State;

/// Options that the component takes as a resource.
pub(super) trait Options {
    /// Makes the resource. The caller drops it.
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny>;
}

/// Makes the resource, and calls each setter once for each item of its option or list.
macro_rules! make {
    ($store:expr, $resource:expr, { $($item:pat in $items:expr => $setter:ident($($argument:expr),+)),+ $(,)? }) => {{
        let handle = $resource.call_constructor(&mut *$store).await?;
        $(for $item in IntoIterator::into_iter($items) {
            $resource.$setter(&mut *$store, handle, $($argument),+).await?;
        })+
        Ok(handle)
    }};
}

impl Options for CredentialOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self {
            managed_identity,
            workload_identity_client_id,
            tenant_id,
            token_file_path,
            exclude,
            authority_host,
            disable_instance_discovery,
            imds_connect_timeout,
            additionally_allowed_tenants,
            require_token_credentials,
            send_certificate_chain,
        } = self;
        make!(store, world.keyfob_azure_identity().credential_options(), {
            id in managed_identity => call_set_managed_identity(id),
            id in workload_identity_client_id => call_set_workload_identity_client_id(id),
            tenant in tenant_id => call_set_tenant_id(tenant),
            path in token_file_path => call_set_token_file_path(path),
            name in exclude => call_exclude_credential(name),
            url in authority_host => call_set_authority_host(url),
            disable in disable_instance_discovery => call_set_disable_instance_discovery(*disable),
            timeout in imds_connect_timeout => call_set_imds_connect_timeout(milliseconds(*timeout)),
            tenant in additionally_allowed_tenants => call_add_additionally_allowed_tenant(tenant),
            require in require_token_credentials => call_set_require_token_credentials(*require),
            send in send_certificate_chain => call_set_send_certificate_chain(*send),
        })
    }
}

impl Options for TokenOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self { timeout, tenant_id, claims, enable_cae } = self;
        make!(store, world.keyfob_azure_identity().token_options(), {
            timeout in timeout => call_set_timeout(milliseconds(*timeout)),
            tenant in tenant_id => call_set_tenant_id(tenant),
            claims in claims => call_set_claims(claims),
            enable in enable_cae => call_set_enable_cae(*enable),
        })
    }
}

impl Options for ClientOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self { verify_challenge_resource, api_version, cache_ttl, cache_limits, cache_stale_if_error } = self;
        make!(store, world.keyfob_azure_secrets().client_options(), {
            verify in verify_challenge_resource => call_set_verify_challenge_resource(*verify),
            version in api_version => call_set_api_version(version),
            ttl in cache_ttl => call_set_cache_ttl(ttl.as_secs()),
            (secrets, bytes) in cache_limits => call_set_cache_limits(*secrets, *bytes),
            duration in cache_stale_if_error => call_set_cache_stale_if_error(duration.as_secs()),
        })
    }
}

impl Options for GetSecretOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self { version, out_content_type, bypass_cache, max_concurrency, timeout } = self;
        make!(store, world.keyfob_azure_secrets().get_secret_options(), {
            version in version => call_set_version(version),
            content_type in out_content_type => call_set_out_content_type(content_type),
            bypass in bypass_cache.then_some(true) => call_set_bypass_cache(bypass),
            count in max_concurrency => call_set_max_concurrency(*count),
            timeout in timeout => call_set_timeout(milliseconds(*timeout)),
        })
    }
}

impl Options for SetSecretOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self { content_type, enabled, not_before, expires_on, tags, version, timeout } = self;
        make!(store, world.keyfob_azure_secrets().set_secret_options(), {
            content_type in content_type => call_set_content_type(content_type),
            enabled in enabled => call_set_enabled(*enabled),
            time in not_before => call_set_not_before(*time),
            time in expires_on => call_set_expires_on(*time),
            tags in tags => call_set_tags(tags),
            version in version => call_set_version(version),
            timeout in timeout => call_set_timeout(milliseconds(*timeout)),
        })
    }
}

impl Options for ListOptions {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        let Self { max_page_size, timeout } = self;
        make!(store, world.keyfob_azure_secrets().list_options(), {
            size in max_page_size => call_set_max_page_size(*size),
            timeout in timeout => call_set_timeout(milliseconds(*timeout)),
        })
    }
}

/// The WIT resource `call-options`: a timeout, or none.
impl Options for Option<Duration> {
    async fn make(&self, world: &World, store: &mut Store<State>) -> wasmtime::Result<ResourceAny> {
        make!(store, world.keyfob_azure_secrets().call_options(), {
            timeout in self => call_set_timeout(milliseconds(*timeout)),
        })
    }
}
