//! The diagnosis as text: the verdict, the fix, then the evidence with a line for each credential and each check.

use anstyle::{AnsiColor, Style};
use keyfob_host_test::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};

use super::checks::{Check, CheckResult};
use super::diagnosis::Diagnosis;
use super::verdict::{Mark, Verdict};
use crate::date;
use crate::error_text::{self, NOT_SUPPORTED, Row, own_message, wrapped};
use crate::terminal::{BOLD, ERROR, HINT};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// The whole text. `vault_url` is that of the environment, if nothing was sent.
pub(super) fn text(diagnosis: &Diagnosis, vault_url: Option<&str>, width: Option<usize>) -> String {
    let Verdict { mark, sentence, fix } = Verdict::of(diagnosis);
    let (style, sign) = match mark {
        Mark::Works => (GREEN, '✓'),
        Mark::Fails => (ERROR, '✗'),
        Mark::Unknown => (YELLOW, '?'),
    };
    let mut text = wrapped(&sentence, &format!("{style}{sign}{style:#} "), "  ", width);
    if let Some(fix) = fix {
        let heading = if mark == Mark::Fails { "Fix" } else { "Note" };
        text.push_str(&format!("\n{HINT}{heading}:{HINT:#}\n{}", error_text::fix(&fix, width)));
    }
    text.push_str(&format!("\n{BOLD}Credentials:{BOLD:#}\n{}", credentials(diagnosis, width)));
    match &diagnosis.vault {
        None => text.push_str(&offline_note(vault_url, width)),
        Some(vault) if !diagnosis.results.is_empty() || diagnosis.failed.is_some() => {
            let rows = checks(diagnosis);
            let rows = rows.iter().map(|(name, text)| (*name, text.as_str()));
            let vault = vault.escape_debug();
            text.push_str(&format!("\n{BOLD}{vault}{BOLD:#}\n{}", error_text::columns(rows, width)));
        }
        // The first problem was found before.
        Some(_) => {}
    }
    text
}

/// A row for each credential: after a request what it did, else what is configured.
fn credentials(diagnosis: &Diagnosis, width: Option<usize>) -> String {
    let attempted = diagnosis.failed.as_ref().map(|(_, report)| report);
    let deciding = diagnosis.deciding().map(|it| it.credential.as_str());
    let row = |it: &Candidate| {
        let attempt = attempted.and_then(|report| report.attempt(&it.credential));
        let text = match (attempt, diagnosis.token()) {
            (Some(attempt), _) => own_message(&it.credential, attempt).to_owned(),
            (None, Some(token)) if token.credential == it.credential => format!("used: {}", token_summary(token)),
            _ => configured(it, deciding == Some(it.credential.as_str()), diagnosis),
        };
        Row { credential: it.credential.clone(), text, is_supported: it.readiness != Readiness::NotSupported }
    };
    let why = if diagnosis.developer { DEVELOPER } else { NOT_SUPPORTED };
    error_text::rows(&diagnosis.candidates.iter().map(row).collect::<Vec<_>>(), why, width)
}

const DEVELOPER: &str = "with --dev, your sign-in with az, Azure PowerShell or azd is used as the managed identity";

fn configured(candidate: &Candidate, decides: bool, diagnosis: &Diagnosis) -> String {
    let message = own_message(&candidate.credential, &candidate.message);
    let reads = match candidate.variables.join(", ") {
        variables if variables.is_empty() || !decides => String::new(),
        variables => format!(" (reads {variables})"),
    };
    match candidate.readiness {
        // It was asked, and its token accepted.
        Readiness::Unproven if decides && !diagnosis.results.is_empty() => "used".to_owned(),
        Readiness::Ready if decides => format!("ready: {message}{reads}"),
        Readiness::Excluded => format!("excluded: {message}"),
        _ => format!("{message}{reads}"),
    }
}

/// A row for each check.
fn checks(diagnosis: &Diagnosis) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&str, String)> = diagnosis.results.iter().map(check).collect();
    if let Some((check, report)) = &diagnosis.failed {
        let name = match check {
            Check::VaultUrl => "URL",
            Check::Token => "token",
            Check::Secrets => "list of secrets",
            Check::Reading => "reading",
            Check::Secret => "secret",
        };
        let why = match check {
            // The rows of the credentials say it.
            Check::Token => "none".to_owned(),
            // The verdict has it in short.
            _ if report.is_forbidden() => format!("refused: {}", report.cause()),
            // The verdict says it.
            _ => report.answer().map_or_else(|| report.cause().to_owned(), |answer| format!("refused: {answer}")),
        };
        rows.push((name, why));
    }
    rows
}

fn check(result: &CheckResult) -> (&'static str, String) {
    match result {
        CheckResult::Token(token) => ("token", format!("from {} by {}", token.source, token.credential)),
        CheckResult::Secrets { count, more } => {
            let count = match (count, more) {
                (0, _) => "allowed, no secrets".to_owned(),
                (1, _) => "allowed, 1 secret".to_owned(),
                (count, false) => format!("allowed, {count} secrets"),
                (count, true) => format!("allowed, {count} secrets or more"),
            };
            ("list of secrets", count)
        }
        CheckResult::ListRefused => ("list of secrets", "not allowed".to_owned()),
        CheckResult::MayRead => ("reading", "allowed; no value was read".to_owned()),
        CheckResult::Secret { name, version } => ("secret", format!("{name} was read, version {version}")),
    }
}

/// Says that no request was sent, and how to check a vault.
fn offline_note(vault_url: Option<&str>, width: Option<usize>) -> String {
    let url = vault_url.unwrap_or("URL");
    let note = format!(
        "No request was sent. To get a token and list secrets: `keyfob doctor --vault-url {}`; to read one, add \
         `--secret NAME`",
        url.escape_debug()
    );
    format!("\n{}", wrapped(&note, "", "", width))
}

/// The token's source, identity and expiry.
fn token_summary(token: &AccessToken) -> String {
    let AccessToken { source, details, expires_on, .. } = token;
    let mut text = format!("token from {source}");
    for (name, value) in details.iter().filter(|(name, _)| name.ends_with("-id")) {
        text.push_str(&format!(", {} {value}", name.replace('-', " ")));
    }
    text.push_str(&format!(", until {}", date::format_utc(*expires_on)));
    text
}
