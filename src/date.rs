//! Times as text, in the forms that Azure's endpoints and HTTP write them.

use crate::text::parse_digits;

/// Seconds from 1970 of a time by the Gregorian calendar, at UTC.
fn unix_from_civil(year: u64, month: u64, day: u64, [hour, minute, second]: [u64; 3]) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let fine = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=last).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !fine {
        return None;
    }
    // Days of a calendar whose year begins in March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// Three whole numbers with a separator between them and nothing else.
fn split3(text: &str, separator: u8) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.as_bytes().split(|byte| *byte == separator);
    for number in &mut numbers {
        let part = parts.next()?;
        // `parse` would take a plus sign.
        if !(1..=4).contains(&part.len()) || !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        *number = part.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    }
    parts.next().is_none().then_some(numbers)
}

/// What stands before the first byte that fits, and from there on.
fn cut(text: &str, fits: fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(fits).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// When a token ends, as identity endpoints write it: RFC 3339, the same with a space and without an offset (UTC), and
/// the two forms of the protocol of 2017, `1/2/2030 3:04:05 PM +00:00` on Windows and `01/02/2030 15:04:05 +00:00` on
/// Linux. <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>
pub(crate) fn parse_expiry(text: &str) -> Option<u64> {
    let (date, rest) = cut(text.trim_ascii(), |byte| matches!(byte, b' ' | b'T' | b't'));
    let (time, rest) = cut(rest.get(1..)?, |byte| !matches!(byte, b'0'..=b'9' | b':' | b'.'));
    let mut time = split3(cut(time, |byte| byte == b'.').0, b':')?;
    let [hour, ..] = &mut time;
    let rest = rest.trim_ascii();
    let offset = match rest.get(..2) {
        Some("AM" | "PM") if !(1..=12).contains(hour) => return None,
        Some("AM") => {
            *hour %= 12;
            rest.get(2..)?.trim_ascii()
        }
        Some("PM") => {
            *hour = *hour % 12 + 12;
            rest.get(2..)?.trim_ascii()
        }
        _ => rest,
    };
    let seconds = match split3(date, b'/') {
        Some([month, day, year]) => unix_from_civil(year, month, day, time)?,
        None => split3(date, b'-').and_then(|[year, month, day]| unix_from_civil(year, month, day, time))?,
    };
    match (offset.as_bytes().first(), offset.get(1..)) {
        (None, _) | (Some(b'Z' | b'z'), Some("")) => Some(seconds),
        (Some(sign @ (b'+' | b'-')), Some(offset)) => {
            let (hours, minutes) = offset.split_once(':')?;
            let (hours, minutes) = (parse_digits(hours)?, parse_digits(minutes)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let away = (hours * 60 + minutes) * 60;
            if *sign == b'+' { seconds.checked_sub(away) } else { Some(seconds + away) }
        }
        _ => None,
    }
}

/// An HTTP date, in the one form that RFC 9110 lets senders use: `Wed, 21 Oct 2015 07:28:00 GMT`.
pub(crate) fn http(text: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if text.len() != 29 || !text.ends_with(" GMT") {
        return None;
    }
    let month = MONTHS.find(text.get(8..11)?).filter(|at| at % 3 == 0)? as u64 / 3 + 1;
    let number = |from: usize, to: usize| parse_digits(text.get(from..to)?);
    unix_from_civil(number(12, 16)?, month, number(5, 7)?, split3(text.get(17..25)?, b':')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_endpoints_write() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2030-01-02T15:04:05Z", 1_893_596_645),
            ("2030-01-02t15:04:05z", 1_893_596_645),
            ("2030-01-02T15:04:05.1234567Z", 1_893_596_645),
            ("2030-01-02T15:04:05+00:00", 1_893_596_645),
            ("2030-01-02T16:34:05+01:30", 1_893_596_645),
            ("2030-01-02T07:04:05-08:00", 1_893_596_645),
            ("2030-01-02 15:04:05", 1_893_596_645),
            ("1/2/2030 3:04:05 PM +00:00", 1_893_596_645),
            ("01/02/2030 15:04:05 +00:00", 1_893_596_645),
            ("01/02/2030 15:04:05", 1_893_596_645),
            ("1/2/2030 3:04:05 PM", 1_893_596_645),
            ("1/2/2030 12:04:05 AM +00:00", 1_893_542_645),
            ("1/2/2030 12:04:05 PM +00:00", 1_893_585_845),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("2000-02-29T00:00:00Z", 951_782_400),
        ] {
            assert_eq!(parse_expiry(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "soon",
            "2030-01-02",
            "2030-01-02T15:04",
            "2030-13-02T15:04:05Z",
            "2030-04-31T15:04:05Z",
            "2030-02-29T15:04:05Z",
            "2100-02-29T15:04:05Z",
            "2030-01-02T25:04:05Z",
            "1/2/2030 13:04:05 PM +00:00",
            "1/2/2030 0:04:05 AM +00:00",
            "2030-01-02T15:04:05 CET",
            "2030-01-02T15:04:05+1",
            "2030-01-02T15:04:05++1:+0",
            "2030-01-02T15:04:05+24:00",
            "2030-01-02\u{e9}15:04:05Z",
            "+030-01-02T15:04:05Z",
            "1893596645",
        ] {
            assert_eq!(parse_expiry(text), None, "{text}");
        }
    }

    #[test]
    fn http_dates() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 1_445_412_480),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Tue, 31 Dec 2075 12:00:00 GMT", 3_345_019_200),
        ] {
            assert_eq!(http(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "Wed, 21 Oct 2015 07:28:00",
            "Wed, 99 Oct 2015 07:28:00 GMT",
            "Wed, +1 Oct 2015 07:28:00 GMT",
            "Wed, 21 Foo 2015 07:28:00 GMT",
            "Wed, 21 anF 2015 07:28:00 GMT",
            "Wed, 21 Oct 1815 07:28:00 GMT",
            "Wed, 21 Oct 20\u{e9}5 07:28:00 GMT",
        ] {
            assert_eq!(http(text), None, "{text}");
        }
    }
}
