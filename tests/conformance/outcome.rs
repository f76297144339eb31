//! The outcome of a step, as text that is the same for both players.

use keyfob_test_support::case::{Case, Step};
use keyfob_test_support::fake;
use keyfob_test_support::host::Clock;
use keyfob_test_support::player::{Failure, Success};

use crate::requests::identity_name;
use crate::sdk::Reported;

/// Keyfob's outcome.
pub fn of_keyfob(result: &Result<Success, Failure>, case: &Case, step: &Step) -> String {
    match result {
        Ok(got) if step.get_token.is_some() => {
            let expires = got.fields.iter().find(|(name, _)| *name == "expires-on");
            token(&got.value, expires.and_then(|(_, value)| value.parse().ok()), case)
        }
        Ok(got) if step.get_secret.is_some() => secret(&got.value),
        Ok(got) if step.lists() => pages(&got.pages),
        Ok(got) if !got.fields.is_empty() => {
            let field = |name| got.fields.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value.as_str());
            properties(field)
        }
        Ok(_) => "done".to_owned(),
        Err(problem) => {
            // The developer credentials of the SDK are excluded.
            let ours = ["EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"];
            let named = |name: &str, outcome: &str| outcome != "not-supported" || ours.contains(&name);
            let attempts = problem.attempts.iter().filter(|(name, outcome, _)| named(name, outcome));
            let class = match problem.kind.as_str() {
                "credential-unavailable" => "unavailable",
                "authentication-failed" => "failed",
                // Without such a host, a denied request is a connection that fails.
                "denied-by-host" => "transport",
                other => other,
            };
            failure(class, attempts.map(|(name, outcome, _)| (name.as_str(), outcome.as_str())))
        }
    }
}

/// The SDK's outcome.
pub fn of_sdk(reported: &Reported, case: &Case) -> String {
    let value = reported.value.as_deref().unwrap_or_default();
    match reported.class.as_str() {
        "token" => token(value, reported.expires_on, case),
        "secret" => secret(value),
        "pages" => pages(&reported.pages),
        "told" => {
            let tags = format!("{:?}", reported.tags);
            properties(|name| if name == "tags" { &tags } else { reported.told.get(name).map_or("", String::as_str) })
        }
        class => {
            let attempts = reported.attempts.iter().map(|(name, class)| (name.as_str(), class.as_str()));
            // The SDK reports an authentication error at the end of a chain, whatever the last credential raised.
            match reported.attempts.last() {
                Some((_, last)) if last == "invalid-argument" => last.clone(),
                Some((_, last)) if last == "success" => class.to_owned(),
                _ => failure(class, attempts),
            }
        }
    }
}

fn token(token: &str, expires_on: Option<u64>, case: &Case) -> String {
    let of = fake::client_id(token).map_or_else(|| format!("{token:?}"), |id| identity_name(&id, case));
    let left = expires_on.unwrap_or_default().saturating_sub(Clock::TEST_START);
    format!("token of {of} until {left}")
}

fn secret(value: &str) -> String {
    format!("secret {value:?}")
}

fn pages(pages: &[Vec<String>]) -> String {
    let pages: Vec<String> = pages.iter().map(|names| names.join(", ")).collect();
    format!("pages {}", pages.join(" / "))
}

/// The properties of a secret that an operation returned.
fn properties<'t>(field: impl Fn(&'static str) -> &'t str) -> String {
    let names = ["name", "content-type", "enabled", "not-before", "expires-on", "tags"];
    let fields = names.map(|name| (name, field(name))).into_iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name} {value}")).collect();
    format!("told {}", fields.join(", "))
}

/// The class of an error; for a chain, the unavailable credentials and the one that stopped it.
fn failure<'a>(class: &str, attempts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut unavailable = Vec::new();
    for (name, outcome) in attempts {
        let name = name.trim_end_matches("Credential");
        match outcome {
            "unavailable" => unavailable.push(name.to_owned()),
            "not-supported" => unavailable.push(format!("{name} (not supported)")),
            _ if class == "invalid-argument" => break,
            _ => {
                let before = if unavailable.is_empty() { "nobody".to_owned() } else { unavailable.join(", ") };
                return format!("stopped at {name}, after {before}");
            }
        }
    }
    if class == "invalid-argument" || unavailable.is_empty() {
        return class.to_owned();
    }
    format!("unavailable {}", unavailable.join(", "))
}
