//! Hints for errors of managed identity.

use super::{Confidence, Hint, configuration, file_access, hint};
use crate::language::{self, Language};
use crate::prelude::*;
use crate::url::Url;

/// Where to find the client id of a managed identity.
const FIND_CLIENT_ID: &str = "Find it: portal > the app or machine > Identity > User assigned > the identity > Client ID\n         \
    az identity show --name NAME --resource-group GROUP --query clientId";

/// A component can't use the managed identity of this platform.
pub(crate) fn instead_of_managed_identity() -> Hint {
    configuration("Here, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's")
}

/// The source can't select the requested identity, so nothing was sent.
pub(crate) fn not_selectable(why: &str, from: &str, language: Language) -> Hint {
    let mut hint = configuration(why);
    if from == "AZURE_CLIENT_ID" {
        let system_assigned = language.say(language::CHOOSE_SYSTEM_ASSIGNED);
        hint.push_line(&format!("If AZURE_CLIENT_ID is set for another purpose, unset it here, or {system_assigned}"));
    }
    hint
}

/// The key file that Azure Arc's agent named can't be read.
pub(crate) fn arc_key(path: &str, language: Language) -> Hint {
    file_access(
        "Check that the host runs as a member of the group himds",
        path,
        "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's",
        language,
    )
}

/// Azure Arc's agent did not name the identity that its token is for.
pub(crate) fn arc_not_confirmed(language: Language) -> Hint {
    let system_assigned = language.say(language::CHOOSE_SYSTEM_ASSIGNED);
    hint(
        Confidence::ServiceResponse,
        format!("Update the Connected Machine agent,\nor use the server's own identity: leave the id out, or {system_assigned}"),
    )
    .because(
        "this agent of Azure Arc is too old for user-assigned identities: it gave the token of the server's own identity",
    )
}

/// How code names a user-assigned identity.
fn in_code(reads_environment: bool, language: Language) -> &'static str {
    language.say(if reads_environment { language::CHAIN_CLIENT_ID_IN_CODE } else { language::CLIENT_ID_IN_CODE })
}

/// How to select a user-assigned identity of `owner`, such as "the app".
fn select_identity(reads_environment: bool, owner: &str, language: Language) -> String {
    let code = in_code(reads_environment, language);
    if reads_environment {
        format!("Set AZURE_CLIENT_ID to the client id of {owner}'s user-assigned identity,\nor {code}")
    } else {
        format!("Name {owner}'s user-assigned identity by its client id {code}")
    }
}

/// No identity is selected, and nothing has been requested yet.
pub(crate) fn platform_chooses(reads_environment: bool, variable_ignored: bool, language: Language) -> Hint {
    let select = select_identity(reads_environment, "the app", language);
    let chooses = hint(
        Confidence::Possible,
        format!(
            "If a user-assigned identity is meant:\n{select}\nWithout it the platform gives its default, the system-assigned one\n\
             {FIND_CLIENT_ID}"
        ),
    );
    if variable_ignored { client_id_variable_ignored(chooses) } else { chooses }
}

/// No identity is selected, and the platform has no default identity.
pub(crate) fn choose_identity(source: &str, reads_environment: bool, language: Language) -> Hint {
    let owner = if source == "IMDS" { "the machine" } else { "the app" };
    let select = select_identity(reads_environment, owner, language);
    // Azure ML always needs a client id; its own variable is missing in the component, or outdated.
    let first = match source {
        "Azure ML" => language.fill(language::PASS_DEFAULT_CLIENT_ID, &[]),
        _ => String::new(),
    };
    hint(
        Confidence::ServiceResponse,
        format!(
            "{first}{select}\n{FIND_CLIENT_ID}\nNo identity yet? Assign one, or turn on the system-assigned one (same page)"
        ),
    )
    .because(format!("{source} must be told which identity to use"))
}

/// The source does not have the requested identity.
pub(crate) fn identity_refused(source: &str, kind: &str, id: &str, from: &str, language: Language) -> Hint {
    let check = match kind {
        "client id" => "If it is the object (principal) id, put the client id in its place",
        "object id" => "If it is the client id, pass it as a client id",
        _ => "Check that it is complete, and that the identity still exists",
    };
    let unset = if from == "AZURE_CLIENT_ID" { "unset AZURE_CLIENT_ID, or " } else { "" };
    hint(
        Confidence::ServiceResponse,
        format!(
            "Correct {from}, or assign the identity with {kind} {id} to the app or machine\n\
             (portal: Identity > User assigned; one that was assigned just now takes some minutes)\n{check}\n{FIND_CLIENT_ID}\n\
             For the system-assigned identity {unset}{}",
            language.say(language::CHOOSE_SYSTEM_ASSIGNED)
        ),
    )
    .because(format!("{source} does not have the user-assigned identity that {from} names"))
}

/// The endpoint rejected the secret in the environment.
pub(crate) fn identity_header(source: &str, variable: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "Pass the value of {variable} that the platform sets now, not a copy in a file or an image:\nit changes when the app restarts"
        ),
    )
    .because(format!("{source} did not accept {variable}"))
}

/// ManagedIdentityCredential outside the default chain failed without an id, although `AZURE_CLIENT_ID` is set.
pub(crate) fn client_id_variable_ignored(mut hint: Hint) -> Hint {
    hint.push_line(
        "AZURE_CLIENT_ID is set, but ManagedIdentityCredential alone does not read it: pass the id in code, or use DefaultAzureCredential",
    );
    hint
}

/// The host denied the request to IMDS. What to do depends on where the component runs.
pub(crate) fn imds_denied(denied: Hint, elsewhere: &Hint) -> Hint {
    Hint { text: format!("On an Azure VM or AKS node: {}\nElsewhere: {}", denied.text, elsewhere.text), ..denied }
}

/// `keyfob dev-identity` gives no token: no developer is signed in on this machine, or, as it then says, its options don't allow
/// the resource.
pub(crate) fn developer_identity(said: &str) -> Hint {
    if said.contains("--dev-scope") {
        return hint(Confidence::ServiceResponse, "Add the option --dev-scope to the command that has --dev");
    }
    hint(
        Confidence::ServiceResponse,
        "Sign in on this machine, with one of:\n`az login` (Azure CLI)\n`Connect-AzAccount` (Azure PowerShell)\n\
         `azd auth login` (Azure Developer CLI)\nA new sign-in counts at the next call",
    )
    .because("no developer is signed in on this machine")
}

/// IMDS answers 410 or 404 while it is updated.
pub(crate) fn imds_updating() -> Hint {
    hint(Confidence::ServiceResponse, "Call again, or allow the call 100 seconds: the update takes up to 70 seconds")
        .because("the metadata service of this machine (IMDS) is being updated")
}

/// Another server than IMDS is at the address that the variable names.
pub(crate) fn other_server(url: &Url, variable: &str) -> Hint {
    configuration(&format!("Unset {variable}, or set it to the address of a metadata service of Azure"))
        .because(format!("the server at {}, which {variable} names, is not IMDS", url.authority()))
}

/// IMDS was named alone, and nothing answers at its address.
pub(crate) fn imds_named_alone(authority: &str, elsewhere: &Hint) -> Hint {
    configuration(&format!(
        "On an Azure VM or AKS node, let the app reach {authority}, which gives the machine's identity:\n\
         check network policies and firewall, and whether the pod or machine was still starting\n\
         Elsewhere there is none: {}",
        elsewhere.text
    ))
    .because(format!("no metadata service (IMDS) answers at {authority}"))
}
