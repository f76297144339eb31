//! Times on the command line and in output.

use jiff::Timestamp;

/// Parses unix seconds, or an RFC 3339 time with a zone. Fractions of a second are dropped.
pub(super) fn parse_unix_seconds(text: &str) -> Result<u64, String> {
    let seconds = text.parse::<u64>().ok().or_else(|| {
        let time: Timestamp = text.parse().ok()?;
        u64::try_from(time.as_second()).ok()
    });
    seconds.ok_or_else(|| "unix seconds expected, or a time in UTC such as 2027-01-31T00:00:00Z".to_owned())
}

/// Unix seconds as RFC 3339 in UTC, or as a number if they are out of the calendar's range.
pub(super) fn format_utc(unix: u64) -> String {
    let time = i64::try_from(unix).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| unix.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_and_parse_round_trip() {
        for (unix, time) in [(0, "1970-01-01T00:00:00Z"), (1_801_353_600, "2027-01-31T00:00:00Z")] {
            assert_eq!((parse_unix_seconds(time), format_utc(unix).as_str()), (Ok(unix), time));
        }
        assert_eq!(format_utc(u64::MAX), u64::MAX.to_string());
    }

    #[test]
    fn accepted_and_rejected_times() {
        for text in ["1801353600", "2027-01-31T01:00:00+01:00", "2027-01-31 00:00:00.9Z"] {
            assert_eq!(parse_unix_seconds(text), Ok(1_801_353_600), "{text}");
        }
        // A time without a zone is ambiguous.
        for text in ["", "tomorrow", "2027-01-31", "2027-01-31T00:00:00", "1969-12-31T23:59:59Z", "-1", "1.5"] {
            assert!(parse_unix_seconds(text).is_err(), "{text}");
        }
    }
}
