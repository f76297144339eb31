//! Compares what happened with what a case expects, and searches memory and everything that is printed for secrets.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fake_azure::Description;
use keyfob_host_test::Recorder;
use keyfob_host_test::egress::RecordedRequest;
use memchr::memmem;
use percent_encoding::percent_decode;

use crate::case::{Case, Expect, Operation, Step, certificate};
use crate::player::{Failure, Success};
use crate::runs::Searched;

type Check = Result<(), String>;

fn sorted(lines: &[String]) -> Vec<&String> {
    let mut lines: Vec<_> = lines.iter().collect();
    lines.sort();
    lines
}

/// Compares a step's requests, duration, log and result with `expect`.
pub fn check_step(
    case: &Case,
    step: &Step,
    result: &Result<Success, Failure>,
    (lines, requests): (&[String], &[RecordedRequest]),
    took: Duration,
    log: &str,
) -> Check {
    let expect = &step.expect;
    match expect.request_count {
        Some(count) => same("number of requests", &lines.len(), &count)?,
        None if expect.any_order => same("requests in any order", &sorted(lines), &sorted(&expect.requests))?,
        None => same("requests", &lines, &expect.requests.as_slice())?,
    }
    let took = took.as_millis();
    if expect.at_least_ms.is_some_and(|ms| took < ms.into()) || expect.at_most_ms.is_some_and(|ms| took > ms.into()) {
        return Err(format!("it took {took} ms"));
    }
    if let Some(sizes) = &expect.body_sizes {
        same("sizes of bodies", &requests.iter().map(|request| request.body.len()).collect(), sizes)?;
    }
    if let Some(bodies) = &expect.bodies {
        let sent = requests.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
        same("bodies", &sent.collect(), bodies)?;
    }
    let forms = forms(requests);
    has("forms", &forms, &expect.sent)?;
    lacks("forms", &forms, &expect.not_sent)?;
    has("log", log, &expect.log)?;
    lacks("log", log, &expect.log_lacks)?;
    if let Some(count) = expect.log_line_count {
        same("lines of the log", &log.lines().count(), &count)?;
    }
    if let Some(lines) = &expect.log_lines {
        same("log", &log.lines().collect::<Vec<_>>(), &lines.iter().map(String::as_str).collect())?;
    }
    match (result, &expect.kind) {
        (Ok(got), None) => success(&case.azure, step, got),
        (Err(problem), Some(kind)) => failure(expect, kind, problem),
        (Ok(_), Some(kind)) => Err(format!("expected {kind}")),
        (Err(problem), None) => Err(format!("expected success, got {}", problem.kind)),
    }
}

fn success(azure: &Description, step: &Step, got: &Success) -> Check {
    let expect = &step.expect;
    if let Some(value) = &expect.value {
        same("value", &got.value, &step.value(value))?;
    }
    if let Some(outcomes) = &expect.outcomes {
        let actual = got.outcomes.iter().map(|outcome| match outcome {
            Ok(got) => format!("= {}", got.value),
            Err(problem) => format!("! {}", problem.kind),
        });
        same("outcomes", &actual.collect(), outcomes)?;
    }
    fields(&got.fields, &expect.fields)?;
    if let Some(listed) = &expect.listed {
        same("number of listed secrets", &got.listed.len(), &listed.len())?;
        got.listed.iter().zip(listed).try_for_each(|(got, expected)| fields(got, expected))?;
    }
    if let Some(name) = &expect.token_of {
        let identity = azure.identities.iter().find(|identity| identity.name == *name).unwrap();
        same("identity", &fake_azure::client_id(&got.value).as_deref(), &Some(identity.client_id.as_str()))?;
    }
    if let Some(pages) = &expect.pages {
        same("pages", &&got.pages, &pages)?;
    }
    if let Some(candidates) = &expect.candidates {
        let actual: Vec<_> = got.candidates.iter().map(|it| format!("{}: {}", it.credential, it.readiness)).collect();
        same("candidates", &&actual, &candidates)?;
    }
    for (name, expected) in &expect.candidate {
        let actual = got.candidates.iter().find(|it| it.credential == *name).ok_or_else(|| format!("no {name}"))?;
        same(name, &&actual.message, &&expected.message)?;
        same(name, &&actual.variables, &&expected.variables)?;
        same(&format!("{name} has a hint"), &!actual.hint.is_empty(), &!expected.hint.is_empty())?;
        has("hint", &actual.hint, &expected.hint)?;
        for detail in &expected.details {
            let found = actual.details.iter().any(|(name, value)| (name, value) == detail);
            same(&format!("{name} has {detail:?}"), &found, &true)?;
        }
    }
    match got.candidates.iter().find(|it| it.message.contains('\n') || it.message.is_empty()) {
        Some(odd) => Err(format!("the message of {} is not one line", odd.credential)),
        None => Ok(()),
    }
}

