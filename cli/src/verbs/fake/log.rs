//! The request log on stderr.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use fake_azure::uri;
use fake_azure::wire::{ConnectOutcome, Request, ScriptedResponse};
use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode};
use jiff::Timestamp;

const DIM: Style = Style::new().dimmed();
const SUCCESS: Style = AnsiColor::Green.on_default();
const CHALLENGE: Style = AnsiColor::Yellow.on_default();
const FAILURE: Style = AnsiColor::Red.on_default();

/// Logs a request: the time of day (UTC), method and URL, the status, and the outcome in words.
pub(super) fn request(request: &Request, exchange: &ScriptedResponse, outcome: &str) {
    let (status, style) = match exchange.connect {
        ConnectOutcome::After(_) => (exchange.status.as_str(), style(exchange)),
        _ => ("---", FAILURE),
    };
    let target = match request.method() {
        &Method::CONNECT => request.uri().to_string(),
        _ => uri::redacted(request.uri()),
    };
    let method = request.method();
    let outcome = if outcome.is_empty() { String::new() } else { format!("  {outcome}") };
    print(&format!("{DIM}{}{DIM:#} {method} {target} {style}{status}{style:#}{outcome}", time_of_day()));
}

/// Logs a note.
pub(super) fn note(text: &str) {
    print(&format!("{DIM}{}{DIM:#} {text}", time_of_day()));
}

/// Logs a problem.
pub(super) fn problem(text: &str) {
    print(&format!("{DIM}{}{DIM:#} {FAILURE}{text}{FAILURE:#}", time_of_day()));
}

fn style(exchange: &ScriptedResponse) -> Style {
    match exchange.status {
        status if status.is_success() => SUCCESS,
        // A challenge is a normal step of authentication.
        StatusCode::UNAUTHORIZED if exchange.headers.contains_key(WWW_AUTHENTICATE) => CHALLENGE,
        _ => FAILURE,
    }
}

/// Prints a line to stderr. Styles are removed unless stderr is a terminal and NO_COLOR is unset. A closed stderr is ignored.
pub(super) fn print(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// The current time as `HH:MM:SSZ`.
fn time_of_day() -> String {
    Timestamp::now().strftime("%H:%M:%SZ").to_string()
}
