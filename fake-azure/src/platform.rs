//! The platforms that an app can run on.

use serde::{Deserialize, Serialize};

use super::description::Description;
use super::{Fake, app_service, arc, azure_ml, cloud_shell, service_fabric};
use crate::wire::{Request, ScriptedResponse};

/// The platform that the app runs on.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// A laptop: Entra and the vaults can be reached, and there is no identity endpoint.
    #[default]
    None,
    /// App Service, with its identity endpoint.
    AppService,
    /// A virtual machine, with IMDS.
    Vm,
    /// A pod in AKS.
    Aks,
    /// A machine outside of Azure with the Arc agent.
    AzureArc,
    /// Compute of Azure Machine Learning.
    AzureMl,
    /// Cloud Shell. Its system-assigned identity is the user.
    CloudShell,
    /// A Service Fabric cluster. The certificate of its endpoint is self-signed: clients have to recognise it by its
    /// thumbprint.
    ServiceFabric,
    /// Another cloud, whose metadata service responds with 401.
    #[serde(rename = "other-cloud-401")]
    OtherCloud401,
    /// Another cloud, whose metadata service responds with 403.
    #[serde(rename = "other-cloud-403")]
    OtherCloud403,
    /// Another cloud, whose metadata service responds with 404.
    #[serde(rename = "other-cloud-404")]
    OtherCloud404,
}

/// A platform's identity endpoint. Each is the constant `ENDPOINT` of its service's module.
#[derive(Debug)]
pub(super) struct IdentityEndpoint {
    /// Its URL, where the description has no other.
    pub(super) url: &'static str,
    /// Whether it requires the secret of the description in a header.
    pub(super) has_header: bool,
    /// The environment variables by which an app finds it.
    pub(super) variables: fn(&Description) -> Vec<(&'static str, String)>,
    /// Handles a request for the endpoint with this path, at this time (unix seconds).
    pub(super) handle: fn(&Fake, &str, &Request, u64) -> ScriptedResponse,
}

impl Platform {
    /// Its identity endpoint; `None` where the platform sets none.
    pub(super) fn identity_endpoint(self) -> Option<&'static IdentityEndpoint> {
        match self {
            Self::AppService => Some(&app_service::ENDPOINT),
            Self::AzureArc => Some(&arc::ENDPOINT),
            Self::AzureMl => Some(&azure_ml::ENDPOINT),
            Self::CloudShell => Some(&cloud_shell::ENDPOINT),
            Self::ServiceFabric => Some(&service_fabric::ENDPOINT),
            _ => None,
        }
    }
}
