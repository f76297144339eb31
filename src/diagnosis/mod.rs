//! The hints: why an error happened, in one sentence, and what an operator should do about it. Every text is in this folder, or
//! in `language` where it depends on the caller's language; the code that finds an error passes the facts. Hints for several
//! subjects are in this file, the others in one file for each subject.
//!
//! The fix has one step in each line. The first line is the main change, and a command to copy comes last.

mod aadsts;
mod entra;
mod file;
mod managed_identity;
mod reply;
mod vault;

use crate::language::{self, Language};
use crate::platform::SendError;
use crate::prelude::*;
use crate::url::Url;
pub(crate) use entra::*;
pub(crate) use file::*;
pub(crate) use managed_identity::*;
pub(crate) use reply::*;
pub(crate) use vault::*;

/// The cause of an error and what to change, and how likely it is the right hint among those of several errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What is wrong, in one sentence that begins the error's message; empty if the message itself says it.
    pub(crate) cause: String,
    /// What to change, a step in each line.
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
    Hint { cause: String::new(), text: text.into(), confidence }
}

impl Hint {
    /// Whether this hint has a higher confidence than the other.
    pub(crate) fn is_more_confident(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.confidence > other.confidence)
    }

    /// The same hint with this cause.
    pub(crate) fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), ..self }
    }

    /// Appends a line to the text.
    fn push_line(&mut self, line: &str) {
        self.text.push('\n');
        self.text.push_str(line);
    }
}

/// Joins two hints, the more confident one first. The cause is that of the first.
pub(crate) fn combine(first: Option<Hint>, second: Option<Hint>) -> Option<Hint> {
    match (first, second) {
        (Some(mut first), Some(second)) => {
            first.push_line(&format!("Or: {}", second.text));
            Some(first)
        }
        (first, second) => first.or(second),
    }
}

// ---- no credential configured ----

/// No credential is configured. The environment has no variable at all, or none that a credential uses.
pub(crate) fn nothing_configured(environment_is_empty: bool, language: Language) -> Hint {
    let (cause, text) = match environment_is_empty {
        true => (language.say(language::NO_VARIABLES), language::PASS_VARIABLES),
        false => ("no Azure identity is configured here", language::GIVE_IDENTITY),
    };
    let values = [("{or}", language.say(language::OR_OWN_TOKEN)), ("{laptop}", language.say(language::LAPTOP))];
    hint(Confidence::NotConfigured, language.fill(text, &values)).because(cause)
}

// ---- configuration incomplete or invalid ----

/// Some of the variables that belong together are set, and some are missing.
pub(crate) fn partly_configured(what: &str, present: &[&str], missing: &[&str], language: Language) -> Hint {
    let (present, missing) = (present.join(" and "), missing.join(" and "));
    configuration(&format!("Set {missing} too{}", language.say(language::FORWARD_EACH)))
        .because(format!("{what} needs all of its variables: {present} set, {missing} not set"))
}

/// How a pod on AKS gets the variables of workload identity.
const LABEL_AND_ANNOTATION: &str = "label the pod `azure.workload.identity/use: \"true\"` (in the template of its deployment),\n\
    annotate its service account with `azure.workload.identity/client-id: CLIENT_ID`,\n\
    and make the pod anew: one that runs already does not change";

/// Some of the variables of workload identity are missing.
pub(crate) fn workload_identity(present: &[&str], missing: &[&str], language: Language) -> Hint {
    let mut hint = partly_configured("workload identity", present, missing, language);
    hint.push_line(&format!("On AKS they are set for a pod: {LABEL_AND_ANNOTATION}"));
    hint
}

/// The app runs in Kubernetes, and has no variable of workload identity.
pub(crate) fn kubernetes(language: Language) -> Hint {
    let forward = language.say(language::FORWARD_EACH);
    configuration(&format!("If the app is meant to use workload identity on AKS, {LABEL_AND_ANNOTATION}{forward}"))
        .because("no Azure identity is configured in this pod")
}

/// Username and password are set.
pub(crate) fn username_password() -> Hint {
    configuration(
        "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's instead:\n\
         Microsoft Entra requires multifactor authentication for users",
    )
    .because("AZURE_USERNAME and AZURE_PASSWORD are not supported")
}

/// The configuration has an error; `what` is the text of the hint. The error's message is the cause.
pub(crate) fn configuration(what: &str) -> Hint {
    hint(Confidence::PartlyConfigured, what)
}

/// A URL with plain http.
pub(crate) fn plain_http(is_loopback: bool) -> Hint {
    configuration(if is_loopback {
        "For a fake Azure on this machine set KEYFOB_ALLOW_LOOPBACK_HTTP=1\nElse write https:// instead of http://"
    } else {
        "Write https:// instead of http://"
    })
}

// ---- network ----

/// A request got no response.
pub(crate) fn no_response(error: SendError, service: &str, url: &Url, language: Language) -> Hint {
    let (origin, authority) = (url.origin(), url.authority());
    let values = [("{origin}", origin.as_str()), ("{authority}", authority.as_str())];
    let text = match error {
        SendError::Denied => language.fill(language::ALLOW_HOST, &values),
        SendError::NameNotFound => {
            format!("Check the spelling of {authority} and the DNS here\nFor a vault, check that it exists")
        }
        SendError::Tls => language.fill(language::TRUST_CERTIFICATE, &values),
        SendError::TooLarge | SendError::Other => return unexpected_service(service, url),
        _ => format!("Check the address {authority}, the firewall and the network of this app"),
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
            "Check the address {authority}, and whether a proxy is in between\nThe server there does not speak the protocol of {service}"
        ),
    )
}

/// The call had less time than what it waited for.
pub(crate) fn more_time() -> Hint {
    hint(Confidence::Possible, "Give the call more time")
}

/// Too many requests.
pub(crate) fn throttled(seconds: Option<u64>) -> Hint {
    let wait = match seconds {
        None => "a while".to_owned(),
        Some(1) => "1 second".to_owned(),
        Some(seconds) => format!("{seconds} seconds"),
    };
    hint(
        Confidence::ServiceResponse,
        format!(
            "Wait {wait} before the next call\nKeep credential and client objects, because they cache their tokens"
        ),
    )
}
