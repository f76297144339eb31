//! The component's clocks. They follow tokio's time, so that a paused test clock is the component's clock too.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// A wall clock and a monotonic clock. Both follow [`tokio::time::Instant`] from a given start.
///
/// The real clock does not notice when the system's date is set while it runs: it is meant to live as long as a command or a
/// test.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    unix: Duration,
}

impl Clock {
    /// The usual start of a test, in unix seconds: 2026-12-01 00:00 UTC.
    pub const TEST_START: u64 = 1_796_083_200;

    /// A clock that starts at the real date.
    pub fn real() -> Self {
        // A date before 1970 becomes 1970.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), unix }
    }

    /// A clock that starts at the date `unix`, in unix seconds. With `#[tokio::test(start_paused = true)]` it is paused.
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
        // 64 bits hold 584 years.
        u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A wall clock with an offset from a [`Clock`], for tests of clock skew. Clones share the offset.
///
/// Only the component's wall clock jumps when the offset is set, not its monotonic clock.
#[derive(Clone, Debug)]
pub struct WallClock {
    clock: Clock,
    ahead: Arc<AtomicI64>,
}

impl WallClock {
    /// Sets the offset in seconds: positive is ahead of the clock, negative behind it, down to 1970.
    pub fn set_ahead(&self, seconds: i64) {
        self.ahead.store(seconds, Ordering::Relaxed);
    }

    /// The date, in unix seconds.
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
