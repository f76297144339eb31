//! The diagnosis as text: the verdict first, then each candidate.

use std::fmt::Write as _;

use anstyle::Style;
use keyfob_host_test::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};
use keyfob_host_test::names::readiness_name;

use super::checks::{Check, CheckResult};
use super::diagnosis::Diagnosis;
use crate::date;
use crate::output::ErrorReport;
use crate::terminal::{BOLD, ERROR, HINT};

/// The verdict, and each candidate's state. With the developer's sign-in, hints about choosing an identity are left out.
pub(super) fn chain(diagnosis: &Diagnosis, developer: bool) -> String {
    let deciding = diagnosis.deciding();
    let mut text = verdict(diagnosis.credential, deciding);
    let (supported, unsupported): (Vec<&Candidate>, Vec<&Candidate>) =
        diagnosis.candidates.iter().partition(|it| it.readiness != Readiness::NotSupported);
    for it in supported {
        let decides = deciding.is_some_and(|one| one.credential == it.credential);
        let style = match it.readiness {
            Readiness::Failed => ERROR,
            _ if decides => BOLD,
            _ => Style::new(),
        };
        let readiness = readiness_name(it.readiness);
        let _ = writeln!(text, "{style}{}: {readiness}{style:#}\n    {}", it.credential, it.message);
        if !it.variables.is_empty() {
            let _ = writeln!(text, "    reads {}", it.variables.join(", "));
        }
        // Hints of unavailable candidates are shown only if no candidate decides.
        let advised = match it.readiness {
            Readiness::Ready => decides && !developer,
            _ => decides || deciding.is_none(),
        };
        if let Some(hint) = it.hint.as_ref().filter(|_| advised) {
            let _ = writeln!(text, "    {HINT}hint:{HINT:#} {hint}");
        }
    }
    if !unsupported.is_empty() {
        let names: Vec<&str> = unsupported.iter().map(|it| it.credential.as_str()).collect();
        let instead = if developer { DEVELOPER } else { ON_A_LAPTOP };
        let _ = writeln!(text, "not supported inside a component: {}\n    {instead}", names.join(", "));
    }
    text
}

const DEVELOPER: &str = "with --dev, your sign-in with `az`, Azure PowerShell or `azd` is used as the managed identity";
const ON_A_LAPTOP: &str = "on your own machine, use `--dev` or `keyfob dev-identity -- COMMAND` instead";

fn verdict(name: &str, deciding: Option<&Candidate>) -> String {
    let Some(Candidate { credential, readiness, .. }) = deciding else {
        return format!("{ERROR}{name} finds no credential that is available here.{ERROR:#}\n\n");
    };
    let alone = name == credential;
    let sentence = match readiness {
        Readiness::Failed if alone => return format!("{ERROR}{name} would fail.{ERROR:#}\n\n"),
        Readiness::Failed => return format!("{ERROR}{name} would fail at {credential}.{ERROR:#}\n\n"),
        Readiness::Unproven if alone => format!("{name} would be tried; whether it is available is unknown."),
        Readiness::Unproven => format!("{name} would try {credential}; whether it is available is unknown."),
        _ if alone => format!("{name} would be used."),
        _ => format!("{name} would use {credential}."),
    };
    format!("{BOLD}{sentence}{BOLD:#}\n\n")
}

/// Says that no request was sent, and how to check a vault.
pub(super) fn offline_note(vault_url: Option<&str>) -> String {
    let url = vault_url.unwrap_or("URL");
    format!("\nNo request was sent. To get a token and list secrets: `keyfob doctor --vault-url {url}`\n")
}

pub(super) fn vault_heading(url: &str) -> String {
    format!("\n{BOLD}{url}{BOLD:#}\n")
}

pub(super) fn check_result(check_result: &CheckResult) -> String {
    match check_result {
        CheckResult::Token(token) => format!("    token: {}\n", token_summary(token)),
        CheckResult::Secrets { count, more } => {
            let count = match (count, more) {
                (0, _) => "allowed, no secrets".to_owned(),
                (1, _) => "allowed, 1 secret".to_owned(),
                (count, false) => format!("allowed, {count} secrets"),
                (count, true) => format!("allowed, {count} secrets or more"),
            };
            format!("    list of secrets: {count}\n")
        }
    }
}

/// The token's source, identity and expiry.
fn token_summary(token: &AccessToken) -> String {
    let AccessToken { credential, source, details, expires_on, .. } = token;
    let mut text = format!("from {source} by {credential}");
    for (name, value) in details.iter().filter(|(name, _)| name.ends_with("-id")) {
        let _ = write!(text, ", {} {value}", name.replace('-', " "));
    }
    let _ = write!(text, ", until {}", date::format_utc(*expires_on));
    text
}

/// The failed check. If a chain failed, only the deciding credential's message is repeated; the others are shown above.
pub(super) fn failed_check(diagnosis: &Diagnosis, check: Check, report: &ErrorReport) -> String {
    let what = match check {
        Check::VaultUrl => "URL",
        Check::Token => "token",
        Check::Secrets => "list of secrets",
    };
    let of_deciding = diagnosis.deciding().and_then(|it| report.attempt(&it.credential));
    let why = of_deciding.unwrap_or_else(|| report.message());
    let mut text = format!("    {ERROR}{what}:{ERROR:#} {why}\n");
    if let Some(hint) = report.hint() {
        let _ = writeln!(text, "    {HINT}hint:{HINT:#} {hint}");
    }
    text
}