/// Compares the token of the last step with those of all steps before it, and its claims.
pub fn check_token(step: &Step, results: &[Result<Success, Failure>]) -> Check {
    let expect = &step.expect;
    let Some(Ok(got)) = results.last() else { return Ok(()) };
    if let Some(number) = expect.token_since_step {
        let is_same = |result: &Result<Success, Failure>| result.as_ref().is_ok_and(|it| it.value == got.value);
        same("first step with this token", &results.iter().position(is_same).map(|index| index + 1), &Some(number))?;
    }
    if expect.token_claims.is_empty() {
        return Ok(());
    }
    let payload = got.value.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let claims: serde_json::Value = serde_json::from_slice(&payload).map_err(|error| format!("the token: {error}"))?;
    for (name, expected) in &expect.token_claims {
        let claim = match &claims[name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        same(&format!("claim {name}"), &&claim, &expected)?;
    }
    Ok(())
}

fn fields(got: &[(&str, String)], expected: &BTreeMap<String, String>) -> Check {
    for (name, value) in expected {
        let field = got.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        same(name, &field, &Some(value.as_str()))?;
    }
    Ok(())
}

fn failure(expect: &Expect, kind: &str, problem: &Failure) -> Check {
    same("kind", &problem.kind.as_str(), &kind)?;
    if expect.status.is_some() {
        same("status", &problem.status, &expect.status)?;
    }
    if expect.code.is_some() {
        same("code", &problem.code, &expect.code)?;
    }
    if expect.retry_after.is_some() {
        same("retry-after", &problem.retry_after, &expect.retry_after)?;
    }
    has("message", &problem.message, &expect.message)?;
    if let Some(hint) = &expect.hint {
        same("there is a hint", &!problem.hint.is_empty(), &!hint.is_empty())?;
        has("hint", &problem.hint, hint)?;
    }
    lacks("hint", &problem.hint, &expect.hint_lacks)?;
    if let Some(lines) = &expect.message_lines {
        same("message", &problem.message.lines().collect::<Vec<_>>(), &lines.iter().map(String::as_str).collect())?;
    }
    if let Some(attempts) = &expect.attempts {
        let got: Vec<_> = problem.attempts.iter().map(|(name, outcome, _)| format!("{name}: {outcome}")).collect();
        same("attempts", &&got, &attempts)?;
    }
    for detail in &expect.details {
        let found = problem.details.iter().any(|(name, value)| (name, value) == detail);
        same(&format!("the error has {detail:?}"), &found, &true)?;
    }
    for (name, parts) in &expect.attempt {
        let attempt = problem.attempts.iter().find(|(credential, ..)| credential == name);
        let (_, _, message) = attempt.ok_or_else(|| format!("no attempt of {name}"))?;
        has(&format!("attempt of {name}"), message, parts)?;
    }
    // A log has the message as its title.
    if problem.message.contains('\n') {
        return Err("the message is not one line".to_owned());
    }
    if problem.hint.lines().any(|line| line.trim().is_empty()) || problem.hint.ends_with('\n') {
        return Err("the hint has an empty line".to_owned());
    }
    // Errors of these kinds can do without a hint; every other error has one. The message of each attempt is one line.
    if problem.hint.is_empty()
        && !matches!(kind, "service" | "invalid-argument" | "unsupported" | "authentication-failed" | "timed-out")
    {
        return Err("an error of this kind needs a hint".to_owned());
    }
    match problem.attempts.iter().find(|(_, _, message)| message.contains('\n') || message.is_empty()) {
        Some((name, ..)) => Err(format!("the message of {name} is not one line")),
        None => Ok(()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, expected: &T) -> Check {
    if got == expected { Ok(()) } else { Err(format!("{what}: expected {expected:#?}, got {got:#?}")) }
}

fn has(what: &str, text: &str, parts: &[String]) -> Check {
    match parts.iter().find(|part| !text.contains(*part)) {
        Some(part) => Err(format!("{what}: {part:?} is not in it")),
        None => Ok(()),
    }
}

fn lacks(what: &str, text: &str, parts: &[String]) -> Check {
    match parts.iter().find(|part| text.contains(*part)) {
        Some(part) => Err(format!("{what}: {part:?} is in it")),
        None => Ok(()),
    }
}

/// The decoded fields of the forms that were sent, one on each line.
fn forms(requests: &[RecordedRequest]) -> String {
    let fields = requests.iter().flat_map(|request| request.body.split(|byte| *byte == b'&'));
    fields.map(|field| percent_decode(field).decode_utf8_lossy().into_owned() + "\n").collect()
}

/// All secrets of a case: those of the fake Azure (`planted`) and of the app, and the tokens that were sent.
pub fn secrets_of(case: &Case, planted: &[String], recorder: &Recorder) -> Vec<String> {
    let mut secrets = planted.to_vec();
    secrets.extend(case.env.get("AZURE_CLIENT_SECRET").cloned());
    secrets.extend(case.env.get("IDENTITY_HEADER").cloned());
    secrets.extend(case.files.iter().map(|file| file.content.trim().to_owned()));
    secrets.extend(case.credential.client_secret.clone());
    secrets.extend(case.credential.assertion.clone());
    secrets.extend(case.credential.certificate_password.clone());
    secrets.extend(case.env.get("AZURE_CLIENT_CERTIFICATE_PASSWORD").cloned());
    secrets.extend(case.steps.iter().filter_map(|step| step.set_assertion.clone()));
    secrets.extend(case.credential.token.clone());
    let set = case.steps.iter().filter_map(|step| match &step.operation {
        Some(Operation::Set { value, .. }) => Some(step.value(value)),
        _ => None,
    });
    secrets.extend(set);
    let files = case.files.iter().filter_map(|file| file.certificate.as_ref());
    for name in files.chain(&case.credential.certificate) {
        secrets.extend(key_lines(&certificate(name)));
    }
    for request in recorder.requests() {
        if let Some(header) = request.headers.get("authorization") {
            secrets.push(
                String::from_utf8_lossy(header.as_bytes())
                    .trim_start_matches("Bearer ")
                    .trim_start_matches("Basic ")
                    .to_owned(),
            );
        }
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let fields = body
            .split('&')
            .filter(|field| field.starts_with("client_secret=") || field.starts_with("client_assertion="));
        secrets.extend(fields.filter_map(|field| Some(field.split_once('=')?.1.to_owned())));
    }
    secrets.retain(|secret| secret.trim().len() >= 6);
    secrets
}

/// The lines of the private keys in a PEM file.
fn key_lines(pem: &[u8]) -> Vec<String> {
    let mut inside = false;
    let lines = String::from_utf8_lossy(pem).lines().map(str::to_owned).collect::<Vec<_>>();
    let of_key = lines.into_iter().filter(|line| {
        if line.starts_with("-----") {
            inside = line.contains("BEGIN") && line.contains("PRIVATE KEY");
        }
        inside && line.len() == 64
    });
    of_key.collect()
}

/// Fails if the memory still holds a secret, or does not hold one of `kept-in-memory`.
pub fn check_memory_zeroed(case: &Case, secrets: &[String], memory: Option<&[u8]>) -> Check {
    let Some(memory) = memory else { return Ok(()) };
    let kept = case.kept_in_memory.as_deref().unwrap_or_default();
    if let Some(lost) = kept.iter().find(|kept| memmem::find(memory, kept.as_bytes()).is_none()) {
        return Err(format!("this secret should still be in memory: {lost}"));
    }
    // The credential still lives, and with it its tokens: only the values of the vaults are searched for.
    let secrets: Vec<_> = match case.kept_in_memory {
        Some(_) => {
            case.azure.vaults.iter().flat_map(|vault| &vault.secrets).map(|secret| secret.value.clone()).collect()
        }
        None => secrets.to_vec(),
    };
    let secrets: Vec<_> = secrets.into_iter().filter(|secret| !kept.contains(secret)).collect();
    let left = |bytes: &[u8]| memmem::find(memory, bytes).is_some();
    // A line of a key's PEM may be in memory in its decoded form too, which has 48 bytes.
    let decoded = |secret: &String| STANDARD.decode(secret).ok().filter(|bytes| bytes.len() == 48);
    let found = |secret: &&String| left(secret.as_bytes()) || decoded(secret).is_some_and(|bytes| left(&bytes));
    match secrets.iter().find(found) {
        Some(secret) => Err(format!("a secret was left in memory: {secret}")),
        None => Ok(()),
    }
}

/// Fails if anything that a person or a log may see holds a secret, or a part of one with 16 characters.
pub fn check_no_leak(secrets: &[String], result: &Result<Success, Failure>, visible: &[&str]) -> Check {
    let mut visible = visible.concat();
    match result {
        Ok(got) => {
            write!(visible, "{:?}{:?}{:?}", got.fields, got.candidates, got.listed).unwrap();
            for outcome in &got.outcomes {
                write!(visible, "{:?}", outcome.as_ref().map(|got| &got.fields)).unwrap();
            }
        }
        Err(problem) => write!(visible, "{problem:?}").unwrap(),
    }
    let searched = Searched::new(&visible);
    // A random reply may have a URL in its token, and the URLs of services are printed.
    let has_run_of = |secret: &str| !secret.contains("://") && searched.has_run_of(secret);
    match secrets.iter().find(|secret| visible.contains(secret.trim()) || has_run_of(secret.trim())) {
        Some(secret) => Err(format!("a secret or 16 characters of it were printed: {secret}")),
        None => Ok(()),
    }
}
