//! Output on stdout, and error reports.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::bindings::exports::keyfob::azure::types::{Attempt, ErrorKind};
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::egress::ProxyFault;
use keyfob_host_test::names::{kind_name, outcome_name};
use serde_json::{Map, Value, json};

use super::{FAILED, SUCCESS, error_text, proxy, terminal};

/// The first error of writing to stdout.
static WRITE_ERROR: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line to stdout. [`finish`] reports a failure.
pub(super) fn print_line(text: &str) {
    record(writeln!(io::stdout().lock(), "{text}"));
}

/// Prints a text to stdout without adding a newline. [`finish`] reports a failure.
pub(super) fn print(text: &str) {
    record(write!(io::stdout().lock(), "{text}"));
}

/// Writes bytes to stdout and flushes. Returns whether all are written: not if the reader has closed the pipe, which is no
/// failure. Fails if they can't be written, for example on a full disk.
pub(super) fn write_bytes(bytes: &[u8]) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints a text to stdout without adding a newline; styles are removed unless stdout is a terminal. [`finish`] reports a
/// failure.
pub(super) fn print_styled(text: &str) {
    record(write!(anstream::stdout().lock(), "{text}"));
}

/// Keeps the first error for [`finish`].
pub(super) fn record(written: io::Result<()>) {
    if let Err(error) = written {
        WRITE_ERROR.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Flushes stdout, and returns the exit status: that of the call, or failure if its result could not be written, on a full
/// disk for example. A reader that has closed the pipe has what it wants.
pub(super) fn finish(status: u8) -> u8 {
    record(io::stdout().lock().flush());
    let error = WRITE_ERROR.lock().unwrap_or_else(PoisonError::into_inner).take();
    match error.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        Some(error) => {
            terminal::error(&format!("stdout can't be written: {error}"));
            if status == SUCCESS { FAILED } else { status }
        }
        None => status,
    }
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

    /// Whether the service denied the access.
    pub(super) fn is_forbidden(&self) -> bool {
        self.json.get("kind").and_then(Value::as_str) == Some(kind_name(ErrorKind::Forbidden))
    }

    /// Status and code of the service's answer, such as `403 ForbiddenByRbac`.
    pub(super) fn answer(&self) -> Option<String> {
        let status = self.json.get("status").and_then(Value::as_u64)?;
        let code = self.json.get("code").and_then(Value::as_str);
        Some(code.map_or_else(|| status.to_string(), |code| format!("{status} {code}")))
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

    /// Names a proxy's failure as the cause, if the connection was the problem.
    fn with_proxy_fault(mut self, fault: &ProxyFault) -> Self {
        const KINDS: [ErrorKind; 3] = [ErrorKind::Transport, ErrorKind::TimedOut, ErrorKind::UnexpectedReply];
        let kind = self.json.get("kind").and_then(Value::as_str);
        if KINDS.iter().any(|known| kind == Some(kind_name(*known))) {
            let (cause, hint) = (fault.to_string(), proxy::cure(fault));
            self.message = format!("T{}. {}", cause.trim_start_matches('t'), self.message);
            self.json = merged(self.json, json!({ "message": self.message, "hint": hint }));
            self.hint = Some(hint);
        }
        self
    }

    /// Adds that a proxy may be needed, if a server of the internet can't be reached and no variable names one.
    fn with_proxy_advice(mut self) -> Self {
        let is_transport = self.json.get("kind").and_then(Value::as_str) == Some(kind_name(ErrorKind::Transport));
        let is_secure = self.message.contains("https://") && !self.message.contains("TLS");
        if let (true, Some(hint), Some(advice)) = (is_transport && is_secure, &self.hint, proxy::advice_without_proxy())
        {
            let hint = format!("{hint}\n{advice}");
            self.json = merged(self.json, json!({ "hint": hint }));
            self.hint = Some(hint);
        }
        self
    }

    /// Prints cause, attempts and advice to stderr.
    pub(super) fn print_to_stderr(&self) {
        let width = terminal::stderr_width();
        let cause: String = self.cause().lines().map(|line| error_text::wrapped(line, "", "", width)).collect();
        terminal::print(&format!("{cause}{}", self.details(width)));
    }

    /// The message without the attempts.
    pub(super) fn cause(&self) -> &str {
        error_text::cause(&self.message)
    }

    /// What was tried, and the advice, in lines of at most this width.
    pub(super) fn details(&self, width: Option<usize>) -> String {
        error_text::details(&self.attempts, self.hint(), width)
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
        let report = Self { message: error.message, hint: error.hint, attempts: error.attempts, json };
        match proxy::last_fault() {
            Some(fault) => report.with_proxy_fault(&fault),
            None => report.with_proxy_advice(),
        }
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
