//! The table of the sources, and the detection of the source by environment variables.

use super::selector::IdentitySelector;
use super::source::Source;
use super::{app_service, azure_arc, azure_ml, cloud_shell, federated, imds, service_fabric};
use crate::credential::options::CredentialOptions;
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::prelude::*;

/// The names of the sources in results and messages. The tests check that each has cases.
pub const SOURCES: &[&str] = &[
    app_service::NAME,
    azure_arc::NAME,
    azure_ml::NAME,
    cloud_shell::NAME,
    service_fabric::NAME,
    federated::SOURCE,
    imds::NAME,
];

/// Detects the source, once when the credential is made, in the order of the Azure SDKs. A source that is detected but not
/// usable is an error. IMDS, which no variable announces, is last.
pub(super) fn detect(env: &Env, options: &CredentialOptions, selector: &IdentitySelector) -> Result<Box<dyn Source>> {
    let (endpoint, header) = (env.get("IDENTITY_ENDPOINT"), env.get("IDENTITY_HEADER"));
    Ok(match (endpoint, header, env.get("MSI_ENDPOINT"), env.get("MSI_SECRET")) {
        (Some(_), Some(_), ..) if env.get("IDENTITY_SERVER_THUMBPRINT").is_some() => {
            return Err(service_fabric::refuse(selector));
        }
        (Some(endpoint), Some(header), ..) => Box::new(app_service::AppService::new(endpoint, header)?),
        (Some(endpoint), None, ..) if env.get("IMDS_ENDPOINT").is_some() => {
            Box::new(azure_arc::AzureArc::new(endpoint)?)
        }
        (Some(endpoint), None, ..) => {
            // The port of Azure Arc's agent.
            let (what, missing) = if endpoint.contains(":40342") {
                (imds::ARC, "IMDS_ENDPOINT")
            } else {
                ("App Service managed identity", "IDENTITY_HEADER")
            };
            let message = format!("IDENTITY_ENDPOINT is set, but {missing} is not; IMDS was not tried");
            let hint = diagnosis::partly_configured(what, &["IDENTITY_ENDPOINT"], &[missing], env.language);
            return Err(Error::unavailable(message).with_hint(hint));
        }
        (.., Some(endpoint), Some(secret)) => Box::new(azure_ml::AzureMl::new(env, endpoint, secret, selector)?),
        (.., Some(endpoint), None) => Box::new(cloud_shell::CloudShell::new(endpoint, selector)?),
        _ => Box::new(imds::Imds::new(env, options)?),
    })
}
