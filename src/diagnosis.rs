//! From what was tried to what to do about it. Every cure is written here, in concrete words; where the failure was
//! seen, the facts are handed over.

use crate::cloud::Cloud;
use crate::platform::SendError;
use crate::prelude::*;
use crate::text::join;
use crate::url::Url;

/// A cure, and how surely it is the right one when several failures offer theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What to change.
    pub text: String,
    weight: Weight,
}

/// From the vaguest to the surest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It would help if this was meant.
    Maybe,
    /// Nothing is configured.
    Nothing,
    /// The configuration shows that this was meant, and what it lacks.
    NearMiss,
    /// Azure itself answered.
    Answered,
}

fn hint(weight: Weight, text: impl Into<String>) -> Hint {
    Hint { text: text.into(), weight }
}

impl Hint {
    /// Whether this is more surely the right cure than the other.
    pub(crate) fn is_surer(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.weight > other.weight)
    }
}

/// Two cures, the surer one first.
pub(crate) fn also(first: Option<Hint>, second: Option<Hint>) -> Option<Hint> {
    match (first, second) {
        (Some(mut first), Some(second)) => {
            first.text.push_str(&format!(". Or: {}", second.text));
            Some(first)
        }
        (first, second) => first.or(second),
    }
}

/// Where to find the client id.
const WHERE_CLIENT_ID: &str = "The client id stands in the Azure portal under the app or machine > Identity > User assigned > (the identity) > Client ID, \
    and `az identity show --name NAME --resource-group GROUP --query clientId` prints it";

// ---- nothing there ----

/// Nothing is configured that any credential could use: because the environment has no variable at all, or others only.
pub(crate) fn nothing_configured(environment_is_empty: bool) -> Hint {
    if environment_is_empty { empty_environment() } else { no_platform() }
}

fn empty_environment() -> Hint {
    hint(
        Weight::Nothing,
        "The component sees an empty environment: the host passes no variables. In wasmtime pass each with `--env AZURE_CLIENT_ID=…` \
         (or all with `-S inherit-env=y`); in Spin set them under `environment` of the component and give the dependency \
         `inherit_configuration = [\"allowed_outbound_hosts\", \"environment\"]`. On App Service the variables IDENTITY_ENDPOINT and IDENTITY_HEADER \
         must be passed on too",
    )
}

fn no_platform() -> Hint {
    hint(
        Weight::Nothing,
        "Nothing here gives this app an Azure identity. On a laptop, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service \
         principal's, or get a token outside (`az account get-access-token --scope SCOPE`) and give it to credential.static-token. On Azure, give the \
         app or machine a managed identity, and pass the platform's variables (IDENTITY_ENDPOINT, IDENTITY_HEADER, AZURE_CLIENT_ID) through to the component",
    )
}

// ---- half configured ----

/// Some of the variables that belong together are set, and these are not.
pub(crate) fn half_set(what: &str, present: &[&str], missing: &[&str]) -> Hint {
    hint(
        Weight::NearMiss,
        format!(
            "{} set, but {} not: {what} needs them all. Set {}; a host that forwards variables by name must forward each",
            list(present),
            list(missing),
            join(missing, " and ")
        ),
    )
}

/// Username and password are set.
pub(crate) fn username_password() -> Hint {
    hint(
        Weight::NearMiss,
        "AZURE_USERNAME and AZURE_PASSWORD are not supported: Microsoft Entra requires multifactor authentication for users. \
         Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's instead",
    )
}

/// A variable holds something that it can't.
pub(crate) fn expected(what: &str) -> Hint {
    hint(Weight::NearMiss, what)
}

fn list(names: &[&str]) -> String {
    format!("{} {}", join(names, " and "), if names.len() == 1 { "is" } else { "are" })
}

// ---- managed identity ----

/// The platform's managed identity can't be used here.
pub(crate) fn instead_of_managed_identity() -> Hint {
    expected("Here, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's")
}

/// The source has no such choice of identity, so nothing was sent.
pub(crate) fn not_selectable(why: &str, from: &str) -> Hint {
    let cure = if from == "AZURE_CLIENT_ID" {
        ". AZURE_CLIENT_ID may be set for another purpose: unset it here, or choose system-assigned in code (credential-options.managed-identity)"
    } else {
        ""
    };
    hint(Weight::NearMiss, format!("{why}{cure}"))
}

