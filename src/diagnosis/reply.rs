//! Hints for replies that are not as the service's protocol has them.

use super::{Confidence, Hint, configuration, hint, imds_denied, unexpected_service};
use crate::http::Content;
use crate::prelude::*;
use crate::url::Url;

/// A reply is not as the service's protocol has it. Where the service itself fails, nothing has to be changed.
pub(crate) fn unexpected_reply(status: u16, content: &Content, service: &str, url: &Url) -> Option<Hint> {
    let failing = status >= 500 || status == 429;
    in_between(status, content, service, url).or_else(|| (!failing).then(|| unexpected_service(service, url)))
}

/// A reply with this status and content comes from a proxy or a network's sign-in page, and not from the service.
#[inline(never)]
pub(crate) fn in_between(status: u16, content: &Content, service: &str, url: &Url) -> Option<Hint> {
    let authority = url.authority();
    // An identity endpoint is on the machine or in its own network, where no proxy belongs in between.
    let local = url.is_local();
    let (who, fix) = match (status, content) {
        (_, Content::Message(_)) => return None,
        (407, _) => ("a proxy that wants a sign-in", "Set the proxy's user and password, or l"),
        (502 | 504, _) => ("a proxy or gateway that does not reach it", "Open the way in the proxy or gateway, or l"),
        (300..400 | 511, _) | (_, Content::Page(_)) => {
            ("a proxy, a network's sign-in page or another web server", "Sign in to the network or the proxy, or l")
        }
        _ => return None,
    };
    let fix = if local { "L" } else { fix };
    let text = format!(
        "{fix}et requests to {authority} go without the proxy (such as by NO_PROXY)\nand check that this is the address of {service}"
    );
    Some(configuration(&text).because(format!("{who} answered in place of {service} at {authority}")))
}

/// Nobody is known to be IMDS, and this reply came from its address. `nothing` is the hint for a machine without one. A web
/// page is no mark of a proxy there, because the metadata services of other clouds have them.
pub(crate) fn not_imds(status: u16, content: &Content, url: &Url, nothing: Hint) -> Hint {
    let proxy = in_between(status, content, "IMDS", url).filter(|_| matches!(status, 407 | 502 | 504 | 511));
    match proxy {
        Some(proxy) => Hint { cause: nothing.cause.clone(), ..imds_denied(proxy, &nothing) },
        None => nothing,
    }
}

/// Text at the address of IMDS that shows who gave it: aad-pod-identity on AKS, or Container Instances.
pub(crate) fn identity_in_text(content: &Content) -> Option<Hint> {
    let Content::Text(text) = content else { return None };
    let contains = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let (who, fix) = if contains(&[
        "AzureAssignedIdentity",
        "azure identity found",
        "ASSIGNED state",
        "adal:",
        "for pod",
    ]) {
        (
            "aad-pod-identity has no token for this pod",
            "Check the pod's label `aadpodidbinding`, its AzureIdentityBinding and its AzureIdentity:\n\
             `kubectl get azureassignedidentity --all-namespaces`\n\
             A new pod has to wait some seconds. aad-pod-identity is no longer developed: workload identity replaces it",
        )
    } else if contains(&["invalid token"]) {
        (
            "Container Instances gave no token",
            "Assign an identity to the container group and make the group anew: `az container create --assign-identity`\n\
             If it has just started, call again",
        )
    } else {
        return None;
    };
    Some(hint(Confidence::ServiceResponse, fix).because(who))
}

/// The service refused the request for another reason than a missing identity.
pub(crate) fn request_refused(service: &str, code: Option<&str>) -> Hint {
    let text = if code.is_some_and(|code| code.eq_ignore_ascii_case("UnsupportedApiVersion")) {
        "Update the platform's host (for Functions its runtime version), or use a service principal:\n\
         its identity endpoint is too old for the API version that Keyfob uses"
            .to_owned()
    } else {
        format!(
            "Do what the answer says, and check the scope and the id that are asked for: {service} did not take the request"
        )
    };
    hint(Confidence::ServiceResponse, text)
}

/// There is no connection, and a variable names a proxy. `otherwise` is the hint for the error alone.
pub(crate) fn proxy_not_followed(otherwise: Hint, variable: &str, url: &Url) -> Hint {
    let authority = url.authority();
    let text = format!(
        "Let the host of this component connect to {authority} directly, or give the host itself the proxy:\n{variable} is set, \
         but it is the host that connects, and it does not follow the variable\nElse: {}",
        otherwise.text
    );
    Hint { text, ..otherwise }
}
