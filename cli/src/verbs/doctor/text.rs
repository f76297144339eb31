//! The diagnosis for people: first what decides, then everything else.

use std::fmt::Write as _;

use anstyle::Style;

use super::checks::{Check, CheckResult};
use super::diagnosis::Diagnosis;
use crate::date;
use crate::output::ErrorReport;
use crate::terminal::{BOLD, ERROR, HINT};
use keyfob_host_test::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};
use keyfob_host_test::names::readiness_name;

/// What the credential would do, and what each candidate has to say. For a developer there is no identity to choose.
pub(super) fn chain(diagnosis: &Diagnosis, developer: bool) -> String {
    let deciding = diagnosis.deciding();
    let mut text = verdict(diagnosis.credential, deciding);
    let (told, foreign): (Vec<&Candidate>, Vec<&Candidate>) =
        diagnosis.candidates.iter().partition(|it| it.readiness != Readiness::NotSupported);
    for it in told {
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
        // What the others lack is said; it is no advice to give it to them, unless there is nothing else.
        let advised = match it.readiness {
            Readiness::Ready => decides && !developer,
            _ => decides || deciding.is_none(),
        };
        if let Some(hint) = it.hint.as_ref().filter(|_| advised) {
            let _ = writeln!(text, "    {HINT}hint:{HINT:#} {hint}");
        }
    }
    if !foreign.is_empty() {
        let names: Vec<&str> = foreign.iter().map(|it| it.credential.as_str()).collect();
        let instead = if developer { DEVELOPER } else { ON_A_LAPTOP };
        let _ = writeln!(text, "not supported inside a component: {}\n    {instead}", names.join(", "));
    }
    text
}

const DEVELOPER: &str = "by --dev, your sign-in with `az`, Azure PowerShell or `azd` answers as the managed identity";
const ON_A_LAPTOP: &str = "on your own machine, `--dev` and `keyfob dev-identity -- COMMAND` stand in for them";

fn verdict(asked: &str, deciding: Option<&Candidate>) -> String {
    let Some(Candidate { credential, readiness, .. }) = deciding else {
        return format!("{ERROR}{asked} has nothing that it could ask here.{ERROR:#}\n\n");
    };
    let alone = asked == credential;
    let sentence = match readiness {
        Readiness::Failed if alone => return format!("{ERROR}{asked} can't be used.{ERROR:#}\n\n"),
        Readiness::Failed => return format!("{ERROR}{asked} would stop at {credential}.{ERROR:#}\n\n"),
        Readiness::Unproven if alone => format!("{asked} would be asked; whether it is there is not known."),
        Readiness::Unproven => format!("{asked} would ask {credential}; whether it is there is not known."),
        _ if alone => format!("{asked} would be used."),
        _ => format!("{asked} would use {credential}."),
    };
    format!("{BOLD}{sentence}{BOLD:#}\n\n")
}

/// How to go on.
pub(super) fn offline_note(vault_url: Option<&str>) -> String {
    let url = vault_url.unwrap_or("URL");
    format!("\nNobody was asked. `keyfob doctor --vault-url {url}` asks for a token and a list of secrets.\n")
}

pub(super) fn vault_heading(url: &str) -> String {
    format!("\n{BOLD}{url}{BOLD:#}\n")
}

pub(super) fn check_result(check_result: &CheckResult) -> String {
    match check_result {
        CheckResult::Token(token) => format!("    token: {}\n", token_summary(token)),
        CheckResult::Secrets { count, more } => {
            let count = match (count, more) {
                (0, _) => "allowed, and there are none".to_owned(),
                (1, _) => "allowed, and there is 1".to_owned(),
                (count, false) => format!("allowed, and there are {count}"),
                (count, true) => format!("allowed, and there are {count} or more"),
            };
            format!("    list of secrets: {count}\n")
        }
    }
}

/// Whose token it is, and until when.
fn token_summary(token: &AccessToken) -> String {
    let AccessToken { credential, source, details, expires_on, .. } = token;
    let mut text = format!("from {source} by {credential}");
    for (name, value) in details.iter().filter(|(name, _)| name.ends_with("-id")) {
        let _ = write!(text, ", {} {value}", name.replace('-', " "));
    }
    let _ = write!(text, ", until {}", date::format_utc(*expires_on));
    text
}

/// The first question without an answer. Of a chain that failed, what the others lacked is already told.
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
