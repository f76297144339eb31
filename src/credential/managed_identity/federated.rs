//! Workload identity as a source of ManagedIdentityCredential, as in the Azure SDKs: on AKS a pod has no managed identity of
//! its own, and its service account is federated with one.

use alloc::rc::Rc;

use super::selector::IdentitySelector;
use super::source::NAME;
use crate::credential::confidential_client::ClientRegistration;
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::credential::options::CredentialOptions;
use crate::credential::tenants::Tenants;
use crate::credential::token_credential::SharedCredential;
use crate::credential::workload_identity::{self, CLIENT, FILE, TENANT};

use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::prelude::*;

pub(super) const SOURCE: &str = "workload identity";
const DETECTED_BY: &str = "detected by AZURE_AUTHORITY_HOST, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE";

/// The credential, if all variables are set that the webhook of AKS sets; else `None`.
pub(super) fn make(
    env: &Env,
    options: &CredentialOptions,
    selector: &IdentitySelector,
) -> Result<Option<SharedCredential>> {
    let (Some(_), Some(tenant), Some(file)) = (env.get("AZURE_AUTHORITY_HOST"), env.get(TENANT), env.get(FILE)) else {
        return Ok(None);
    };
    // System-assigned means the identity of the node.
    if options.excludes(workload_identity::NAME) || selector.id == ManagedIdentityId::SystemAssigned {
        return Ok(None);
    }
    let (client_id, id_from) = match (&selector.id, env.get(CLIENT)) {
        (ManagedIdentityId::ClientId(id), _) => (id.as_str(), selector.from),
        (ManagedIdentityId::FromEnvironment, Some(id)) => (id, CLIENT),
        (ManagedIdentityId::FromEnvironment, None) => {
            return Err(Error::unavailable("workload identity was detected, but AZURE_CLIENT_ID is not set")
                .with_hint(diagnosis::partly_configured(SOURCE, &[TENANT, FILE], &[CLIENT], env.language)));
        }
        _ => {
            let why = "Pass the identity's client id, or none: it takes no other kind of id";
            return Err(selector.not_selectable((SOURCE, DETECTED_BY), why));
        }
    };
    let tenants = Tenants::from_environment(env, tenant, TENANT, &options.additionally_allowed_tenants)?;
    let registration = ClientRegistration { name: NAME, tenants, client_id, id_from };
    let mut client = workload_identity::client(env, options, registration, file.to_owned(), FILE)?;
    (client.source, client.detected_by) = (SOURCE, Some(DETECTED_BY));
    Ok(Some(Rc::new(client)))
}
