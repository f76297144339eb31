//! Hints for errors of managed identity.

use super::{Confidence, Hint, configuration, file_access, hint};
use crate::prelude::*;

/// Where to find the client id of a managed identity.
const FIND_CLIENT_ID: &str = "Find the client id in the Azure portal (the app or machine > Identity > User assigned > the identity > Client ID) \
    or with `az identity show --name NAME --resource-group GROUP --query clientId`";

/// The options that take the client id: in the WIT and the command, or in the SDKs that embed the component.
#[cfg(not(all(target_family = "wasm", feature = "embedded")))]
const CLIENT_ID_OPTION: &str = "credential-options.managed-identity, `--managed-identity-client-id`";
#[cfg(all(target_family = "wasm", feature = "embedded"))]
const CLIENT_ID_OPTION: &str =
    "`managed_identity_client_id` of DefaultAzureCredential, `client_id` of ManagedIdentityCredential";

/// A component can't use the managed identity of this platform.
pub(crate) fn instead_of_managed_identity() -> Hint {
    configuration("Here, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's")
}

/// The source can't select the requested identity, so nothing was sent.
pub(crate) fn not_selectable(why: &str, from: &str) -> Hint {
    let cure = if from == "AZURE_CLIENT_ID" {
        ". If AZURE_CLIENT_ID is set for another purpose, unset it here, or choose system-assigned in code (credential-options.managed-identity)"
    } else {
        ""
    };
    hint(Confidence::PartlyConfigured, format!("{why}{cure}"))
}

/// The key file that Azure Arc's agent named can't be read.
pub(crate) fn arc_key(path: &str) -> Hint {
    file_access(
        "Check that the host runs as a member of the group himds",
        path,
        "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's",
    )
}

/// Azure Arc's agent did not name the identity that its token is for.
pub(crate) fn arc_not_confirmed() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "Update the Connected Machine agent, or leave the id out (system-assigned in code) to use the server's own identity. Older agents of \
         Azure Arc do not support user-assigned identities and return the token of the system-assigned one",
    )
}

/// How to select a user-assigned identity.
fn by_client_id(reads_environment: bool) -> &'static str {
    if reads_environment {
        "set AZURE_CLIENT_ID to the identity's client id, or pass the client id in code"
    } else {
        "pass the identity's client id in code"
    }
}

/// No identity is selected, and nothing has been requested yet.
pub(crate) fn platform_chooses(reads_environment: bool, variable_ignored: bool) -> Hint {
    let chooses = hint(
        Confidence::Possible,
        format!(
            "If a user-assigned identity is meant, {}. No identity is named, so the platform gives its default, the system-assigned one. {FIND_CLIENT_ID}",
            by_client_id(reads_environment)
        ),
    );
    if variable_ignored { client_id_variable_ignored(chooses) } else { chooses }
}

/// No identity is selected, and the platform has no default identity.
pub(crate) fn choose_identity(source: &str, reads_environment: bool) -> Hint {
    let by_variable = by_client_id(reads_environment);
    // Azure ML always needs a client id; its own variable is missing in the component, or outdated.
    let first = match source {
        "Azure ML" => "Pass DEFAULT_IDENTITY_CLIENT_ID on to the component, as the platform sets it now. Or: ",
        _ => "",
    };
    hint(
        Confidence::ServiceResponse,
        format!(
            "{first}If {source} has a user-assigned identity, {by_variable} ({CLIENT_ID_OPTION}). If it has none, assign one, or turn \
             the system-assigned one on (portal: Identity). {source} has no identity that it gives by default. {FIND_CLIENT_ID}"
        ),
    )
}

/// The source does not have the requested identity.
pub(crate) fn identity_refused(source: &str, kind: &str, id: &str, from: &str) -> Hint {
    let check = match kind {
        "client id" => "If it is the object (principal) id, put the client id in its place",
        "object id" => "If it is the client id, pass it as a client id",
        _ => "Check that it is complete, and that the identity still exists",
    };
    hint(
        Confidence::ServiceResponse,
        format!(
            "Correct the id, or assign that identity to the app or machine (portal: Identity > User assigned): {source} does not have the user-assigned \
             identity with {kind} {id}, which came from {from}. {check}. An identity that was assigned just now takes some minutes. For the system-assigned identity choose system-assigned in code. {FIND_CLIENT_ID}"
        ),
    )
}

/// The endpoint rejected the secret in the environment.
pub(crate) fn identity_header(variable: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "Pass the value of {variable} that the platform sets now, not a copy in a file or an image: the identity endpoint did not accept {variable}. \
             Its value changes when the app restarts"
        ),
    )
}

/// ManagedIdentityCredential outside the default chain failed without an id, although `AZURE_CLIENT_ID` is set.
pub(crate) fn client_id_variable_ignored(mut hint: Hint) -> Hint {
    hint.text.push_str(
        ". Pass the id in code, or use DefaultAzureCredential: AZURE_CLIENT_ID is set, but ManagedIdentityCredential alone does not read it",
    );
    hint
}

/// The host denied the request to IMDS. What to do depends on where the component runs.
pub(crate) fn imds_denied(mut denied: Hint, elsewhere: &Hint) -> Hint {
    denied.text = format!("On an Azure VM or AKS node: {}. Elsewhere: {}", denied.text, elsewhere.text);
    denied
}

/// `keyfob dev-identity` found no developer who is signed in on this machine.
pub(crate) fn developer_sign_in() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "Sign in on this machine, with one of: `az login` (Azure CLI), `Connect-AzAccount` (Azure PowerShell), `azd auth login` (Azure Developer CLI). \
         What each of them said is in the message; a new sign-in counts at the next call",
    )
}

/// IMDS answers 410 or 404 while it is updated.
pub(crate) fn imds_updating() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "Call again, or allow the call 100 seconds: the metadata service of this machine (IMDS) is being updated, which takes up to 70 seconds",
    )
}
