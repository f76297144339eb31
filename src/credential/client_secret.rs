//! ClientSecretCredential: a service principal that proves itself with a secret.

use super::options::check_tenant;
use super::{CredentialOptions, Made, TokenCredential};
use crate::cache::{Fetch, TokenCache};
use crate::diagnosis::{self, Client};
use crate::entra::{self, Authority};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::Secret;
use crate::token::{AccessToken, TokenRequest, describe_id, is_uuid};

pub(super) struct ClientSecret {
    /// EnvironmentCredential is one of these under its own name.
    pub(super) name: &'static str,
    pub(super) tenant: String,
    pub(super) client_id: String,
    pub(super) secret: Secret,
    /// Where the secret came from.
    pub(super) secret_from: &'static str,
    /// Where the client id came from.
    pub(super) id_from: &'static str,
    pub(super) authority: Authority,
    pub(super) cache: TokenCache,
}

pub(super) fn make(
    env: &Env,
    options: &CredentialOptions,
    tenant: &str,
    client_id: &str,
    secret: Secret,
) -> Result<Made> {
    if secret.expose().trim().is_empty() {
        return Err(Error::invalid("the argument client-secret is empty"));
    }
    check_tenant(tenant, "the argument tenant-id")?;
    check_client_id(client_id, "the argument client-id")?;
    Ok(alloc::rc::Rc::new(ClientSecret {
        name: "ClientSecretCredential",
        tenant: tenant.to_owned(),
        client_id: client_id.to_owned(),
        secret,
        secret_from: "the argument client-secret",
        id_from: "the argument client-id",
        authority: options.authority(env)?,
        cache: TokenCache::default(),
    }))
}

/// Checks the id of an application.
pub(super) fn check_client_id(id: &str, from: &str) -> Result<()> {
    if is_uuid(id) {
        return Ok(());
    }
    Err(Error::invalid(format!("{from} is not a client id (a UUID): {}", describe_id(id))).hint(diagnosis::expected(
        &format!("Set {from} to the Application (client) ID: portal > Microsoft Entra ID > App registrations"),
    )))
}

impl ClientSecret {
    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        let secret = self.secret.expose();
        let client = Client {
            tenant: &self.tenant,
            client_id: &self.client_id,
            proof_from: self.secret_from,
            trailing_space: secret.trim() != secret,
        };
        let token = entra::token(call, &self.authority, &client, request, &[("client_secret", &self.secret)]).await?;
        Ok(AccessToken {
            credential: self.name,
            source: entra::SOURCE,
            identity: format!("the service principal with client id {} (from {})", self.client_id, self.id_from),
            ..token
        })
    }
}

impl Fetch for ClientSecret {
    fn fetch<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.exchange(call, request))
    }
}

impl TokenCredential for ClientSecret {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.cache.token(call, request, self))
    }
}
