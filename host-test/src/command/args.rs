//! What the command takes. Values go to the component as they are; it judges them.

use clap::{Parser, Subcommand};

use super::call::{GetSecret, GetToken};
use super::component::Component;
use super::dev_identity::DevIdentity;
use super::fake::FakeAzure;
use super::run::Run;

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
    /// Run an app with Keyfob in it: a command, or an HTTP server
    Run(Run),
    /// Serve your own sign-in (az, Azure PowerShell, azd) to apps as if it were a managed identity
    DevIdentity(DevIdentity),
    /// Write the built-in component to a file, to be put into an app
    Component(Component),
    /// Serve a fake Azure to apps in any language
    Fake(FakeAzure),
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
}
