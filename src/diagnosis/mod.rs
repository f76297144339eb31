//! The hints: what an operator should do about an error. Every text is in this folder; the code that finds an error passes
//! the facts. Hints for several subjects are in this file, the others in one file for each subject.
//!
//! A hint begins with what to do. Each step is one sentence, and a command to copy comes last.

mod aadsts;
mod entra;
mod file;
mod managed_identity;
mod vault;

use crate::platform::SendError;
use crate::prelude::*;
use crate::url::Url;
pub(crate) use entra::*;
pub(crate) use file::*;
pub(crate) use managed_identity::*;
pub(crate) use vault::*;

/// A hint, and how likely it is the right one among the hints of several errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What to change.
    pub text: String,
    confidence: Confidence,
}

/// How likely a hint is the right one, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Confidence {
    /// It helps if this credential or service was intended.
    Possible,
    /// Nothing is configured.
    NotConfigured,
    /// The configuration shows what was intended and what is missing or wrong.
    PartlyConfigured,
    /// A response of Azure shows the cause.
    ServiceResponse,
}

fn hint(confidence: Confidence, text: impl Into<String>) -> Hint {
    Hint { text: text.into(), confidence }
}

impl Hint {
    /// Whether this hint has a higher confidence than the other.
    pub(crate) fn is_more_confident(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.confidence > other.confidence)
    }
}

/// Joins two hints, the more confident one first.
pub(crate) fn combine(first: Option<Hint>, second: Option<Hint>) -> Option<Hint> {
    match (first, second) {
        (Some(mut first), Some(second)) => {
            first.text.push_str(&format!(". Or: {}", second.text));
            Some(first)
        }
        (first, second) => first.or(second),
    }
}

// ---- no credential configured ----

/// No credential is configured. The environment has no variable at all, or none that a credential uses.
pub(crate) fn nothing_configured(environment_is_empty: bool) -> Hint {
    if environment_is_empty { empty_environment() } else { no_identity() }
}

fn empty_environment() -> Hint {
    hint(
        Confidence::NotConfigured,
        "Pass environment variables to the component, which sees an empty environment. Spin: set them under `environment` of the \
         component and give the dependency `inherit_configuration = [\"allowed_outbound_hosts\", \"environment\"]`. wasmCloud: set \
         `environment` of `localResources`. On App Service, pass IDENTITY_ENDPOINT and IDENTITY_HEADER too. wasmtime: pass each \
         with `--env AZURE_CLIENT_ID=…`, or all with `-S inherit-env=y`",
    )
}

#[cfg(all(target_family = "wasm", feature = "embedded"))]
fn no_identity() -> Hint {
    hint(
        Confidence::NotConfigured,
        "Give this program an Azure identity; none is configured here. On Azure, give the app or machine a managed identity. Elsewhere, set \
         AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's, or give the Azure SDK's AzureCliCredential to \
         ChainedTokenCredential or to the client. On a laptop, start it with your sign-in of `az`, Azure PowerShell or `azd`: \
         `keyfob dev-identity -- COMMAND`",
    )
}

#[cfg(not(all(target_family = "wasm", feature = "embedded")))]
fn no_identity() -> Hint {
    hint(
        Confidence::NotConfigured,
        "Give this app an Azure identity; none is configured here. On Azure, give the app or machine a managed identity, and pass the \
         platform's variables (IDENTITY_ENDPOINT, IDENTITY_HEADER, AZURE_CLIENT_ID) through to the component. Elsewhere, set AZURE_TENANT_ID, \
         AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's, or get a token outside (`az account get-access-token \
         --scope SCOPE`) and give it to credential.static-token. On a laptop, start the app with your sign-in of `az`, Azure PowerShell or \
         `azd`: `keyfob dev-identity -- COMMAND`",
    )
}

// ---- configuration incomplete or invalid ----

/// Some of the variables that belong together are set, and some are missing.
pub(crate) fn partly_configured(what: &str, present: &[&str], missing: &[&str]) -> Hint {
    hint(
        Confidence::PartlyConfigured,
        format!(
            "Set {}: {what} needs all of its variables, and only {} set. A host that forwards variables by name must forward each",
            missing.join(" and "),
            is_or_are(present)
        ),
    )
}

