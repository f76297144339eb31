//! The first line: what is wrong and what to change, or what works.

use fake_azure::uri;
use http::Uri;
use keyfob_host_test::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};

use super::checks::{Check, CheckResult};
use super::diagnosis::Diagnosis;
use crate::developer::sign_in;
use crate::error_text::{is_of_developers, own_message};
use crate::output::ErrorReport;

/// What is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Works,
    Fails,
    /// Only a request can tell.
    Unknown,
}

/// The verdict.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) mark: Mark,
    /// One line.
    pub(super) sentence: String,
    /// What to change, in lines. Where nothing failed, what to know before a change.
    pub(super) fix: Option<String>,
}

impl Verdict {
    pub(super) fn of(diagnosis: &Diagnosis) -> Self {
        match &diagnosis.failed {
            Some((check, report)) => failed(diagnosis, *check, report),
            None => match diagnosis.deciding() {
                None => nothing(diagnosis),
                Some(it) if it.readiness == Readiness::Failed => {
                    fails(diagnosis, own_message(&it.credential, &it.message), it.hint.clone())
                }
                Some(_) if diagnosis.vault.is_some() => works(diagnosis),
                Some(it) => offline(diagnosis, it),
            },
        }
    }
}

/// A check failed.
fn failed(diagnosis: &Diagnosis, check: Check, report: &ErrorReport) -> Verdict {
    let attempt =
        diagnosis.deciding().and_then(|it| Some(own_message(&it.credential, report.attempt(&it.credential)?)));
    let cause = match attempt {
        // The message holds all attempts: that of the deciding credential is the cause.
        Some(attempt) if report.cause() != report.message() => attempt,
        _ => report.cause(),
    };
    let refusal = refusal(diagnosis, check, report);
    let cause = refusal.as_deref().unwrap_or(cause);
    let mut fix = report.hint().map(str::to_owned);
    if matches!(check, Check::Secrets | Check::Reading) && report.is_forbidden() {
        let fix = fix.get_or_insert_default();
        fix.push_str("\nWith a role on single secrets only: keyfob doctor --secret NAME reads one");
    }
    fails(diagnosis, cause, fix)
}

/// What the vault refused to whom, in short. The row of the check has its whole answer.
fn refusal(diagnosis: &Diagnosis, check: Check, report: &ErrorReport) -> Option<String> {
    let action = match check {
        Check::Secrets => "list secrets",
        Check::Reading => "read secrets",
        Check::Secret => "read this secret",
        Check::VaultUrl | Check::Token => return None,
    };
    let answer = report.answer().filter(|_| report.is_forbidden())?;
    let who = match (sign_in::last(), diagnosis.token().map(identity)) {
        (Some(sign_in), _) => format!("your own sign-in ({sign_in}) "),
        (None, Some(identity)) if !identity.is_empty() => identity.trim_start_matches("as ").to_owned(),
        (None, _) => "this identity ".to_owned(),
    };
    Some(format!("the vault does not let {who}{action} ({answer})"))
}

/// No candidate decides.
fn nothing(diagnosis: &Diagnosis) -> Verdict {
    let unsupported = |it: &&Candidate| it.readiness == Readiness::NotSupported;
    // What is not supported here for a reason of its own, such as Service Fabric.
    let reason = diagnosis.candidates.iter().filter(unsupported).find(|it| !is_of_developers(&it.credential));
    let all = diagnosis.candidates.iter().all(|it| unsupported(&it));
    let reason = reason.or_else(|| diagnosis.candidates.first().filter(|_| all));
    let hint =
        diagnosis.candidates.iter().filter(|it| it.readiness != Readiness::Excluded).find_map(|it| it.hint.clone());
    match (reason, &*diagnosis.candidates) {
        (Some(it), _) => fails(diagnosis, own_message(&it.credential, &it.message), it.hint.clone().or(hint)),
        // The only credential says best what it lacks.
        (None, [it]) => fails(diagnosis, own_message(&it.credential, &it.message), hint),
        (None, _) => fails(diagnosis, "no credential is available here", hint),
    }
}

