//! Options of calls.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::bindings::{identity, secrets};
use crate::time::{to_milliseconds, to_unix};

/// Declares options: a resource of the interface, which `new` makes with the defaults.
macro_rules! options {
    ($(#[$docs:meta])* $name:ident = $handle:path) => {
        $(#[$docs])*
        pub struct $name($handle);

        impl $name {
            /// Options with the defaults.
            #[must_use]
            pub fn new() -> Self {
                Self(<$handle>::new())
            }

            pub(super) fn handle(&self) -> &$handle {
                &self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

options! {
    /// Options for [`Credential::get_token_with`](super::Credential::get_token_with), which checks the values.
    TokenOptions = identity::TokenOptions
}

impl TokenOptions {
    /// Limits the duration of the call, 1 ms to 600 s. The default is 30 s, and 100 s for
    /// [`ManagedIdentityCredential`](super::ManagedIdentityCredential), because a metadata service that is being updated
    /// answers 410 for up to 70 seconds.
    /// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.0.set_timeout(to_milliseconds(timeout));
        self
    }

    /// Sets the tenant to get the token from, instead of the credential's own. Managed identities ignore it.
    #[must_use]
    pub fn tenant_id(self, tenant_id: &str) -> Self {
        self.0.set_tenant_id(tenant_id);
        self
    }

    /// Sets the claims of a claims challenge, as JSON text. The call then gets a new token, which replaces the cached one.
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    #[must_use]
    pub fn claims(self, json: &str) -> Self {
        self.0.set_claims(json);
        self
    }

    /// True declares that the caller handles claims challenges (continuous access evaluation, client capability CP1). Such
    /// tokens live longer and are cached separately. The default is false. Secret clients handle challenges themselves.
    #[must_use]
    pub fn enable_cae(self, enable: bool) -> Self {
        self.0.set_enable_cae(enable);
        self
    }
}

options! {
    /// Options for [`SecretClient::get_secret_with`](super::SecretClient::get_secret_with) and
    /// [`SecretClient::get_secrets_with`](super::SecretClient::get_secrets_with), which check the values.
    GetSecretOptions = secrets::GetSecretOptions
}

impl GetSecretOptions {
    /// Sets the version to read. The default is the latest one. For several secrets a name is `NAME/VERSION` instead.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        self.0.set_version(version);
        self
    }

    /// Sets the format that the vault converts the secret of a certificate to: `application/x-pem-file` for a secret that is
    /// stored as PKCS#12. The vault rejects other conversions.
    #[must_use]
    pub fn out_content_type(self, content_type: &str) -> Self {
        self.0.set_out_content_type(content_type);
        self
    }

    /// True reads from the vault even if the value is cached, and caches the new value. The default is false.
    #[must_use]
    pub fn bypass_cache(self, bypass: bool) -> Self {
        self.0.set_bypass_cache(bypass);
        self
    }

    /// Sets how many secrets are read at the same time, 1 to 100. The default is 10.
    /// <https://learn.microsoft.com/azure/key-vault/general/service-limits>
    #[must_use]
    pub fn max_concurrency(self, count: u32) -> Self {
        self.0.set_max_concurrency(count);
        self
    }

    /// Limits the duration of the whole call, getting a token included, 1 ms to 600 s. The default is 30 s, and 100 s for a
    /// client whose credential is [`ManagedIdentityCredential`](super::ManagedIdentityCredential).
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.0.set_timeout(to_milliseconds(timeout));
        self
    }
}

options! {
    /// Options for [`SecretClient::set_secret_with`](super::SecretClient::set_secret_with) and
    /// [`SecretClient::update_secret_properties`](super::SecretClient::update_secret_properties), which check the values. An
    /// update leaves properties that are not set here as they are; for a new version the vault chooses them.
    /// <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>
    SetSecretOptions = secrets::SetSecretOptions
}

impl SetSecretOptions {
    /// Sets the content type, a text of the caller's choice.
    #[must_use]
    pub fn content_type(self, content_type: &str) -> Self {
        self.0.set_content_type(content_type);
        self
    }

    /// Sets whether the value can be read.
    #[must_use]
    pub fn enabled(self, enabled: bool) -> Self {
        self.0.set_enabled(enabled);
        self
    }

    /// Sets the time before which the secret is not meant to be used, in whole seconds since 1970. Key Vault does not enforce
    /// it.
    #[must_use]
    pub fn not_before(self, time: SystemTime) -> Self {
        self.0.set_not_before(to_unix(time));
        self
    }

    /// Sets the time after which the secret is not meant to be used, in whole seconds since 1970. Key Vault does not enforce
    /// it.
    #[must_use]
    pub fn expires_on(self, time: SystemTime) -> Self {
        self.0.set_expires_on(to_unix(time));
        self
    }

    /// Sets all tags: names and values. An empty list removes the tags.
    ///
    /// ```no_run
    /// let options = keyfob::SetSecretOptions::new().tags([("team", "payments"), ("stage", "test")]);
    /// ```
    #[must_use]
    pub fn tags<N: Into<String>, V: Into<String>>(self, tags: impl IntoIterator<Item = (N, V)>) -> Self {
        let tags: Vec<(String, String)> = tags.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.0.set_tags(&tags);
        self
    }

    /// Sets the version that an update changes. The default is the latest one.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        self.0.set_version(version);
        self
    }

    /// Limits the duration of the call, as in [`GetSecretOptions::timeout`].
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.0.set_timeout(to_milliseconds(timeout));
        self
    }
}

options! {
    /// Options for operations that have only a timeout.
    CallOptions = secrets::CallOptions
}

impl CallOptions {
    /// Limits the duration of the call, as in [`GetSecretOptions::timeout`].
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.0.set_timeout(to_milliseconds(timeout));
        self
    }
}

options! {
    /// Options for the functions of [`SecretClient`](super::SecretClient) that list secrets. The list checks the values.
    ListOptions = secrets::ListOptions
}

impl ListOptions {
    /// Sets the number of secrets that are requested at a time, at most 25. The default is the vault's, 25.
    /// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>
    #[must_use]
    pub fn max_page_size(self, count: u32) -> Self {
        self.0.set_max_page_size(count);
        self
    }

    /// Limits the duration of each request for a page, as in [`GetSecretOptions::timeout`].
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.0.set_timeout(to_milliseconds(timeout));
        self
    }
}
