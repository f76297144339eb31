//! The request log on stderr.

use std::io::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use fake_azure::listen::{LogLimit, left_out};
use fake_azure::uri;
use fake_azure::wire::{ConnectOutcome, Request, ScriptedResponse};
use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode};
use jiff::Timestamp;

const DIM: Style = Style::new().dimmed();
const SUCCESS: Style = AnsiColor::Green.on_default();
const CHALLENGE: Style = AnsiColor::Yellow.on_default();
const FAILURE: Style = AnsiColor::Red.on_default();

/// What every user of this machine can make the log say is limited, or they could fill a disk.
static REQUESTS: LogLimit = LogLimit::new(1000, PERIOD);
static REFUSALS: LogLimit = LogLimit::new(20, PERIOD);
const PERIOD: Duration = Duration::from_secs(10);

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A request that Azure would answer.
    Request,
    /// A request for no host of the fake Azure, or a connection without a request.
    Refusal,
}

impl Subject {
    /// Whether a line may be written. Says first how many were not.
    fn permits(self) -> bool {
        let limit = match self {
            Self::Request => &REQUESTS,
            Self::Refusal => &REFUSALS,
        };
        let Some(lines) = limit.permit() else { return false };
        if let Some(left_out) = left_out(lines) {
            note(&left_out);
        }
        true
    }
}

/// Logs a request: the time of day (UTC), method and URL, the status, and the outcome in words.
pub(super) fn request(request: &Request, exchange: &ScriptedResponse, outcome: &str, subject: Subject) {
    if !subject.permits() {
        return;
    }
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

/// Logs why a connection ended without a request.
pub(super) fn broken_connection(text: &str) {
    if Subject::Refusal.permits() {
        problem(text);
    }
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