fn fails(diagnosis: &Diagnosis, cause: &str, fix: Option<String>) -> Verdict {
    let name = format!("{}: ", diagnosis.credential);
    let cause = cause.strip_prefix(&name).unwrap_or(cause).trim_end_matches('.');
    let cause = cause.lines().next().unwrap_or_default();
    let subject = diagnosis.vault.as_deref().map_or_else(|| diagnosis.credential.to_owned(), short_name);
    let first = fix.as_deref().map(first_sentence).map(|text| format!(" {text}.")).unwrap_or_default();
    Verdict { mark: Mark::Fails, sentence: format!("{subject}: {cause}.{first}"), fix }
}

/// The vault was asked, and answered.
fn works(diagnosis: &Diagnosis) -> Verdict {
    let vault = diagnosis.vault.as_deref().map(short_name).unwrap_or_default();
    let token = match (sign_in::last(), diagnosis.token()) {
        (Some(sign_in), _) => format!("token of your own sign-in ({sign_in})"),
        (None, Some(token)) => format!("token {}from {}", identity(token), token.source),
        (None, None) => "a token was accepted".to_owned(),
    };
    let access = diagnosis.results.iter().find_map(|result| match result {
        CheckResult::Token(_) | CheckResult::MayRead => None,
        CheckResult::Secrets { .. } => Some("it may list and read secrets".to_owned()),
        CheckResult::ListRefused => Some("it may read secrets, and not list them".to_owned()),
        CheckResult::Secret { name, .. } => Some(format!("it has read {name}")),
    });
    let access = access.map(|access| format!("; {access}")).unwrap_or_default();
    Verdict { mark: Mark::Works, sentence: format!("{vault}: {token}{access}"), fix: None }
}

/// Nothing was asked.
fn offline(diagnosis: &Diagnosis, Candidate { credential, readiness, hint, .. }: &Candidate) -> Verdict {
    let name = diagnosis.credential;
    let alone = name == credential;
    let (mark, sentence) = match readiness {
        Readiness::Unproven if alone => {
            (Mark::Unknown, format!("{name} would be tried; whether it is available is unknown."))
        }
        Readiness::Unproven => {
            (Mark::Unknown, format!("{name} would try {credential}; whether it is available is unknown."))
        }
        _ if alone => (Mark::Works, format!("{name} would be used.")),
        _ => (Mark::Works, format!("{name} would use {credential}.")),
    };
    // With the developer's sign-in no identity is chosen.
    Verdict { mark, sentence, fix: hint.clone().filter(|_| !diagnosis.developer) }
}

/// `as app ID `, if the token says it.
fn identity(token: &AccessToken) -> String {
    let named = |wanted: &str| token.details.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    match (named("client-id"), named("object-id")) {
        (Some(id), _) => format!("as app {id} "),
        (None, Some(id)) => format!("as {id} "),
        (None, None) => String::new(),
    }
}

/// The first line of a hint up to the end of its first sentence.
fn first_sentence(hint: &str) -> &str {
    let line = hint.lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first).trim_end_matches(['.', ',', ';', ':', ' '])
}

/// A vault's name: the first label of its host in a known cloud, else the whole host.
fn short_name(url: &str) -> String {
    let parsed = url.parse::<Uri>().ok();
    let Some(host) = parsed.as_ref().and_then(Uri::host) else { return url.escape_debug().to_string() };
    match host.split_once('.') {
        Some((name, rest)) if rest.starts_with("vault.") => name.to_owned(),
        _ => match parsed.as_ref().and_then(uri::port) {
            Some(443) | None => host.to_owned(),
            Some(port) => format!("{host}:{port}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_is_called_by_its_name() {
        for (url, name) in [
            ("https://my-vault.vault.azure.net", "my-vault"),
            ("https://my-vault.vault.usgovcloudapi.net/", "my-vault"),
            ("https://kv.corp.example/", "kv.corp.example"),
            ("http://127.0.0.1:8443", "127.0.0.1:8443"),
            ("a\nb", "a\\nb"),
        ] {
            assert_eq!(short_name(url), name);
        }
    }

    #[test]
    fn the_first_sentence_of_a_fix() {
        assert_eq!(first_sentence("Set A.B, or C. More\nand more"), "Set A.B, or C");
        assert_eq!(first_sentence("Set AZURE_CLIENT_ID to the id,\nor in code: x"), "Set AZURE_CLIENT_ID to the id");
    }
}
