//! The platforms that an app can run on.

use serde::{Deserialize, Serialize};

/// A key file of the Arc agent, in the only folder where clients may look for it.
/// <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
pub(super) const ARC_KEY_PATH: &str = "/var/opt/azcmagent/tokens/5e1d9c3a-8b47-4f02-9a6d-c0e7b2f41835.key";

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

impl Platform {
    /// The default URL of its identity endpoint; `None` where the platform sets none.
    pub(super) fn identity_endpoint(self) -> Option<&'static str> {
        match self {
            Self::AppService => Some("http://169.254.130.4:8081/msi/token"),
            Self::AzureArc => Some("http://localhost:40342/metadata/identity/oauth2/token"),
            Self::AzureMl => Some("http://127.0.0.1:46808/MSI/auth"),
            Self::CloudShell => Some("http://localhost:50342/oauth2/token"),
            Self::ServiceFabric => Some("https://localhost:2377/metadata/identity/oauth2/token"),
            _ => None,
        }
    }

    /// Whether its endpoint requires a secret in a header.
    pub(super) fn has_header(self) -> bool {
        matches!(self, Self::AppService | Self::AzureMl | Self::ServiceFabric)
    }
}
