//! Which tool gives the token.

use super::desk::Desk;
use super::served::{Served, keyfob};

const AZ_SIGNED_OUT: &str = "AzureCliCredential: Please run 'az login' to set up an account";
const NOT_INSTALLED: &str = "AzureCliCredential: Azure CLI not found on path; \
     AzurePowerShellCredential: PowerShell is not installed; \
     AzureDeveloperCliCredential: Azure Developer CLI could not be found";
const AZD_SIGNED_OUT: &str = "AzureDeveloperCliCredential: Please run 'azd auth login' from a command prompt to authenticate before using this credential";

fn azd(desk: &Desk) {
    desk.tool("azd", 0, r#"{"token": "of-azd", "expiresOn": "2099-01-01T00:00:00Z"}"#, "");
}

#[track_caller]
fn gives(served: &Served, resource: &str, token: &str) {
    let (status, body) = served.token(resource);
    assert_eq!((status, &body["access_token"]), (200, &token.into()), "{body}");
}

#[track_caller]
fn refuses(served: &Served, resource: &str, reasons: &str) {
    let (status, body) = served.token(resource);
    assert_eq!((status, &body["message"]), (400, &reasons.into()), "{body}");
}

#[test]
fn nothing_is_installed() {
    let desk = Desk::new();
    let served = Served::start(&desk, &[]);
    refuses(&served, "https://vault.azure.net", NOT_INSTALLED);
}

#[test]
fn the_first_that_gives_a_token_stays() {
    let desk = Desk::new();
    desk.az_signed_out();
    desk.tool("pwsh", 0, "NO_AZ_ACCOUNT_MODULE", "");
    azd(&desk);
    let served = Served::start(&desk, &[]);
    gives(&served, "https://a", "of-azd");
    assert_eq!((desk.starts("az").len(), desk.starts("pwsh").len(), desk.starts("azd").len()), (1, 1, 1));

    // Who the app is does not change while it runs.
    desk.az("of-az", 4_070_908_800);
    gives(&served, "https://b", "of-azd");
    desk.tool("azd", 1, "", "ERROR: not logged in, run `azd auth login` to login");
    refuses(&served, "https://c", AZD_SIGNED_OUT);
    assert_eq!((desk.starts("az").len(), desk.starts("pwsh").len(), desk.starts("azd").len()), (1, 1, 3));
}

#[test]
fn a_variable_chooses_one() {
    let desk = Desk::new();
    desk.az_signed_out();
    azd(&desk);
    let served = Served::start(&desk, &[("AZURE_TOKEN_CREDENTIALS", "azureclicredential")]);
    // For the app that is a managed identity.
    assert_eq!(served.environment["AZURE_TOKEN_CREDENTIALS"], "ManagedIdentityCredential");
    refuses(&served, "https://a", AZ_SIGNED_OUT);
    assert!(desk.starts("azd").is_empty());
    for all in ["dev", "prod", "ManagedIdentityCredential"] {
        gives(&Served::start(&desk, &[("AZURE_TOKEN_CREDENTIALS", all)]), "https://a", "of-azd");
    }
}

#[test]
fn an_apps_own_folder_brings_no_tool() {
    let desk = Desk::new();
    desk.az("of-az", 4_070_908_800);
    let mut command = keyfob(&desk, &["--shell", "dotenv"]);
    // A relative folder, and an empty one, which shells take for the current one.
    let served = Served::of(command.env("PATH", ".:").current_dir(desk.path()));
    refuses(&served, "https://a", NOT_INSTALLED);
}