/// How a pod on AKS gets the variables of workload identity.
const LABEL_AND_ANNOTATION: &str = "label the pod `azure.workload.identity/use: \"true\"` (in the template of its deployment), and annotate its service \
    account with `azure.workload.identity/client-id: CLIENT_ID`; a pod that runs already has to be made anew";

/// Some of the variables of workload identity are missing.
pub(crate) fn workload_identity(present: &[&str], missing: &[&str]) -> Hint {
    let mut hint = partly_configured("workload identity", present, missing);
    hint.text.push_str(&format!(". On AKS they are set for a pod: {LABEL_AND_ANNOTATION}"));
    hint
}

/// The app runs in Kubernetes, and has no variable of workload identity.
pub(crate) fn kubernetes() -> Hint {
    configuration(&format!(
        "If the app is meant to use workload identity on AKS, {LABEL_AND_ANNOTATION}. A host that forwards variables by name must forward \
         AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE"
    ))
}

/// Username and password are set.
pub(crate) fn username_password() -> Hint {
    hint(
        Confidence::PartlyConfigured,
        "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's instead. AZURE_USERNAME and \
         AZURE_PASSWORD are not supported, because Microsoft Entra requires multifactor authentication for users",
    )
}

/// The configuration has an error; `what` is the text of the hint.
pub(crate) fn configuration(what: &str) -> Hint {
    hint(Confidence::PartlyConfigured, what)
}

fn is_or_are(names: &[&str]) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

// ---- network ----

/// A request got no response.
pub(crate) fn no_response(error: SendError, service: &str, url: &Url) -> Hint {
    let (origin, authority) = (url.origin(), url.authority());
    let text = match error {
        #[cfg(all(target_family = "wasm", feature = "embedded"))]
        SendError::Denied => {
            format!("Allow {origin} in the proxy, which denied it to this program, or name {authority} in NO_PROXY")
        }
        #[cfg(not(all(target_family = "wasm", feature = "embedded")))]
        SendError::Denied => format!(
            "Allow this component to reach {origin}; the host denied it. Spin: `allowed_outbound_hosts = [\"{origin}\"]`, for a \
             dependency also `inherit_configuration = [\"allowed_outbound_hosts\"]`, and nothing in `block_networks` that holds it; wasmCloud: \
             `allowedHosts: [\"{origin}\"]`; the keyfob command: `--allow-host {authority}`"
        ),
        SendError::NameNotFound => {
            format!(
                "Check the spelling and the DNS: {authority} does not resolve here. For a vault, check that it exists"
            )
        }
        #[cfg(all(target_family = "wasm", feature = "embedded"))]
        SendError::Tls => format!(
            "Check the name {authority}: TLS with it failed. If a proxy with its own certificate is in between, set SSL_CERT_FILE or \
             REQUESTS_CA_BUNDLE to the file of its CA"
        ),
        #[cfg(not(all(target_family = "wasm", feature = "embedded")))]
        SendError::Tls => format!(
            "Check the name {authority}: TLS with it failed. If a proxy with its own certificate is in between, give the host runtime its CA (keyfob command: `--cacert FILE`)"
        ),
        SendError::TooLarge | SendError::Other => return unexpected_service(service, url),
        _ => {
            format!(
                "Check the address, the firewall and the network of this app: it can't reach {service} at {authority}"
            )
        }
    };
    // Outside Azure a missing metadata service is the normal case, so only a denial has a higher confidence.
    hint(if error == SendError::Denied { Confidence::PartlyConfigured } else { Confidence::Possible }, text)
}

/// A response came from something that is not this service.
pub(crate) fn unexpected_service(service: &str, url: &Url) -> Hint {
    let authority = url.authority();
    hint(
        Confidence::Possible,
        format!(
            "Check the address {authority}, and whether a proxy is in between: the server there does not speak the protocol of {service}"
        ),
    )
}

/// Too many requests.
pub(crate) fn throttled(seconds: Option<u64>) -> Hint {
    let wait = seconds.map_or_else(|| "a while".to_owned(), |s| format!("{s} seconds"));
    hint(
        Confidence::ServiceResponse,
        format!(
            "Wait {wait} before the next call. Keep credential and client objects, because they cache their tokens"
        ),
    )
}
