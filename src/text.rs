//! Numbers, base64 and percent-encoding.

#[cfg(feature = "certificate")]
use base64ct::{Base64, Base64Unpadded};
use base64ct::{Base64UrlUnpadded, Encoding};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
#[cfg(feature = "certificate")]
use zeroize::Zeroizing;

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
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Decodes base64 text in lines, as PEM has it, with or without padding.
#[cfg(feature = "certificate")]
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end().trim_end_matches('=');
    // Its size first: it may be a private key, and a string that grows leaves copies behind.
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    digits.extend(text.chars().filter(|character| !character.is_ascii_whitespace()));
    Base64Unpadded::decode_vec(&digits).ok()
}

/// Encodes as base64url without padding (RFC 4648).
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Encodes as base64 with padding.
#[cfg(feature = "certificate")]
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Percent-encodes one value of a query or a form: all but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(
            (parse_digits("007"), parse_digits("+7"), parse_digits("-7"), parse_digits("")),
            (Some(7), None, None, None)
        );
        assert_eq!(
            (parse_decimal("7.5"), parse_decimal("7"), parse_decimal("7.5e3")),
            (Some((7, true)), Some((7, false)), None)
        );
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
