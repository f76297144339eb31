//! Names of options, arguments and functions. A caller that has no such option has none of these errors: its column is empty.

use super::{Phrase, Template};

// ---- where a value comes from ----
pub(crate) const AUTHORITY_HOST: Phrase =
    phrase!("the option authority-host||the argument authority|the option authorityHost");

pub(crate) const TENANT_ID: Phrase =
    phrase!("the option tenant-id||the argument tenant_id or workload_identity_tenant_id|the option tenantId");

pub(crate) const TOKEN_FILE_PATH: Phrase =
    phrase!("the option token-file-path||the argument token_file_path|the option tokenFilePath");

pub(crate) const ALLOWED_TENANTS: Phrase = phrase!(
    "the option additionally-allowed-tenant||the argument additionally_allowed_tenants|the option additionallyAllowedTenants",
);

pub(crate) const EXCLUDE: Phrase = phrase!("the option exclude||the arguments exclude_…|the option exclude");

pub(crate) const REQUIRE_TOKEN_CREDENTIALS: Phrase =
    phrase!("the option require-token-credentials|the code|the argument require_envvar|the option requiredEnvVars");

pub(crate) const IMDS_CONNECT_TIMEOUT: Phrase =
    phrase!("the option imds-connect-timeout|||the option imdsConnectTimeoutInMs");

/// The client id for workload identity: its own option, or that of a managed identity.
pub(crate) const WORKLOAD_CLIENT_ID: Phrase = phrase!(
    "the option workload-identity-client-id||the argument client_id or workload_identity_client_id|the option clientId or workloadIdentityClientId",
);

/// The options of ManagedIdentityCredential.
pub(crate) const CLIENT_ID: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-client-id|the argument client_id|the option clientId",
);

pub(crate) const OBJECT_ID: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-object-id|the argument identity_config|the option objectId",
);

pub(crate) const RESOURCE_ID: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-resource-id|the argument identity_config|the option resourceId",
);

/// The options of the default chain.
pub(crate) const CHAIN_CLIENT_ID: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-client-id|the argument managed_identity_client_id|the option managedIdentityClientId",
);

pub(crate) const CHAIN_OBJECT_ID: Phrase =
    phrase!("the option managed-identity|the option --managed-identity-object-id||the option managedIdentityObjectId");

pub(crate) const CHAIN_RESOURCE_ID: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-resource-id||the option managedIdentityResourceId",
);

pub(crate) const SYSTEM_ASSIGNED: Phrase = phrase!(
    "the option managed-identity|the option --managed-identity-system-assigned|the argument managed_identity_system_assigned|the option managedIdentitySystemAssigned",
);

pub(crate) const TENANT_ARGUMENT: Phrase =
    phrase!("the argument tenant-id||the argument tenant_id|the argument tenantId");

pub(crate) const CLIENT_ARGUMENT: Phrase =
    phrase!("the argument client-id||the argument client_id|the argument clientId");

pub(crate) const SECRET_ARGUMENT: Phrase =
    phrase!("the argument client-secret||the argument client_secret|the argument clientSecret");

pub(crate) const CERTIFICATE_ARGUMENT: Phrase =
    phrase!("the argument certificate||the argument certificate_path or certificate_data|the argument certificate");

#[cfg_attr(not(feature = "embedded"), allow(dead_code))]
pub(crate) const ASSERTION_PROVIDER: Phrase =
    phrase!("the assertion's provider|the assertion's provider|the function func|the function getAssertion");

// ---- options of calls ----

/// What limits a call, with its range.
pub(crate) const TIMEOUT_RANGE: Phrase = phrase!(
    "the option timeout is not 1 to 600,000 milliseconds|the option --timeout is not 0.001 to 600 seconds|the argument timeout is not 0.001 to 600 seconds|requestOptions.timeout is not 1 to 600,000 milliseconds",
);

pub(crate) const MAX_PAGE_SIZE: Phrase = phrase!("max-page-size|--max-page-size|max_page_size|maxPageSize");

pub(crate) const API_VERSION: Phrase =
    phrase!("the option api-version||the argument api_version|the option serviceVersion");

pub(crate) const CACHE_TIMES: Template = template!(
    "<cache-ttl and cache-stale-if-error|the times of the cache|cache_ttl and cache_stale_if_error|\
     cache.ttlInSeconds and cache.staleIfErrorInSeconds> are 1 to 86,400 seconds",
);
pub(crate) const CACHE_LIMITS: Template = template!(
    "<cache-limits|the limits of the cache|cache_max_secrets and cache_max_bytes|cache.limits> are 1 to 10,000 secrets and \
     1 to 16,777,216 bytes",
);
pub(crate) const CACHE_WITHOUT_TTL: Template = template!(
    "<cache-stale-if-error needs cache-ttl|the cache needs a time to live|cache_stale_if_error needs cache_ttl|\
     cache.staleIfErrorInSeconds needs cache.ttlInSeconds>: without it nothing is kept",
);

// ---- functions ----
pub(crate) const SET_TOKEN: Phrase = phrase!("set-token|the caller");

pub(crate) const SET_ASSERTION: Phrase = phrase!("set-assertion|the caller");

/// The option that gives IMDS more time for a connection, at the end of a message.
pub(crate) const IMDS_TIMEOUT_OPTION: Phrase =
    phrase!(" (option imds-connect-timeout)||| (option imdsConnectTimeoutInMs)");

pub(crate) const MAX_CONCURRENCY: Phrase =
    phrase!("max-concurrency|the number of concurrent requests|max_concurrency|maxConcurrency");

pub(crate) const OUT_CONTENT_TYPE: Phrase =
    phrase!("the option out-content-type||the argument out_content_type|the option outContentType");

pub(crate) const GET_TOKEN: Phrase = phrase!("get-token|a token request|get_token|getToken");