/// The file that Azure Arc's agent named can't be used.
pub(crate) fn arc_key(folder: &str) -> Hint {
    expected(&format!(
        "Give the component the folder {folder} itself, read-only (wasmtime: `--dir {folder}`, Spin: `files`), and run the host as a member of the group himds"
    ))
}

/// Azure Arc's agent did not name the identity that it gave a token of.
pub(crate) fn arc_not_confirmed() -> Hint {
    hint(
        Weight::Answered,
        "Agents of Azure Arc that know no user-assigned identities give the system-assigned one's token instead: update the Connected Machine agent, \
         or leave the id out (system-assigned in code) if the server's own identity will do",
    )
}

/// No identity was asked for, and the platform has none to give by default.
pub(crate) fn choose_identity(source: &str, reads_environment: bool) -> Hint {
    let by_variable = if reads_environment {
        "set AZURE_CLIENT_ID to the identity's client id, or pass the client id in code"
    } else {
        "pass the identity's client id in code"
    };
    // It wants to be told always, and what its own variable tells is not here, or old.
    let pass = match source {
        "Azure ML" => "Pass DEFAULT_IDENTITY_CLIENT_ID on to the component, as the platform sets it now. Or: ",
        _ => "",
    };
    hint(
        Weight::Answered,
        format!(
            "{pass}{source} has no identity that it gives without being told which. If it has a user-assigned identity, {by_variable} \
             (credential-options.managed-identity, `--managed-identity-client-id`). {WHERE_CLIENT_ID}. If it has none, assign one, \
             or turn the system-assigned one on (portal: Identity)"
        ),
    )
}

/// The identity that was asked for was refused.
pub(crate) fn identity_refused(source: &str, kind: &str, id: &str, from: &str) -> Hint {
    let question = match kind {
        "client id" => "Is it the client id? If it is the object (principal) id, put the client id in its place.",
        "object id" => "Is it the object (principal) id? If it is the client id, pass it as a client id.",
        _ => "Is it complete, and does the identity still exist?",
    };
    hint(
        Weight::Answered,
        format!(
            "{source} does not have the user-assigned identity with {kind} {id}, which came from {from}. {question} \
             Else assign that identity to the app or machine (portal: Identity > User assigned), or correct the id. {WHERE_CLIENT_ID}. \
             For the system-assigned identity choose system-assigned in code"
        ),
    )
}

/// The endpoint does not accept the secret that the environment holds.
pub(crate) fn identity_header(variable: &str) -> Hint {
    hint(
        Weight::Answered,
        format!(
            "The identity endpoint did not accept {variable}. Its value changes when the app restarts: pass the one that the platform sets now, \
             not a copy in a file or an image"
        ),
    )
}

/// Managed identity alone failed without an id, though `AZURE_CLIENT_ID` is set.
pub(crate) fn not_read_alone(mut hint: Hint) -> Hint {
    hint.text.push_str(
        ". AZURE_CLIENT_ID is set, but ManagedIdentityCredential alone does not read it: pass the id in code, or use DefaultAzureCredential",
    );
    hint
}

/// The host denied the way to IMDS: the cure depends on where this runs.
pub(crate) fn not_an_azure_machine(mut denied: Hint) -> Hint {
    denied.text = format!("On an Azure VM or AKS node: {}. Elsewhere: {}", denied.text, no_platform().text);
    denied
}

/// IMDS answers 410 or 404 while it is updated.
pub(crate) fn imds_updating() -> Hint {
    hint(
        Weight::Answered,
        "The metadata service of this machine (IMDS) is being updated, which takes up to 70 seconds. Call again, or allow the call 100 seconds",
    )
}

// ---- Entra ----

/// What the app told Entra about itself.
pub(crate) struct Client<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) client_id: &'a str,
    /// Where the secret or the assertion came from.
    pub(crate) proof_from: &'a str,
    /// The secret ends in white space.
    pub(crate) trailing_space: bool,
    /// How to get a new one, where this one has expired.
    pub(crate) renewal: &'a str,
}

