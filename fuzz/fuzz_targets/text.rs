//! Base64 and percent-encoding, compared with the crates `base64` and `percent-encoding`; and what `quote` guarantees for
//! every text that is quoted from a response.
//!
//! Input: the first line is a secret, the rest is the text.
#![no_main]

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyfob_component::fuzzing;
use keyfob_fuzz::line;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The most characters of a quotation, and the ellipsis if it is cut.
const MAX_QUOTE: usize = 800 + 1;

fuzz_target!(|data: &[u8]| {
    let Some((secret, rest)) = line(data) else { return };
    check_base64(data);
    let Ok(text) = std::str::from_utf8(rest) else { return };
    assert_eq!(fuzzing::percent_encode(text), utf8_percent_encode(text, RESERVED).to_string());
    assert_eq!(fuzzing::base64url(text), URL_SAFE_NO_PAD.decode(text).ok());
    if let Ok(decoded) = STANDARD.decode(text) {
        assert_eq!(fuzzing::base64(text), Some(decoded));
    }
    check_quote(text, secret);
});

fn check_base64(bytes: &[u8]) {
    let (url, padded) = fuzzing::to_base64(bytes);
    assert_eq!((&url, &padded), (&URL_SAFE_NO_PAD.encode(bytes), &STANDARD.encode(bytes)));
    assert_eq!(fuzzing::base64url(&url).as_deref(), Some(bytes));
    // In lines, as in PEM.
    let lines: Vec<&str> = padded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    assert_eq!(fuzzing::base64(&lines.join("\r\n")).as_deref(), Some(bytes));
}

/// Stands for what `check_parts` puts aside. A secret with one of its characters is not checked, as what is beside the mark could
/// complete a part of it.
const MARK: &str = "\u{fffd}\u{fffd}";

/// Fails if a run of 16 characters of the secret is left, plain, in base64 or in hexadecimal digits. The masks and the
/// escapes of control characters are put aside: a part of one, such as `{0}`, may look like a part of the secret.
fn check_parts(text: &str, secret: &str) {
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_ascii_lowercase(), hexadecimal];
    for before in ["", "x", "xy"] {
        let encoded = URL_SAFE_NO_PAD.encode(format!("{before}{secret}"));
        // The first characters encode what is before the secret.
        let own = encoded.get((before.len() * 8).div_ceil(6)..).unwrap_or_default();
        forms.push(own.to_owned());
        forms.push(own.replace('-', "+").replace('_', "/"));
    }
    let text = text.replace("REDACTED", MARK);
    let between_escapes = text.split("\\u{").enumerate().map(|(index, part)| match part.split_once('}') {
        Some((_, after)) if index > 0 => after,
        _ => part,
    });
    let text = &between_escapes.collect::<Vec<_>>().join(MARK);
    let caseless = text.to_ascii_lowercase();
    let runs = |text: &str| {
        let characters: Vec<char> = text.chars().collect();
        characters.windows(16).map(<[char]>::to_vec).collect::<HashSet<_>>()
    };
    let (runs, caseless) = (runs(text), runs(&caseless));
    for (index, form) in forms.iter().enumerate().filter(|_| secret.len() >= 16 && !secret.contains('\u{fffd}')) {
        let among = if index < 2 { &caseless } else { &runs };
        let form: Vec<char> = form.chars().collect();
        let left = form.windows(16).find(|run| among.contains(*run));
        assert!(left.is_none(), "{:?} in {text:?}", left.map(|run| run.iter().collect::<String>()));
    }
}

fn check_quote(text: &str, secret: &str) {
    let quoted = fuzzing::quote(text, &[secret]);
    assert!(quoted.chars().count() <= MAX_QUOTE, "{}", quoted.chars().count());
    let reorders =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!quoted.chars().any(|c| c.is_control() || reorders(c)), "{quoted:?}");
    // `quote` doesn't mask shorter secrets. The masks are removed first, because a secret may be a part of one, or overlap
    // with it.
    if secret.trim_ascii_end().len() >= 6 {
        let unmasked = quoted.replace("REDACTED", "\n");
        for form in [secret, secret.trim_ascii_end(), &fuzzing::percent_encode(secret)] {
            assert!(!unmasked.contains(form), "{form:?} in {quoted:?}");
        }
        check_parts(&quoted, secret);
    }
    // A short printable text is not changed.
    if text.len() <= 800 && text.bytes().all(|b| b.is_ascii_graphic()) && secret.is_empty() {
        assert_eq!(quoted, text);
    }
}
