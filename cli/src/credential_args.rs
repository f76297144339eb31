//! Options that choose the credential and the managed identity.

use clap::{Args, ValueEnum};
use keyfob_host_test::spec::{CredentialKind, CredentialOptions, CredentialSpec, ManagedIdentity};

#[derive(Args, Debug)]
#[command(next_help_heading = "Identity")]
pub(super) struct CredentialArgs {
    /// Which credential to use
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    credential: Credential,
    #[command(flatten)]
    managed_identity: ManagedIdentityArgs,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct ManagedIdentityArgs {
    /// Use the user-assigned identity with this client id
    #[arg(long, value_name = "ID")]
    managed_identity_client_id: Option<String>,
    /// Use the user-assigned identity with this object (principal) id
    #[arg(long, value_name = "ID")]
    managed_identity_object_id: Option<String>,
    /// Use the user-assigned identity with this Azure resource id
    #[arg(long, value_name = "ID")]
    managed_identity_resource_id: Option<String>,
    /// Use the system-assigned identity, even if AZURE_CLIENT_ID is set
    #[arg(long)]
    managed_identity_system_assigned: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Credential {
    #[default]
    Default,
    Environment,
    WorkloadIdentity,
    ManagedIdentity,
}

impl CredentialArgs {
    /// The credential's class name in the Azure SDKs.
    pub(super) fn credential_name(&self) -> &'static str {
        match self.credential {
            Credential::Default => "DefaultAzureCredential",
            Credential::Environment => "EnvironmentCredential",
            Credential::WorkloadIdentity => "WorkloadIdentityCredential",
            Credential::ManagedIdentity => "ManagedIdentityCredential",
        }
    }

    /// The credential that the options choose.
    pub(super) fn spec(&self) -> CredentialSpec {
        let kind = match self.credential {
            Credential::Default => CredentialKind::Default,
            Credential::Environment => CredentialKind::Environment,
            Credential::WorkloadIdentity => CredentialKind::WorkloadIdentity,
            Credential::ManagedIdentity => CredentialKind::ManagedIdentity,
        };
        let options = CredentialOptions { managed_identity: self.managed_identity.selected(), ..Default::default() };
        CredentialSpec { kind, options }
    }
}

impl ManagedIdentityArgs {
    fn selected(&self) -> Option<ManagedIdentity> {
        let Self {
            managed_identity_client_id: client,
            managed_identity_object_id: object,
            managed_identity_resource_id: resource,
            managed_identity_system_assigned: system,
        } = self;
        let client = client.clone().map(ManagedIdentity::ClientId);
        let object = object.clone().map(ManagedIdentity::ObjectId);
        let resource = resource.clone().map(ManagedIdentity::ResourceId);
        client.or(object).or(resource).or(system.then_some(ManagedIdentity::SystemAssigned))
    }
}
