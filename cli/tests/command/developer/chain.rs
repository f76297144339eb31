//! The order of the tools.

use super::machine::DeveloperMachine;
use super::server::{DevIdentityServer, keyfob};

const AZ_SIGNED_OUT: &str = "AzureCliCredential: Please run 'az login' to set up an account";
const NOT_INSTALLED: &str = "AzureCliCredential: Azure CLI not found on path; \
     AzurePowerShellCredential: PowerShell is not installed; \
     AzureDeveloperCliCredential: Azure Developer CLI could not be found";
const AZD_SIGNED_OUT: &str = "AzureDeveloperCliCredential: Please run 'azd auth login' from a command prompt to authenticate before using this credential";

fn install_azd(machine: &DeveloperMachine) {
    machine.tool("azd", 0, r#"{"token": "of-azd", "expiresOn": "2099-01-01T00:00:00Z"}"#, "");
}

#[track_caller]
fn assert_token(server: &DevIdentityServer, resource: &str, token: &str) {
    let (status, body) = server.token(resource);
    assert_eq!((status, &body["access_token"]), (200, &token.into()), "{body}");
}

#[track_caller]
fn assert_no_token(server: &DevIdentityServer, resource: &str, reasons: &str) {
    let (status, body) = server.token(resource);
    assert_eq!((status, &body["message"]), (400, &reasons.into()), "{body}");
}

#[test]
fn no_tool_is_installed() {
    let machine = DeveloperMachine::new();
    let server = DevIdentityServer::start(&machine, &[]);
    assert_no_token(&server, "https://vault.azure.net", NOT_INSTALLED);
}

#[test]
fn first_successful_tool_is_kept() {
    let machine = DeveloperMachine::new();
    machine.az_signed_out();
    machine.tool("pwsh", 0, "NO_AZ_ACCOUNT_MODULE", "");
    install_azd(&machine);
    let server = DevIdentityServer::start(&machine, &[]);
    assert_token(&server, "https://a", "of-azd");
    assert_eq!(
        (machine.command_lines("az").len(), machine.command_lines("pwsh").len(), machine.command_lines("azd").len()),
        (1, 1, 1)
    );

    // The identity does not change while the app runs.
    machine.az("of-az", 4_070_908_800);
    assert_token(&server, "https://b", "of-azd");
    machine.tool("azd", 1, "", "ERROR: not logged in, run `azd auth login` to login");
    assert_no_token(&server, "https://c", AZD_SIGNED_OUT);
    assert_eq!(
        (machine.command_lines("az").len(), machine.command_lines("pwsh").len(), machine.command_lines("azd").len()),
        (1, 1, 3)
    );
}

#[test]
fn azure_token_credentials_selects_one_tool() {
    let machine = DeveloperMachine::new();
    machine.az_signed_out();
    install_azd(&machine);
    let server = DevIdentityServer::start(&machine, &[("AZURE_TOKEN_CREDENTIALS", "azureclicredential")]);
    // The app gets it as a managed identity.
    assert_eq!(server.environment["AZURE_TOKEN_CREDENTIALS"], "ManagedIdentityCredential");
    assert_no_token(&server, "https://a", AZ_SIGNED_OUT);
    assert!(machine.command_lines("azd").is_empty());
    for all in ["dev", "prod", "ManagedIdentityCredential"] {
        assert_token(&DevIdentityServer::start(&machine, &[("AZURE_TOKEN_CREDENTIALS", all)]), "https://a", "of-azd");
    }
}

#[test]
fn relative_path_entries_are_ignored() {
    let machine = DeveloperMachine::new();
    machine.az("of-az", 4_070_908_800);
    let mut command = keyfob(&machine, &["--shell", "dotenv"]);
    // A relative entry, and an empty one, which shells treat as the current folder.
    let server = DevIdentityServer::of(command.env("PATH", ".:").current_dir(machine.path()));
    assert_no_token(&server, "https://a", NOT_INSTALLED);
}
