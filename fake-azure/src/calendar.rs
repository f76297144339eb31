//! Unix seconds as the date texts that Azure writes.

/// A second of the calendar, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Date {
    /// The date of a time in unix seconds.
    pub(super) fn of(unix: u64) -> Self {
        let (days, second) = (unix / 86400, unix % 86400);
        // Howard Hinnant's civil_from_days, for days since 1970 only:
        // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        Self { year, month, day, hour, minute, second }
    }

    /// `YYYY-MM-DD HH:MM:SS`.
    pub(super) fn iso(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// `YYYY-MM-DDTHH:MM:SSZ`.
    pub(super) fn rfc3339(self) -> String {
        self.iso().replace(' ', "T") + "Z"
    }

    /// `MM/dd/yyyy HH:mm:ss +00:00`.
    pub(super) fn linux(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02} +00:00")
    }

    /// `M/d/yyyy h:mm:ss AM +00:00`.
    pub(super) fn windows(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        let (half, hour) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
        format!("{month}/{day}/{year:04} {hour}:{minute:02}:{second:02} {half} +00:00")
    }
}

/// `YYYY-MM-DD HH:MM:SSZ`, as Entra writes it.
pub(super) fn utc(unix: u64) -> String {
    Date::of(unix).iso() + "Z"
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn dates() {
        for (unix, text) in [
            (0, "1970-01-01 00:00:00Z"),
            (951_782_399, "2000-02-28 23:59:59Z"),
            (951_782_400, "2000-02-29 00:00:00Z"),
            (1_795_376_499, "2026-11-22 19:41:39Z"),
            (4_102_444_800, "2100-01-01 00:00:00Z"),
        ] {
            assert_eq!(super::utc(unix), text);
        }
    }

    #[test]
    fn forms() {
        for (unix, windows, linux) in [
            (951_782_400, "2/29/2000 12:00:00 AM +00:00", "02/29/2000 00:00:00 +00:00"),
            (951_786_245, "2/29/2000 1:04:05 AM +00:00", "02/29/2000 01:04:05 +00:00"),
            (951_825_600, "2/29/2000 12:00:00 PM +00:00", "02/29/2000 12:00:00 +00:00"),
            (1_795_376_499, "11/22/2026 7:41:39 PM +00:00", "11/22/2026 19:41:39 +00:00"),
        ] {
            let date = Date::of(unix);
            assert_eq!((date.windows().as_str(), date.linux().as_str()), (windows, linux));
        }
        assert_eq!(Date::of(951_786_245).rfc3339(), "2000-02-29T01:04:05Z");
    }
}
