//! Times as text, compared with the crate `time`: Keyfob parses everything that `time` parses, with the same result; every
//! date that Keyfob accepts exists; and every second survives formatting and parsing in each format.
//!
//! Input: the first line is a time as text; the next eight bytes are unix seconds that are formatted in every format.
#![no_main]

use std::time::Duration;

use keyfob_component::fuzzing::{expiry, http_date, retry_after};
use keyfob_fuzz::{NOW, line};
use libfuzzer_sys::fuzz_target;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description as form;
use time::{OffsetDateTime, PrimitiveDateTime};

/// The last second of the year 9999, a leap second after it, and the farthest time zone.
const LAST: u64 = 253_402_300_799 + 1 + 25 * 3600;

fuzz_target!(|data: &[u8]| {
    let Some((text, rest)) = line(data) else { return };
    check_expiry(text);
    check_http(text);
    check_delay(text);
    if let Some(bytes) = rest.first_chunk() {
        round_trip(u64::from_le_bytes(*bytes) % 253_402_300_800);
    }
});

fn check_expiry(text: &str) {
    let ours = expiry(text);
    assert!(ours.is_none_or(|seconds| seconds <= LAST), "{text}");
    if let Ok(theirs) = OffsetDateTime::parse(text, &Rfc3339) {
        let seconds = theirs.unix_timestamp();
        let leap = text.get(17..19) == Some("60");
        // Keyfob may differ before 1970, where unix seconds are negative, and in leap seconds, which have no number of
        // their own. `time` accepts any letter as separator.
        let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '));
        if seconds >= 0 && theirs.year() >= 1970 && !leap && separated {
            assert_eq!(ours, u64::try_from(seconds).ok(), "{text}");
        }
    }
    // The date must exist. Checked only for YYYY-MM-DD followed by T.
    if let (Some(_), Some(date), Some("T")) = (ours, text.get(..10), text.get(10..11))
        && date.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
    {
        assert!(time::Date::parse(date, form!("[year]-[month]-[day]")).is_ok(), "{text}: no such date");
    }
}

fn check_http(text: &str) {
    let theirs = PrimitiveDateTime::parse(
        text,
        form!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"),
    );
    // `time` accepts a year with a sign.
    let signed = text.get(4..).unwrap_or_default().contains(['+', '-']);
    match (http_date(text), theirs) {
        (Some(ours), Ok(theirs)) => assert_eq!(i64::try_from(ours).ok(), Some(theirs.assume_utc().unix_timestamp())),
        (Some(ours), Err(_)) => {
            // Keyfob ignores the day of the week and the characters between the numbers.
            let digits = |from, to| text.get(from..to).is_some_and(|it: &str| it.bytes().all(|b| b.is_ascii_digit()));
            assert!(ours <= LAST && digits(5, 7) && digits(12, 16), "{text}");
        }
        (None, Ok(theirs)) => assert!(theirs.year() < 1970 || theirs.year() > 9999 || signed, "{text}"),
        (None, Err(_)) => {}
    }
}

fn check_delay(text: &str) {
    let value = text.trim_ascii();
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse::<u64>().ok().filter(|_| digits);
    match retry_after("retry-after", text, NOW) {
        Some(delay) if digits => assert_eq!(Some(delay.as_secs()), number),
        Some(delay) => match http_date(value) {
            Some(date) => assert_eq!(delay, Duration::from_secs(date - NOW)),
            None => assert!(value.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "{value} is {delay:?}"),
        },
        None => assert_eq!(number, None, "{value}"),
    }
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        assert_eq!(retry_after(name, text, NOW), number.map(Duration::from_millis), "{value}");
    }
}

fn round_trip(second: u64) {
    let time = OffsetDateTime::from_unix_timestamp(second.cast_signed()).expect("before the year 10000");
    let formatted = |format: &[time::format_description::BorrowedFormatItem<'_>]| time.format(format).expect("a time");
    for format in [
        form!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"),
        form!("[year]-[month]-[day] [hour]:[minute]:[second]"),
        form!(
            "[month padding:none]/[day padding:none]/[year] [hour repr:12 padding:none]:[minute]:[second] [period] +00:00"
        ),
        form!("[month]/[day]/[year] [hour]:[minute]:[second] +00:00"),
    ] {
        assert_eq!(expiry(&formatted(format)), Some(second));
    }
    let http = formatted(form!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"));
    assert_eq!(http_date(&http), Some(second));
}