/// An AADSTS code. <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
pub(crate) fn entra(code: &str, client: &Client<'_>) -> Option<Hint> {
    let Client { tenant, client_id, proof_from, trailing_space, renewal } = client;
    // As a number: to compare texts would weigh twice as much.
    let text = match code.get("AADSTS".len()..)?.parse::<u64>().ok()? {
        7_000_215 if *trailing_space => {
            format!("The client secret from {proof_from} ends in white space or a newline: remove it")
        }
        7_000_215 => format!(
            "The client secret from {proof_from} is wrong. Use the secret's Value, not its Secret ID: portal > Microsoft Entra ID > App registrations > \
             {client_id} > Certificates & secrets"
        ),
        7_000_222 => format!(
            "The client secret from {proof_from} has expired. Make a new one (portal > Microsoft Entra ID > App registrations > {client_id} > \
             Certificates & secrets, or `az ad app credential reset --id {client_id}`) and set it"
        ),
        700_016 => {
            format!("Tenant {tenant} has no application {client_id}: check AZURE_CLIENT_ID and AZURE_TENANT_ID")
        }
        90_002 | 900_023 | 50_059 => format!(
            "There is no tenant {tenant}: check AZURE_TENANT_ID, and AZURE_AUTHORITY_HOST for a cloud other than the public one"
        ),
        70_021 | 700_213 | 700_211 | 700_212 | 700_021 | 700_023 => format!(
            "No federated credential of {client_id} matches the token in {proof_from}. Compare issuer, subject (system:serviceaccount:NAMESPACE:NAME) \
             and audience (api://AzureADTokenExchange) with the identity's federated credentials; a new one takes some minutes"
        ),
        700_024 => {
            format!("What {proof_from} proves is not valid now: it has expired or the clock is wrong. {renewal}")
        }
        700_027 => format!(
            "{proof_from} is not registered with {client_id}: upload the certificate (portal > Microsoft Entra ID > App registrations > {client_id} > \
             Certificates & secrets)"
        ),
        50_027 | 5_002_727 => format!("{proof_from} holds no valid token. {renewal}"),
        500_011 | 50_001 | 1_002_012 | 70_011 => return Some(no_such_resource()),
        7_000_112 => format!(
            "The application {client_id} is disabled in tenant {tenant}: portal > Microsoft Entra ID > Enterprise applications"
        ),
        53_003 => {
            "A Conditional Access policy for workload identities blocks this: ask the tenant's administrator".to_owned()
        }
        _ if *trailing_space => {
            format!("The client secret from {proof_from} ends in white space or a newline: remove it")
        }
        _ => return None,
    };
    Some(hint(Weight::Answered, text))
}

/// Nobody in the tenant is what the token is asked for.
pub(crate) fn no_such_resource() -> Hint {
    hint(
        Weight::Answered,
        "The scope names no resource of this tenant: it must be the resource's identifier and /.default, \
         such as https://vault.azure.net/.default",
    )
}

/// The vault belongs to another tenant than the credential.
pub(crate) fn other_tenant(configured: &str, requested: &str) -> Hint {
    hint(
        Weight::Answered,
        format!(
            "The credential is for tenant {configured}, and tenant {requested} was asked for (a vault names its own). \
             If the application is registered there too, allow it: AZURE_ADDITIONALLY_ALLOWED_TENANTS={requested}, or \
             credential-options.additionally-allowed-tenant in code. Else use a service principal of that tenant"
        ),
    )
}

/// The vault belongs to another cloud than the authority.
pub(crate) fn other_cloud(asked: &Cloud, wanted: &Cloud) -> Hint {
    let host = wanted.authorities.first().copied().unwrap_or_default();
    hint(
        Weight::Answered,
        format!(
            "The vault is in {}, and the token was asked for in {}. Set AZURE_AUTHORITY_HOST=https://{host} (or the option authority-host), \
             with a service principal of that cloud; or check the vault URL",
            wanted.name, asked.name
        ),
    )
}

/// A certificate is given to a build that can't use it.
#[cfg(not(feature = "certificate"))]
pub(crate) fn without_certificates() -> Hint {
    expected("Use the build with the cargo feature `certificate` (the keyfob command has it), or a client secret")
}

/// Credentials of developers are asked for by a variable.
pub(crate) fn developer_credentials(variable: &str) -> Hint {
    expected(&format!(
        "Set {variable} to prod, or unset it. On a laptop get a token outside (`az account get-access-token --scope SCOPE`) and give it to \
         credential.static-token, or use a service principal"
    ))
}

// ---- the way there ----

