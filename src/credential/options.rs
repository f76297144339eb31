//! The options of credentials and of token requests. They are checked before anything is sent.

use super::confidential_client::check_client_id;
use super::managed_identity_id::ManagedIdentityId;
use super::tenants::{check_allowed, check_tenant};
use crate::entra::Authority;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::language::{self, Language, Phrase, TENANT_ID};
use crate::prelude::*;
use crate::token::TokenRequest;

/// The options of a credential. See `credential-options` of the WIT package.
#[derive(Clone, Debug, Default)]
pub struct CredentialOptions {
    /// The managed identity to use.
    pub managed_identity: ManagedIdentityId,
    /// The client id for workload identity.
    pub workload_identity_client_id: Option<String>,
    /// The tenant for workload identity.
    pub tenant_id: Option<String>,
    /// The federated token file for workload identity.
    pub token_file_path: Option<String>,
    /// The class names of credentials to exclude from the default chain.
    pub exclude: Vec<String>,
    /// The Entra host, for clouds other than the public one.
    pub authority_host: Option<String>,
    /// Allows a host that belongs to no known cloud.
    pub disable_instance_discovery: bool,
    /// The connect timeout of IMDS in milliseconds, 1 to 60,000. Default: 1,000 in a chain, else 2,000.
    pub imds_connect_timeout: Option<u64>,
    /// Tenants that a credential may request tokens from besides its own; `*` means any.
    pub additionally_allowed_tenants: Vec<String>,
    /// Makes the default chain an error unless `AZURE_TOKEN_CREDENTIALS` is set.
    pub require_token_credentials: bool,
    /// Sends the certificate chain with an assertion (x5c), for subject name and issuer authentication.
    pub send_certificate_chain: bool,
}

impl CredentialOptions {
    /// Checks the options. `chain`: they are those of the default chain, whose options have names of their own.
    pub(crate) fn check(&self, env: &Env, chain: bool) -> Result<()> {
        let say = |phrase: Phrase| env.language.say(phrase);
        self.managed_identity.check(say(self.managed_identity.option(chain)), env.language)?;
        if let Some(id) = &self.workload_identity_client_id {
            check_client_id(id, say(language::WORKLOAD_CLIENT_ID))?;
        }
        if let Some(tenant) = &self.tenant_id {
            check_tenant(tenant, say(TENANT_ID))?;
        }
        for tenant in &self.additionally_allowed_tenants {
            check_allowed(tenant, say(language::ALLOWED_TENANTS))?;
        }
        if self.authority_host.is_some() {
            self.authority(env)?;
        }
        if self.imds_connect_timeout.is_some_and(|ms| !(1..=60_000).contains(&ms)) {
            return Err(Error::invalid(format!(
                "{} is not 1 to 60,000 milliseconds",
                say(language::IMDS_CONNECT_TIMEOUT)
            )));
        }
        Ok(())
    }

    /// Whether this credential is excluded from the default chain.
    pub(super) fn excludes(&self, name: &str) -> bool {
        self.exclude.iter().any(|excluded| excluded.eq_ignore_ascii_case(name))
    }

    /// The authority from the option, else from the environment.
    pub(super) fn authority(&self, env: &Env) -> Result<Authority> {
        Authority::choose(self.authority_host.as_deref(), self.disable_instance_discovery, env)
    }
}

/// The options of a token request.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The time limit of the call in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
    /// The tenant, if not the credential's own.
    pub tenant_id: Option<String>,
    /// A claims challenge as JSON text.
    pub claims: Option<String>,
    /// The caller handles claims challenges (continuous access evaluation).
    pub enable_cae: bool,
}

impl TokenOptions {
    pub(crate) fn request(&self, scopes: Vec<String>, language: Language) -> Result<TokenRequest> {
        if let Some(tenant) = &self.tenant_id {
            check_tenant(tenant, language.say(TENANT_ID))?;
        }
        let request = TokenRequest {
            scopes,
            tenant: self.tenant_id.clone(),
            claims: self.claims.clone(),
            cae: self.enable_cae,
            ..TokenRequest::default()
        };
        request.check(language)?;
        Ok(request)
    }
}
