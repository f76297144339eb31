//! Output on stdout, and error reports.

use std::io::Write as _;
use std::time::Duration;

use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::bindings::exports::keyfob::azure::types::{Attempt, ErrorKind};
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::names::{kind_name, outcome_name};
use serde_json::{Map, Value, json};

use super::terminal;

/// Prints a line to stdout. A closed stdout is ignored.
pub(super) fn print_line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a text to stdout without adding a newline. A closed stdout is ignored.
pub(super) fn print(text: &str) {
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Writes bytes to stdout and flushes. Fails if stdout is closed.
pub(super) fn write_bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Prints a text to stdout without adding a newline; styles are removed unless stdout is a terminal.
pub(super) fn print_styled(text: &str) {
    let _ = write!(anstream::stdout().lock(), "{text}");
}

pub(super) fn token_json(token: &AccessToken) -> String {
    json!({
        "token": token.token,
        "expires_on": token.expires_on,
        "refresh_on": token.refresh_on,
        "credential": token.credential,
        "source": token.source,
        "details": string_map(&token.details),
    })
    .to_string()
}

/// An error of a call, ready to be printed as text or JSON.
#[derive(Debug)]
pub(super) struct ErrorReport {
    message: String,
    hint: Option<String>,
    attempts: Vec<Attempt>,
    json: Value,
}

impl ErrorReport {
    /// The error for a component that did not return within the limit.
    pub(super) fn timed_out(limit: Duration) -> Self {
        let message = format!("no answer within {} s", limit.as_secs_f64());
        Self { json: error_json("timed-out", &message), message, hint: None, attempts: Vec::new() }
    }

    pub(super) fn json(&self) -> String {
        json!({ "error": self.json }).to_string()
    }

    /// The error as JSON, without the enclosing object.
    pub(super) fn error(&self) -> &Value {
        &self.json
    }

    /// The error message.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The message of one credential of a chain, by its class name.
    pub(super) fn attempt(&self, credential: &str) -> Option<&str> {
        self.attempts.iter().find(|it| it.credential == credential).map(|it| it.message.as_str())
    }

    /// The advice.
    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Whether the call timed out.
    pub(super) fn is_timed_out(&self) -> bool {
        self.json.get("kind").and_then(Value::as_str) == Some(kind_name(ErrorKind::TimedOut))
    }

    /// Sets the advice if there is none.
    pub(super) fn with_default_hint(mut self, hint: String) -> Self {
        if self.hint.is_none() {
            self.json = merged(self.json, json!({ "hint": hint }));
            self.hint = Some(hint);
        }
        self
    }

    /// Prints message and advice to stderr.
    pub(super) fn print_to_stderr(&self) {
        terminal::note(&self.message);
        if let Some(hint) = &self.hint {
            terminal::note("");
            terminal::hint(hint);
        }
    }
}

impl From<CallError> for ErrorReport {
    fn from(error: CallError) -> Self {
        let error = match error {
            CallError::Azure(error) => error,
            bug @ CallError::Trap(_) => {
                let message = bug.to_string();
                return Self { json: error_json("other", &message), message, hint: None, attempts: Vec::new() };
            }
        };
        let attempts: Vec<Value> = error
            .attempts
            .iter()
            .map(|attempt| {
                json!({
                    "credential": attempt.credential,
                    "outcome": outcome_name(attempt.outcome),
                    "message": attempt.message,
                })
            })
            .collect();
        let json = json!({
            "kind": kind_name(error.kind),
            "message": error.message,
            "hint": error.hint,
            "attempts": attempts,
            "status": error.status,
            "code": error.code,
            "retry_after": error.retry_after,
            "details": string_map(&error.details),
        });
        Self { message: error.message, hint: error.hint, attempts: error.attempts, json }
    }
}

/// The JSON of an error that does not come from the component.
fn error_json(kind: &str, message: &str) -> Value {
    json!({
        "kind": kind,
        "message": message,
        "hint": null,
        "attempts": [],
        "status": null,
        "code": null,
        "retry_after": null,
        "details": {},
    })
}

/// The first object with the members of the second.
pub(super) fn merged(mut object: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut object, more) {
        members.extend(more);
    }
    object
}

/// Name-value pairs as a JSON object.
pub(super) fn string_map(pairs: &[(String, String)]) -> Value {
    let pairs = pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeout_has_the_documented_members() {
        let report = ErrorReport::timed_out(Duration::from_millis(1500));
        let json: Value = serde_json::from_str(&report.json()).expect("JSON");
        assert_eq!(json["error"]["kind"], "timed-out");
        assert_eq!(json["error"]["attempts"], json!([]));
        assert_eq!(json["error"]["message"], "no answer within 1.5 s");
    }
}
