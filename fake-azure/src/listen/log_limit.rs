//! A limit on the lines that strangers can write into a log.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Permits a number of lines in each period, and counts those that are left out.
#[derive(Debug)]
pub struct LogLimit {
    lines: u32,
    period: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the period began.
    since: Option<Instant>,
    written: u32,
    left_out: u64,
}

impl LogLimit {
    /// Permits `lines` lines in each `period`.
    pub const fn new(lines: u32, period: Duration) -> Self {
        Self { lines, period, state: Mutex::new(State { since: None, written: 0, left_out: 0 }) }
    }

    /// Whether a line may be written now, and how many were left out since the last one.
    pub fn permit(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if state.since.is_none_or(|since| now.duration_since(since) >= self.period) {
            state.since = Some(now);
            state.written = 0;
        }
        if state.written >= self.lines {
            state.left_out += 1;
            return None;
        }
        state.written += 1;
        Some(std::mem::take(&mut state.left_out))
    }
}

/// Says how many lines were left out, in a line of its own.
///
/// ```
/// use fake_azure::listen::left_out;
///
/// assert_eq!(left_out(0), None);
/// assert_eq!(left_out(1).as_deref(), Some("1 more line was left out"));
/// ```
pub fn left_out(lines: u64) -> Option<String> {
    match lines {
        0 => None,
        1 => Some("1 more line was left out".to_owned()),
        lines => Some(format!("{lines} more lines were left out")),
    }
}
