//! Numbers, base64 and percent-encoding.

use crate::prelude::*;

/// The number that these digits are; `parse` would take a plus sign.
pub(crate) fn parse_digits(digits: &str) -> Option<u64> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The whole number and whether it has a fraction.
pub(crate) fn parse_decimal(text: &str) -> Option<(u64, bool)> {
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    fraction.bytes().all(|b| b.is_ascii_digit()).then(|| Some((parse_digits(number)?, !fraction.is_empty())))?
}

/// Decodes base64url text without padding (RFC 4648).
pub(crate) fn base64url(text: &str) -> Option<Vec<u8>> {
    from_base64(text.bytes(), [b'-', b'_'])
}

/// Decodes base64 text in lines, as PEM has it.
#[cfg(feature = "certificate")]
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    from_base64(
        text.trim_ascii_end().trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()),
        [b'+', b'/'],
    )
}

/// `symbols` are the digits 62 and 63.
fn from_base64(digits: impl Iterator<Item = u8>, symbols: [u8; 2]) -> Option<Vec<u8>> {
    // Its size first: what is decoded may be a private key, and a vector that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(digits.size_hint().1.unwrap_or_default() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in digits {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            _ if byte == symbols[0] => 62,
            _ if byte == symbols[1] => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    // What is left over: not a whole digit, and nothing but zeros.
    (count < 6 && bits & ((1 << count) - 1) == 0).then_some(bytes)
}

/// Encodes as base64url without padding (RFC 4648).
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    into_base64(bytes, ['-', '_'])
}

/// Encodes as base64 with padding.
#[cfg(feature = "certificate")]
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    let mut text = into_base64(bytes, ['+', '/']);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn into_base64(bytes: &[u8], symbols: [char; 2]) -> String {
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (24 - 8 * chunk.len());
        text.extend((0..=chunk.len()).map(|digit| match (bits >> (18 - 6 * digit) & 63) as u8 {
            value @ 0..26 => char::from(b'A' + value),
            value @ 26..52 => char::from(b'a' + value - 26),
            value @ 52..62 => char::from(b'0' + value - 52),
            62 => symbols[0],
            _ => symbols[1],
        }));
    }
    text
}

/// Percent-encodes one value of a query or a form: all but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).map_or('0', |digit| char::from(*digit));
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!((parse_digits("007"), parse_digits("+7"), parse_digits("-7"), parse_digits("")), (Some(7), None, None, None));
        assert_eq!((parse_decimal("7.5"), parse_decimal("7"), parse_decimal("7.5e3")), (Some((7, true)), Some((7, false)), None));
    }

    #[test]
    fn base64url_without_padding() {
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Pz8_Pj4-", "???>>>")]
        {
            assert_eq!(base64url(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        for text in ["Z", "Zm9vY", "Zh", "Zg==", "Pz8/", "Z g", "Zg\n"] {
            assert_eq!(base64url(text), None, "{text}");
        }
    }

    #[cfg(feature = "certificate")]
    #[test]
    fn base64_in_both_directions() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Pz8/Pj4+", "???>>>")] {
            assert_eq!(to_base64(bytes.as_bytes()), text);
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64("\r\nZm9v\n Yg==\r\n").as_deref(), Some(&b"foob"[..]));
        assert_eq!(base64("Zm-v").or(base64("Zm=v")).or(base64("Zh==")), None);
        assert_eq!(to_base64url(b"???>>>"), "Pz8_Pj4-");
        assert_eq!(to_base64url(b"foob"), "Zm9vYg");
    }

    #[test]
    fn values_are_percent_encoded() {
        assert_eq!(encode("https://vault.azure.net a~b\u{e9}"), "https%3A%2F%2Fvault.azure.net%20a~b%C3%A9");
    }
}
