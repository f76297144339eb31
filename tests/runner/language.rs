//! Plays every case with the built component for each language that an embedding program names in `KEYFOB_LANGUAGE`, and
//! searches what a person reads for the names that options have in other languages.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyfob_test_support::case::Case;
use keyfob_test_support::player::{Failure, PlayerKind, Success, play_unchecked};
use keyfob_test_support::{ROOT, run};

pub const LANGUAGES: [&str; 3] = ["command", "python", "javascript"];

/// Names of the WIT package that are also words of Azure.
const AZURE_TERMS: [&str; 1] = ["system-assigned"];

/// Names in the protocols of Azure and its tools, in the form that options have in Python or in JavaScript.
const PROTOCOL_NAMES: [&str; 14] = [
    "access_token",
    "client_id",
    "error_description",
    "expires_in",
    "expires_on",
    "invalid_request",
    "unauthorized_client",
    "clientID",
    "clientId",
    "nextLink",
    "outContentType",
    "resourceId",
    "resourceGroups",
    "userAssignedIdentities",
];

/// Fails for the first text of a case that names something in the words of another language.
pub fn check(language: &str, cases: &[Arc<Case>]) -> Result<(), String> {
    let wit = wit_names();
    let mut problems = Vec::new();
    for case in cases {
        let mut case = Case::clone(case);
        case.env.insert("KEYFOB_LANGUAGE".to_owned(), language.to_owned());
        let build = case.build.unwrap_or_default();
        let results = run(async { Ok::<_, String>(play_unchecked(&case, PlayerKind::Wasm(build)).await) })?;
        for text in results.iter().flat_map(texts) {
            if let Some(word) = foreign_word(&text, language, &wit) {
                problems.push(format!("{}: {word} in: {text}", case.about));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// What a person reads of a result.
fn texts(result: &Result<Success, Failure>) -> Vec<String> {
    match result {
        Ok(success) => {
            let outcomes = success.outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
            let candidates = success.candidates.iter().flat_map(|it| [it.message.clone(), it.hint.clone()]);
            candidates.chain(outcomes.flat_map(|failure| of_failure(failure))).collect()
        }
        Err(failure) => of_failure(failure),
    }
}

fn of_failure(failure: &Failure) -> Vec<String> {
    let attempts = failure.attempts.iter().map(|(_, _, message)| message.clone());
    attempts.chain([failure.message.clone(), failure.hint.clone()]).collect()
}

/// The names of resources, functions and options: those of the setters without `set-` too.
fn wit_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in ["identity.wit", "secrets.wit", "simple.wit"] {
        let text = std::fs::read_to_string(format!("{ROOT}/wit/{file}")).unwrap();
        for line in text.lines().map(str::trim) {
            let declared = line
                .strip_prefix("resource ")
                .or_else(|| line.split_once(": ").filter(|(_, it)| it.contains("func(")).map(|(it, _)| it));
            let Some(name) = declared.map(|it| it.trim_end_matches([' ', '{'])) else { continue };
            let option = ["set-", "add-", "exclude-"].iter().find_map(|prefix| name.strip_prefix(prefix));
            names.extend([name, option.unwrap_or(name)].map(str::to_owned));
        }
    }
    names.retain(|name| name.contains('-') && !AZURE_TERMS.contains(&name.as_str()));
    assert!(names.contains("max-page-size") && names.contains("static-token") && names.contains("credential-options"));
    names
}

fn foreign_word<'t>(text: &'t str, language: &str, wit: &BTreeSet<String>) -> Option<&'t str> {
    let is_word = |c: char| c.is_alphanumeric() || "-_./:".contains(c);
    text.split(|c: char| !is_word(c)).map(|word| word.trim_end_matches(['.', ':'])).find(|word| {
        // Addresses and paths, and flags and verbs of commands.
        if word.contains(['/', '.', ':'])
            || word.ends_with("REDACTED")
            || word.starts_with("--")
            || PROTOCOL_NAMES.contains(word)
        {
            return false;
        }
        let is_verb = language == "command" && text.contains(&format!("keyfob {word}"));
        let is_snake = word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let is_camel = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().any(|c| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphabetic());
        (wit.contains(*word) && !is_verb)
            || (is_snake && language != "python")
            || (is_camel && language != "javascript")
    })
}
