//! Times and durations, which the interface has as whole seconds and milliseconds.

use std::time::{Duration, SystemTime};

/// 9999-12-31T23:59:59Z, the last time that Azure can write. Every `SystemTime` can hold it.
const LAST_SECOND: u64 = 253_402_300_799;

/// The time that is `seconds` after 1970.
pub(crate) fn from_unix(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.min(LAST_SECOND))
}

/// Whole seconds since 1970; a fraction is dropped. A time before 1970 is 1970, which is as long ago for a token or a secret.
pub(crate) fn to_unix(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Whole milliseconds; a fraction is rounded up, so that a short timeout does not become none.
pub(crate) fn to_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_both_ways_and_have_an_end() {
        for seconds in [0, 1, 1_767_225_600, LAST_SECOND] {
            assert_eq!(to_unix(from_unix(seconds)), seconds);
        }
        assert_eq!(to_unix(from_unix(u64::MAX)), LAST_SECOND);
        assert_eq!(to_unix(SystemTime::UNIX_EPOCH + Duration::from_millis(1_999)), 1);
        assert_eq!(to_unix(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), 0);
    }

    #[test]
    fn no_duration_becomes_shorter_than_asked() {
        assert_eq!(to_milliseconds(Duration::ZERO), 0);
        assert_eq!(to_milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(to_milliseconds(Duration::from_secs(30)), 30_000);
        assert_eq!(to_milliseconds(Duration::MAX), u64::MAX);
    }
}
