//! EnvironmentCredential: a service principal that the environment names.

use alloc::rc::Rc;

use super::client_secret::{ClientSecret, check_client_id};
use super::options::check_tenant;
use super::{CredentialOptions, Made};
use crate::cache::TokenCache;
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::text::join;

pub(super) const NAME: &str = "EnvironmentCredential";

const TENANT: &str = "AZURE_TENANT_ID";
const CLIENT: &str = "AZURE_CLIENT_ID";
const SECRET: &str = "AZURE_CLIENT_SECRET";

pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<Made> {
    let (Some(tenant), Some(client_id), Some(secret)) = (env.get(TENANT), env.get(CLIENT), env.get(SECRET)) else {
        return Err(incomplete(env));
    };
    check_tenant(tenant, TENANT)?;
    check_client_id(client_id, CLIENT)?;
    Ok(Rc::new(ClientSecret {
        name: NAME,
        tenant: tenant.to_owned(),
        client_id: client_id.to_owned(),
        secret: secret.into(),
        secret_from: SECRET,
        id_from: CLIENT,
        authority: options.authority(env)?,
        cache: TokenCache::default(),
    }))
}

fn incomplete(env: &Env) -> Box<Error> {
    let (present, missing) = env.split(&[TENANT, CLIENT, SECRET]);
    let mut error = Error::unavailable(format!(
        "EnvironmentCredential authentication unavailable. Environment variables are not fully configured: {} not set",
        join(&missing, ", ")
    ));
    if env.get("AZURE_USERNAME").is_some() || env.get("AZURE_PASSWORD").is_some() {
        error.message.push_str("; AZURE_USERNAME and AZURE_PASSWORD are not supported");
        return error.hint(diagnosis::username_password());
    }
    if env.get("AZURE_CLIENT_CERTIFICATE_PATH").is_some() {
        error.message.push_str("; AZURE_CLIENT_CERTIFICATE_PATH is not supported by this version");
    }
    // Client id and tenant alone mean something else: a managed identity, or workload identity.
    if env.get(SECRET).is_some() {
        return error.hint(diagnosis::half_set("a service principal", &present, &missing));
    }
    error.hint(diagnosis::nothing_configured(env.is_empty()))
}
