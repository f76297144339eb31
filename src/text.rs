//! Small work on text. The standard library's searcher for substrings and its `join` weigh several KB each time they
//! are used for another type; these are used everywhere.

use crate::prelude::*;

/// Where `needle` begins in `text`.
pub(crate) fn find(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window == needle.as_bytes())
}

/// What stands before and after the first `needle`.
pub(crate) fn split_once<'t>(text: &'t str, needle: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// What stands before and after the last of this ASCII character.
pub(crate) fn rsplit_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The text with every `needle` replaced.
pub(crate) fn replace(text: &str, needle: &str, by: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, needle) {
        replaced.push_str(before);
        replaced.push_str(by);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// The parts with `separator` between them.
pub(crate) fn join(parts: &[&str], separator: &str) -> String {
    let mut joined = String::new();
    for part in parts {
        if !joined.is_empty() {
            joined.push_str(separator);
        }
        joined.push_str(part);
    }
    joined
}

/// Decodes base64url text without padding (RFC 4648); what is decoded here is printed or sent on, never secret.
pub(crate) fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
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
    fn finding_and_replacing() {
        assert_eq!(find("abcabc", "ca"), Some(2));
        assert_eq!(find("ab", "abc"), None);
        assert_eq!(split_once("https://a://b", "://"), Some(("https", "a://b")));
        assert_eq!(rsplit_once("[::1]:80", b':'), Some(("[::1]", "80")));
        assert_eq!(rsplit_once("a.b", b':'), None);
        assert_eq!(replace("xaxbx", "x", "yy"), "yyayybyy");
        assert_eq!(join(&["a", "b"], ", "), "a, b");
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

    #[test]
    fn values_are_percent_encoded() {
        assert_eq!(encode("https://vault.azure.net a~b\u{e9}"), "https%3A%2F%2Fvault.azure.net%20a~b%C3%A9");
    }
}
