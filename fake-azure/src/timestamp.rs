//! Unix seconds as the date texts that Azure writes.

use jiff::Timestamp;

/// `YYYY-MM-DDTHH:MM:SSZ`.
pub(super) const RFC3339: &str = "%Y-%m-%dT%H:%M:%SZ";

/// `YYYY-MM-DD HH:MM:SS`.
pub(super) const ISO: &str = "%Y-%m-%d %H:%M:%S";

/// `YYYY-MM-DD HH:MM:SSZ`, as Entra writes it.
pub(super) const ENTRA: &str = "%Y-%m-%d %H:%M:%SZ";

/// `MM/dd/yyyy HH:mm:ss +00:00`.
pub(super) const LINUX: &str = "%m/%d/%Y %H:%M:%S +00:00";

/// `M/d/yyyy h:mm:ss AM +00:00`.
pub(super) const WINDOWS: &str = "%-m/%-d/%Y %-I:%M:%S %p +00:00";

/// Formats unix seconds in UTC. A time after the year 9999 becomes the end of that year.
pub(super) fn format(unix: u64, format: &str) -> String {
    let seconds = i64::try_from(unix).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (unix, text) in [
            (0, "1970-01-01 00:00:00Z"),
            (951_782_399, "2000-02-28 23:59:59Z"),
            (951_782_400, "2000-02-29 00:00:00Z"),
            (1_795_376_499, "2026-11-22 19:41:39Z"),
            (4_102_444_800, "2100-01-01 00:00:00Z"),
        ] {
            assert_eq!(format(unix, ENTRA), text);
        }
        assert!(format(u64::MAX, ENTRA).starts_with("9999-12-30 "));
    }

    #[test]
    fn forms() {
        for (unix, windows, linux) in [
            (951_782_400, "2/29/2000 12:00:00 AM +00:00", "02/29/2000 00:00:00 +00:00"),
            (951_786_245, "2/29/2000 1:04:05 AM +00:00", "02/29/2000 01:04:05 +00:00"),
            (951_825_600, "2/29/2000 12:00:00 PM +00:00", "02/29/2000 12:00:00 +00:00"),
            (1_795_376_499, "11/22/2026 7:41:39 PM +00:00", "11/22/2026 19:41:39 +00:00"),
        ] {
            assert_eq!((format(unix, WINDOWS).as_str(), format(unix, LINUX).as_str()), (windows, linux));
        }
        assert_eq!(format(951_786_245, RFC3339), "2000-02-29T01:04:05Z");
    }
}
