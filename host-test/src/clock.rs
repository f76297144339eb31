//! The time that a component sees: tokio's, so that a paused test clock is the component's clock too.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// A wall clock and a monotonic clock in one. Both follow [`tokio::time::Instant`] from a given start.
///
/// The real one does not follow a wall clock that is set while it runs: it lives as long as a command or a test.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    unix: Duration,
}

impl Clock {
    /// Where a test's time starts, unless it says otherwise: 2026-12-01 00:00 UTC.
    pub const TEST_START: u64 = 1_796_083_200;

    /// Starts at the real date.
    pub fn real() -> Self {
        // A machine whose date is before 1970 gets 1970.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), unix }
    }

    /// Starts at this date, in unix seconds. With `#[tokio::test(start_paused = true)]` time is virtual from here.
    pub fn starting_at(unix: u64) -> Self {
        Self { origin: Instant::now(), unix: Duration::from_secs(unix) }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The date, in unix seconds.
    pub fn unix_now(&self) -> u64 {
        (self.unix + self.elapsed()).as_secs()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.unix + self.elapsed()
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        // 584 years fit.
        u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A wall clock that somebody sets: the clock's date, and so far ahead of it or behind it. Clones are set together.
///
/// A component's wall clock may jump between two calls, and what it measures time with does not.
#[derive(Clone, Debug)]
pub struct WallClock {
    clock: Clock,
    ahead: Arc<AtomicI64>,
}

impl WallClock {
    /// Sets it this many seconds ahead of the right date; behind it where negative, down to 1970.
    pub fn set_ahead(&self, seconds: i64) {
        self.ahead.store(seconds, Ordering::Relaxed);
    }

    /// The date that it shows, in unix seconds.
    pub fn unix_now(&self) -> u64 {
        HostWallClock::now(self).as_secs()
    }
}

impl From<Clock> for WallClock {
    fn from(clock: Clock) -> Self {
        Self { clock, ahead: Arc::default() }
    }
}

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        HostWallClock::resolution(&self.clock)
    }

    fn now(&self) -> Duration {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let shift = Duration::from_secs(ahead.unsigned_abs());
        let now = HostWallClock::now(&self.clock);
        if ahead < 0 { now.saturating_sub(shift) } else { now.saturating_add(shift) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn follows_the_paused_clock() {
        let clock = Clock::starting_at(Clock::TEST_START);
        tokio::time::advance(Duration::from_millis(2_500)).await;
        assert_eq!(clock.unix_now(), Clock::TEST_START + 2);
        assert_eq!(HostMonotonicClock::now(&clock), 2_500_000_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wall_clock_is_set() {
        let wall = WallClock::from(Clock::starting_at(Clock::TEST_START));
        let seen = wall.clone();
        wall.set_ahead(60);
        assert_eq!(seen.unix_now(), Clock::TEST_START + 60);
        wall.set_ahead(i64::MIN);
        assert_eq!(seen.unix_now(), 0);
    }
}
