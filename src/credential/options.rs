//! What a caller may choose. Checked as a whole before anything is made or sent.

use core::time::Duration;

use super::managed_identity::ManagedIdentityId;
use super::{DEFAULT_CHAIN, Row};
use crate::entra::Authority;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::token::{TokenRequest, describe_id, is_tenant, is_uuid};

/// How a credential is made. See `credential-options` of the WIT package.
#[derive(Clone, Debug, Default)]
pub struct CredentialOptions {
    /// Which managed identity.
    pub managed_identity: ManagedIdentityId,
    /// Client id for workload identity.
    pub workload_identity_client_id: Option<String>,
    /// Tenant for workload identity.
    pub tenant_id: Option<String>,
    /// Federated token file for workload identity.
    pub token_file_path: Option<String>,
    /// Class names that the default chain leaves out.
    pub exclude: Vec<String>,
    /// The Entra host.
    pub authority_host: Option<String>,
    /// Lets that host be any.
    pub disable_instance_discovery: bool,
    /// In milliseconds, 1 to 60,000; 1,000 by default.
    pub imds_connect_timeout: Option<u64>,
}

impl CredentialOptions {
    pub(crate) fn check(&self, env: &Env) -> Result<()> {
        self.managed_identity.check("the option managed-identity")?;
        if let Some(id) = &self.workload_identity_client_id
            && !is_uuid(id)
        {
            return Err(Error::invalid(format!(
                "the option workload-identity-client-id is not a client id (a UUID): {}",
                describe_id(id)
            )));
        }
        if let Some(tenant) = &self.tenant_id {
            check_tenant(tenant, "the option tenant-id")?;
        }
        if self.authority_host.is_some() {
            self.authority(env)?;
        }
        for name in &self.exclude {
            let known = DEFAULT_CHAIN.iter().any(|row| match row {
                Row::Here(known, _) | Row::NotHere(known, _) => known.eq_ignore_ascii_case(name),
            });
            if !known {
                return Err(Error::invalid(format!(
                    "the option exclude names no credential of the default chain: {}. Expected a class name such as ManagedIdentityCredential",
                    crate::secret::quote(name, &[])
                )));
            }
        }
        if self.imds_connect_timeout.is_some_and(|ms| !(1..=60_000).contains(&ms)) {
            return Err(Error::invalid("the option imds-connect-timeout is not 1 to 60,000 milliseconds"));
        }
        Ok(())
    }

    /// The authority that the option names, else the environment.
    pub(super) fn authority(&self, env: &Env) -> Result<Authority> {
        Authority::choose(self.authority_host.as_deref(), self.disable_instance_discovery, env)
    }

    pub(crate) fn imds_connect(&self) -> Duration {
        Duration::from_millis(self.imds_connect_timeout.unwrap_or(1_000))
    }
}

/// Checks a tenant before it becomes part of a path.
pub(super) fn check_tenant(tenant: &str, from: &str) -> Result<()> {
    if is_tenant(tenant) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{from} is not a tenant (an id or a domain name: letters, digits, - and .): {}",
        describe_id(tenant)
    )))
}

/// How a token is asked for.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The whole call's limit in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
    /// The tenant, where it is not the credential's own.
    pub tenant_id: Option<String>,
    /// A claims challenge as JSON text.
    pub claims: Option<String>,
}

impl TokenOptions {
    pub(crate) fn request(&self, scopes: Vec<String>) -> Result<TokenRequest> {
        if let Some(tenant) = &self.tenant_id {
            check_tenant(tenant, "the option tenant-id")?;
        }
        let request =
            TokenRequest { scopes, tenant: self.tenant_id.clone(), claims: self.claims.clone(), fresh: false };
        request.check()?;
        Ok(request)
    }
}
