//! EnvironmentCredential: a service principal from environment variables, with a client secret or a certificate.

use alloc::rc::Rc;

use super::client_certificate::{self, ClientCertificate};
use super::client_secret::ClientSecret;
use super::confidential_client::{Authenticate, ClientRegistration, ConfidentialClient};
use super::options::CredentialOptions;
use super::tenants::Tenants;
use super::token_credential::SharedCredential;
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::value;

pub(super) const NAME: &str = "EnvironmentCredential";

const TENANT: &str = "AZURE_TENANT_ID";
const CLIENT: &str = "AZURE_CLIENT_ID";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const SEND_CHAIN: &str = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN";
const CERTIFICATE: &str = "AZURE_CLIENT_CERTIFICATE_PATH";

pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<SharedCredential> {
    let (Some(tenant), Some(client_id)) = (env.get(TENANT), env.get(CLIENT)) else { return Err(incomplete(env)) };
    // A client secret takes precedence, as in the Azure SDKs.
    let authentication: Box<dyn Authenticate> = match (env.get(SECRET), env.get(CERTIFICATE)) {
        (Some(secret), _) => Box::new(ClientSecret::new(secret.into(), SECRET)?),
        (None, Some(path)) => Box::new(certificate(env, options, path)?),
        (None, None) => return Err(incomplete(env)),
    };
    let tenants = Tenants::from_environment(env, tenant, TENANT, &options.additionally_allowed_tenants)?;
    let registration = ClientRegistration { name: NAME, tenants, client_id, id_from: CLIENT };
    Ok(Rc::new(ConfidentialClient::new(env, options, registration, authentication)?))
}

fn certificate(env: &Env, options: &CredentialOptions, path: &str) -> Result<ClientCertificate> {
    let send_chain = env.get(SEND_CHAIN).unwrap_or_default();
    value::check_public(SEND_CHAIN, send_chain)?;
    let send_chain = send_chain == "1" || send_chain.eq_ignore_ascii_case("true");
    let certificate = client_certificate::Source::Path(path.to_owned());
    let password = env.get("AZURE_CLIENT_CERTIFICATE_PASSWORD").map(Into::into);
    ClientCertificate::new(certificate, password, options.send_certificate_chain || send_chain, CERTIFICATE)
}

fn incomplete(env: &Env) -> Box<Error> {
    // If the certificate is set, the client secret is not missing.
    let authentication = if env.get(CERTIFICATE).is_some() && env.get(SECRET).is_none() { CERTIFICATE } else { SECRET };
    let (present, missing) = env.partition(&[TENANT, CLIENT, authentication]);
    let mut error = Error::unavailable(format!("not set: {}", missing.join(", ")));
    if env.get("AZURE_USERNAME").is_some() || env.get("AZURE_PASSWORD").is_some() {
        error.message.push_str("; AZURE_USERNAME and AZURE_PASSWORD are not supported");
        return error.with_hint(diagnosis::username_password());
    }
    // Client id and tenant without a secret may be meant for managed identity or workload identity.
    if env.get(authentication).is_some() {
        return error.with_hint(diagnosis::partly_configured("a service principal", &present, &missing, env.language));
    }
    error.with_hint(diagnosis::nothing_configured(env.is_empty(), env.language))
}
