//! What the command takes. Values go to the component as they are; it judges them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::spec::{CredentialKind, CredentialOptions, CredentialSpec, ManagedIdentity};

/// Azure identity and Key Vault secrets, through the Keyfob component.
#[derive(Debug, Parser)]
#[command(
    name = "keyfob",
    version,
    after_help = "Exit status: 0 done, 1 the component answered with an error, 2 wrong usage."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Tell Keyfob's story against a fake Azure on this machine (the default)
    Demo,
    /// Read a secret and print its value
    GetSecret(GetSecret),
    /// Get a token and print it
    GetToken(GetToken),
    /// Write the built-in component to a file, to be put into an app
    Component(Component),
}

#[derive(Args, Debug)]
pub(super) struct GetSecret {
    /// The secret's name
    pub(super) name: String,
    /// The vault, such as https://my-vault.vault.azure.net [default: the variable KEYVAULT_URL]
    #[arg(long, value_name = "URL")]
    pub(super) vault_url: Option<String>,
    /// This version instead of the latest
    #[arg(long, value_name = "V")]
    pub(super) version: Option<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Args, Debug)]
pub(super) struct GetToken {
    /// What the token is for, such as https://vault.azure.net/.default
    #[arg(long, value_name = "S")]
    pub(super) scope: String,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Args, Debug)]
pub(super) struct Component {
    /// Where to write it; - is stdout
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The component that can use certificates too, which is larger
    #[arg(long)]
    pub(super) with_certificates: bool,
}

#[derive(Args, Debug)]
pub(super) struct Common {
    /// Print one JSON object, for errors too
    #[arg(long)]
    pub(super) json: bool,
    /// The whole call's limit in seconds; fractions are allowed
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) timeout: Option<Duration>,

    /// Which credential to use
    #[arg(long, value_name = "NAME", value_enum, default_value_t, help_heading = "Identity")]
    credential: Credential,
    #[command(flatten)]
    managed_identity: ManagedIdentityArgs,

    /// Start from an empty environment, not from the caller's
    #[arg(long, help_heading = "Environment")]
    pub(super) clean_env: bool,
    /// Set a variable; wins over everything else
    #[arg(long, value_name = "K=V", help_heading = "Environment")]
    pub(super) env: Vec<String>,
    /// Read variables from a .env file; those that are set already win
    #[arg(long, value_name = "F", help_heading = "Environment")]
    pub(super) env_file: Option<PathBuf>,

    /// Also let requests go to this host (HOST or HOST:PORT)
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    pub(super) allow_host: Vec<String>,
    /// Connect to another address than the URL says; the TLS name and the Host header stay
    #[arg(long, value_name = "HOST:PORT=ADDR:PORT", help_heading = "Network")]
    pub(super) connect_to: Vec<String>,
    /// Also trust the certificate authorities of this PEM file
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub(super) cacert: Vec<PathBuf>,
    /// Print a line for each request on stderr, without secrets
    #[arg(long, help_heading = "Network")]
    pub(super) trace: bool,

    /// Run this component instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Component")]
    pub(super) component: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct ManagedIdentityArgs {
    /// The user-assigned identity with this client id
    #[arg(long, value_name = "ID", help_heading = "Identity")]
    managed_identity_client_id: Option<String>,
    /// The user-assigned identity with this object (principal) id
    #[arg(long, value_name = "ID", help_heading = "Identity")]
    managed_identity_object_id: Option<String>,
    /// The user-assigned identity with this Azure resource id
    #[arg(long, value_name = "ID", help_heading = "Identity")]
    managed_identity_resource_id: Option<String>,
    /// The system-assigned identity, even though AZURE_CLIENT_ID is set
    #[arg(long, help_heading = "Identity")]
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

impl Common {
    /// The credential that the options describe.
    pub(super) fn credential(&self) -> CredentialSpec {
        let kind = match self.credential {
            Credential::Default => CredentialKind::Default,
            Credential::Environment => CredentialKind::Environment,
            Credential::WorkloadIdentity => CredentialKind::WorkloadIdentity,
            Credential::ManagedIdentity => CredentialKind::ManagedIdentity,
        };
        let options = CredentialOptions { managed_identity: self.managed_identity.chosen(), ..Default::default() };
        CredentialSpec { kind, options }
    }
}

impl ManagedIdentityArgs {
    fn chosen(&self) -> Option<ManagedIdentity> {
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

fn seconds(text: &str) -> Result<Duration, String> {
    let problem = || "a number of seconds above 0 expected".to_owned();
    let seconds: f64 = text.parse().map_err(|_| problem())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(limit) if !limit.is_zero() => Ok(limit),
        _ => Err(problem()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_surface_holds_together() {
        Cli::command().debug_assert();
        assert!(parse("keyfob").expect("no verb").verb.is_none());
    }

    #[test]
    fn at_most_one_managed_identity() {
        assert!(parse("keyfob get-token --scope s --managed-identity-client-id a").is_ok());
        let error =
            parse("keyfob get-token --scope s --managed-identity-client-id a --managed-identity-system-assigned");
        assert_eq!(error.expect_err("a conflict").exit_code(), i32::from(super::super::USAGE));
    }

    #[test]
    fn timeouts_are_positive() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "1e300", "", "1s", "1e-12"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
