//! The words of the caller: how the language of the calling program writes the options, functions and settings that errors
//! and hints name. Every text that depends on the caller is in this table.

use crate::prelude::*;

/// The variable by which a program that embeds the component names its language: `command`, `python` or `javascript`. With
/// any other value, or none, texts use the words of the WIT package. The variable is not part of the configuration.
pub(crate) const VARIABLE: &str = "KEYFOB_LANGUAGE";

/// The language of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// The WIT package.
    #[default]
    Wit,
    /// The command `keyfob`.
    Command,
    /// The Python package.
    Python,
    /// The JavaScript package.
    JavaScript,
}

impl Language {
    /// The language that the variable names.
    pub(crate) fn named(value: &str) -> Self {
        match value {
            "command" => Self::Command,
            "python" => Self::Python,
            "javascript" => Self::JavaScript,
            _ => Self::Wit,
        }
    }

    /// The phrase in this language.
    pub(crate) fn say(self, phrase: Phrase) -> &'static str {
        let Phrase(wit, command, python, javascript) = phrase;
        match self {
            Self::Wit => wit,
            Self::Command => command,
            Self::Python => python,
            Self::JavaScript => javascript,
        }
    }

    /// The phrase in this language, with a value for each of these placeholders, such as `{host}`.
    pub(crate) fn fill(self, phrase: Phrase, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(phrase).to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// A phrase in the words of the WIT package, the command, Python and JavaScript.
#[derive(Clone, Copy)]
pub(crate) struct Phrase(&'static str, &'static str, &'static str, &'static str);

// ---- where a value comes from ----

pub(crate) const AUTHORITY_HOST: Phrase = Phrase(
    "the option authority-host",
    "the option for the authority",
    "the argument authority",
    "the option authorityHost",
);
pub(crate) const TENANT_ID: Phrase =
    Phrase("the option tenant-id", "the option for the tenant", "the argument tenant_id", "the option tenantId");
/// The tenant for workload identity, as an option of the default chain.
pub(crate) const CHAIN_TENANT_ID: Phrase = Phrase(
    "the option tenant-id",
    "the option for the tenant",
    "the argument workload_identity_tenant_id",
    "the option tenantId",
);
pub(crate) const TOKEN_FILE_PATH: Phrase = Phrase(
    "the option token-file-path",
    "the option for the token file",
    "the argument token_file_path",
    "the option tokenFilePath",
);
pub(crate) const ALLOWED_TENANTS: Phrase = Phrase(
    "the option additionally-allowed-tenant",
    "the option for further tenants",
    "the argument additionally_allowed_tenants",
    "the option additionallyAllowedTenants",
);
pub(crate) const EXCLUDE: Phrase =
    Phrase("the option exclude", "the option exclude", "the arguments exclude_…", "the option exclude");
pub(crate) const REQUIRE_TOKEN_CREDENTIALS: Phrase = Phrase(
    "the option require-token-credentials",
    "the code",
    "the argument require_envvar",
    "the option requiredEnvVars",
);
pub(crate) const IMDS_CONNECT_TIMEOUT: Phrase = Phrase(
    "the option imds-connect-timeout",
    "the time to connect",
    "the time to connect",
    "the option imdsConnectTimeoutInMs",
);
/// The client id for workload identity: its own option, or that of a managed identity.
pub(crate) const WORKLOAD_CLIENT_ID: Phrase = Phrase(
    "the option workload-identity-client-id",
    "the option --managed-identity-client-id",
    "the argument client_id",
    "the option clientId",
);
pub(crate) const CHAIN_WORKLOAD_CLIENT_ID: Phrase = Phrase(
    "the option workload-identity-client-id",
    "the option --managed-identity-client-id",
    "the argument workload_identity_client_id",
    "the option workloadIdentityClientId",
);
/// The options of ManagedIdentityCredential.
pub(crate) const CLIENT_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-client-id",
    "the argument client_id",
    "the option clientId",
);
pub(crate) const OBJECT_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-object-id",
    "the argument identity_config",
    "the option objectId",
);
pub(crate) const RESOURCE_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-resource-id",
    "the argument identity_config",
    "the option resourceId",
);
/// The options of the default chain.
pub(crate) const CHAIN_CLIENT_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-client-id",
    "the argument managed_identity_client_id",
    "the option managedIdentityClientId",
);
pub(crate) const CHAIN_OBJECT_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-object-id",
    "the argument for the object id",
    "the option managedIdentityObjectId",
);
pub(crate) const CHAIN_RESOURCE_ID: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-resource-id",
    "the argument for the resource id",
    "the option managedIdentityResourceId",
);
pub(crate) const SYSTEM_ASSIGNED: Phrase = Phrase(
    "the option managed-identity",
    "the option --managed-identity-system-assigned",
    "the argument managed_identity_system_assigned",
    "the option managedIdentitySystemAssigned",
);
pub(crate) const TENANT_ARGUMENT: Phrase =
    Phrase("the argument tenant-id", "the tenant", "the argument tenant_id", "the argument tenantId");
pub(crate) const CLIENT_ARGUMENT: Phrase =
    Phrase("the argument client-id", "the client id", "the argument client_id", "the argument clientId");
pub(crate) const SECRET_ARGUMENT: Phrase = Phrase(
    "the argument client-secret",
    "the client secret",
    "the argument client_secret",
    "the argument clientSecret",
);
pub(crate) const CERTIFICATE_ARGUMENT: Phrase = Phrase(
    "the argument certificate",
    "the certificate",
    "the argument certificate_path or certificate_data",
    "the argument certificate",
);
pub(crate) const ASSERTION_PROVIDER: Phrase =
    Phrase("the assertion's provider", "the assertion's provider", "the function func", "the function getAssertion");

// ---- options of calls ----

/// What limits a call, with its range.
pub(crate) const TIMEOUT_RANGE: Phrase = Phrase(
    "the option timeout is not 1 to 600,000 milliseconds",
    "the option --timeout is not 0.001 to 600 seconds",
    "the argument timeout is not 0.001 to 600 seconds",
    "requestOptions.timeout is not 1 to 600,000 milliseconds",
);
pub(crate) const MAX_PAGE_SIZE: Phrase = Phrase("max-page-size", "--max-page-size", "max_page_size", "maxPageSize");
pub(crate) const API_VERSION: Phrase = Phrase(
    "the option api-version",
    "the option for the API version",
    "the argument api_version",
    "the option serviceVersion",
);
pub(crate) const CACHE_TIMES: Phrase = Phrase(
    "cache-ttl and cache-stale-if-error are",
    "the times of the cache are",
    "cache_ttl and cache_stale_if_error are",
    "cache.ttlInSeconds and cache.staleIfErrorInSeconds are",
);
pub(crate) const CACHE_LIMITS: Phrase = Phrase(
    "cache-limits are",
    "the limits of the cache are",
    "cache_max_secrets and cache_max_bytes are",
    "cache.limits are",
);
pub(crate) const CACHE_WITHOUT_TTL: Phrase = Phrase(
    "cache-stale-if-error needs cache-ttl: without it nothing is kept",
    "the cache keeps nothing without a time to live",
    "cache_stale_if_error needs cache_ttl: without it nothing is kept",
    "cache.staleIfErrorInSeconds needs cache.ttlInSeconds: without it nothing is kept",
);

// ---- functions ----

pub(crate) const SET_TOKEN: Phrase = Phrase("set-token", "the caller", "the caller", "the caller");
pub(crate) const SET_ASSERTION: Phrase = Phrase("set-assertion", "the caller", "the caller", "the caller");