/// A request that got no answer.
pub(crate) fn no_answer(error: SendError, who: &str, url: &Url) -> Hint {
    let (origin, authority) = (url.origin(), url.authority());
    let text = match error {
        SendError::Denied => format!(
            "The host does not let this component reach {origin}. Allow it: in Spin add \"{origin}\" to `allowed_outbound_hosts` and give the dependency \
             `inherit_configuration = [\"allowed_outbound_hosts\", \"environment\"]`; with the keyfob command `--allow-host {authority}`"
        ),
        SendError::NameNotFound => {
            format!("{authority} does not resolve here: check the spelling, the DNS, and for a vault whether it exists")
        }
        SendError::Tls => format!(
            "TLS with {authority} failed: is a proxy with its own certificate in between, or the name wrong? Give the host runtime the CA (keyfob command: `--cacert FILE`)"
        ),
        SendError::TooLarge | SendError::Other => return not_the_protocol(who, url),
        _ => format!("Can't reach {who} at {authority}: check the address, the firewall and the network of this app"),
    };
    // A metadata service that is not there is the normal case off Azure, not a cure.
    hint(if error == SendError::Denied { Weight::NearMiss } else { Weight::Maybe }, text)
}

/// An answer came that is none of this service's.
pub(crate) fn not_the_protocol(who: &str, url: &Url) -> Hint {
    let authority = url.authority();
    hint(
        Weight::Maybe,
        format!(
            "What answers at {authority} does not speak the protocol of {who}: check the address, and whether a proxy is in between"
        ),
    )
}

/// Too many requests.
pub(crate) fn throttled(seconds: Option<u64>) -> Hint {
    let wait = seconds.map_or_else(|| "a while".to_owned(), |s| format!("{s} seconds"));
    hint(
        Weight::Answered,
        format!("Wait {wait} before the next call, and keep credential and client objects: they hold their tokens"),
    )
}

// ---- the vault ----

/// The identity may not read.
pub(crate) fn forbidden(code: &str, identity: &str, vault: &str, platform_chose: bool) -> Hint {
    let mut text = match code {
        "SecretDisabled" => {
            return hint(
                Weight::Answered,
                format!("The secret is disabled: enable it in vault {vault}, or read another version"),
            );
        }
        "ForbiddenByFirewall" | "ForbiddenByConnection" => {
            return hint(
                Weight::Answered,
                format!(
                    "The firewall of vault {vault} does not let this address in: add it, the app's subnet or a private endpoint (portal: Networking)"
                ),
            );
        }
        "ForbiddenByPolicy" | "AccessDenied" => {
            format!(
                "The identity used was {identity}. Give it the secret permission Get in the access policies of vault {vault}"
            )
        }
        _ => format!(
            "The identity used was {identity}. Assign it the role Key Vault Secrets User on vault {vault} (portal: the vault > Access control (IAM), or \
             `az role assignment create --role \"Key Vault Secrets User\" --assignee-object-id OBJECT_ID --scope VAULT_RESOURCE_ID`)"
        ),
    };
    text.push_str("; a new role can take up to 10 minutes");
    if platform_chose {
        text.push_str(". If a user-assigned identity has the role, choose it: set AZURE_CLIENT_ID to its client id, or pass it in code");
    }
    hint(Weight::Answered, text)
}

/// No such secret.
pub(crate) fn not_found(name: &str, version: Option<&str>, vault: &str) -> Hint {
    let version = version.map(|v| format!(" in version {v}")).unwrap_or_default();
    hint(
        Weight::Answered,
        format!(
            "Vault {vault} has no secret {name}{version} that is not deleted: `az keyvault secret list --vault-name NAME` lists them. \
             Names have letters, digits and dashes only, no underscores"
        ),
    )
}

/// The token was refused after the challenge was followed.
pub(crate) fn token_refused(vault: &str) -> Hint {
    hint(
        Weight::Answered,
        format!(
            "Vault {vault} does not accept tokens of this identity: it belongs to another tenant or another cloud (AZURE_AUTHORITY_HOST), or has been moved"
        ),
    )
}

/// The challenge names another resource than the vault's.
pub(crate) fn challenge_mismatch(resource: &str, host: &str) -> Hint {
    hint(
        Weight::Answered,
        format!(
            "{host} asks for a token for {resource}, which is not its own domain: a token sent there could be used elsewhere. Check the vault URL; \
             for an emulator or a private domain that you trust set client-options.verify-challenge-resource to false in code"
        ),
    )
}
