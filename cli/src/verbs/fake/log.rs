//! The log of requests, a line each, for people.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use anstyle::{AnsiColor, Style};
use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode};

use fake_azure::uri;
use fake_azure::wire::{Connect, Exchange, Request};

const DIM: Style = Style::new().dimmed();
const SUCCESS: Style = AnsiColor::Green.on_default();
const CHALLENGE: Style = AnsiColor::Yellow.on_default();
const FAILURE: Style = AnsiColor::Red.on_default();

/// A line about an exchange: the time of day (UTC), what was asked, the status, and what happened in words.
pub(super) fn request(request: &Request, exchange: &Exchange, outcome: &str) {
    let (status, style) = match exchange.connect {
        Connect::After(_) => (exchange.status.as_str(), style(exchange)),
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

/// A line about something else.
pub(super) fn note(text: &str) {
    print(&format!("{DIM}{}{DIM:#} {text}", time_of_day()));
}

/// A line about something that went wrong.
pub(super) fn problem(text: &str) {
    print(&format!("{DIM}{}{DIM:#} {FAILURE}{text}{FAILURE:#}", time_of_day()));
}

fn style(exchange: &Exchange) -> Style {
    match exchange.status {
        status if status.is_success() => SUCCESS,
        // A challenge is a step of the way.
        StatusCode::UNAUTHORIZED if exchange.headers.contains_key(WWW_AUTHENTICATE) => CHALLENGE,
        _ => FAILURE,
    }
}

/// To stderr; the styles reach a terminal alone, and none where NO_COLOR is set. A reader that has gone away is not worth
/// a panic.
pub(super) fn print(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// `HH:MM:SSZ`.
fn time_of_day() -> String {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let day = unix % 86_400;
    format!("{:02}:{:02}:{:02}Z", day / 3600, day / 60 % 60, day % 60)
}
