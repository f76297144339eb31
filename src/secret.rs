//! Secret values: zeroed when dropped, hidden in `Debug`, and masked in text that is quoted from responses.

use alloc::rc::Rc;
use core::fmt;

use crate::mask;
use crate::prelude::*;
use zeroize::Zeroizing;

use crate::text::encode;

/// Secret text: a token, the value of a secret, an assertion, a header value. Clones share the text, which is zeroed when the
/// last one is dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretString(Rc<Zeroizing<String>>);

impl SecretString {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(Rc::new(Zeroizing::new(text)))
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("REDACTED")
    }
}

/// Bytes that may contain a secret: the body of a response, a file.
#[derive(Clone, Default)]
pub struct SecretBytes(pub Zeroizing<Vec<u8>>);

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("REDACTED")
    }
}

/// What stands for a secret, or for a part of one.
const MASK: &str = "REDACTED";

/// The most characters that are quoted from a field of a response. Azure's longest known messages have about 600.
const QUOTE_LIMIT: usize = 800;

/// The most characters of a field that are read: more than are quoted, because what is masked becomes shorter.
const READ_LIMIT: usize = 4 * QUOTE_LIMIT;

/// Prepares a field of a response for an error message. Control characters are escaped, because they could forge log
/// lines; the secrets of the request are masked, because a server may echo them; and the length is limited.
pub(crate) fn quote(text: &str, secrets: &[SecretString]) -> String {
    let text: Vec<char> = text.trim_ascii_end().chars().take(READ_LIMIT + 1).collect();
    let is_cut = text.len() > READ_LIMIT;
    let text = text.get(..READ_LIMIT).unwrap_or(&text);
    let masked = mask::masked(text, secrets.iter().map(SecretString::expose));
    let mut quoted = String::new();
    let mut previous = false;
    for (character, masked) in text.iter().zip(masked) {
        if !masked {
            push_printable(&mut quoted, *character);
        } else if !previous {
            quoted.push_str(MASK);
        }
        previous = masked;
    }
    for secret in secrets.iter().filter(|secret| secret.expose().len() <= READ_LIMIT) {
        // Once more in printable form: characters that are dropped or replaced may be inside a short secret.
        let plain = printable(secret.expose());
        if plain.len() >= mask::SHORTEST {
            quoted = quoted.replace(&plain, MASK).replace(&encode(secret.expose()), MASK);
        }
    }
    if let Some((end, _)) = quoted.char_indices().nth(QUOTE_LIMIT) {
        quoted.truncate(end);
        quoted.push('…');
    } else if is_cut {
        quoted.push('…');
    }
    quoted
}

/// The text in one line, with control characters and reordering marks escaped.
fn printable(text: &str) -> String {
    let mut printable = String::new();
    for character in text.trim_ascii_end().chars() {
        push_printable(&mut printable, character);
    }
    printable
}

fn push_printable(printable: &mut String, character: char) {
    match character {
        // Azure's messages have CR LF line ends; a report has one line for each attempt.
        '\r' => {}
        '\n' | '\t' => printable.push(' '),
        c if is_invisible(c) => printable.extend(c.escape_unicode()),
        c => printable.push(c),
    }
}

/// Whether a character is a control character, or a zero-width or bidirectional mark, which hide or reorder text on a terminal.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Prepares a value of the configuration for an error message. Nothing is left out: control characters, invisible ones, and
/// white space around are escaped, because they are what is wrong with it. The length is limited.
pub(crate) fn quote_value(text: &str) -> String {
    let length = text.chars().count();
    let inner = text.len().saturating_sub(text.trim_start().len());
    let end = text.trim_end().len();
    let mut quoted = String::new();
    for (index, character) in text.char_indices().take(QUOTE_LIMIT) {
        match character {
            '\n' | '\r' | '\t' => quoted.extend(character.escape_default()),
            c if is_invisible(c) => quoted.extend(c.escape_unicode()),
            c if c.is_whitespace() && (index < inner || index >= end) => quoted.extend(c.escape_unicode()),
            c => quoted.push(c),
        }
    }
    if length > QUOTE_LIMIT {
        quoted.push('…');
    }
    quoted
}

/// The longest text that is shown as a file path, in bytes. A token or a certificate that was set instead of a path is
/// longer, and must not be shown.
const PATH_LIMIT: usize = 255;

/// A path from the configuration, for an error message.
pub(crate) fn quote_path(path: &str) -> String {
    if path.len() <= PATH_LIMIT { quote_value(path) } else { format!("of {} bytes, which is no path", path.len()) }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_debug() {
        assert_eq!(
            format!("{:?} {:?}", SecretString::from("hunter2"), SecretBytes::from(vec![1])),
            "REDACTED REDACTED"
        );
    }

    #[test]
    fn echoed_secrets_are_masked_plain_and_encoded() {
        let secrets = [SecretString::from("s3cr3t/+value")];
        assert_eq!(quote("got s3cr3t/+value, s3cr3t%2F%2Bvalue", &secrets), "got REDACTED, REDACTED");
        // Also where `printable` drops or replaces characters inside the secret.
        assert_eq!(quote("s3cr3t\r/+value, s3cr3t%2F\r%2Bvalue", &secrets), "REDACTED, REDACTED");
        assert_eq!(quote("got two words", &["two\nwords \n".into()]), "got REDACTED");
        assert_eq!(quote("got \r it", &["\r\r\r\r\r\r".into()]), "got  it");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(quote("a\r\nERROR b\u{1b}[2J\u{202e}\u{61c}", &[]), "a ERROR b\\u{1b}[2J\\u{202e}\\u{61c}");
    }

    #[test]
    fn text_too_long_for_a_path_is_not_shown() {
        assert_eq!(quote_path("/a/b.pem"), "/a/b.pem");
        assert_eq!(quote_path(" a b.pem \n"), "\\u{20}a b.pem\\u{20}\\n");
        assert_eq!(quote_value("a\tb\u{200b}\u{a0}"), "a\\tb\\u{200b}\\u{a0}");
        assert_eq!(quote_value(&"a".repeat(5000)).chars().count(), QUOTE_LIMIT + 1);
        assert_eq!(quote_path(&"x".repeat(256)), "of 256 bytes, which is no path");
    }

    #[test]
    fn long_text_is_capped() {
        for text in ["x", "\u{7f}", "é"] {
            assert_eq!(quote(&text.repeat(5000), &[]).chars().count(), QUOTE_LIMIT + 1);
        }
    }

    /// Texts of random parts of a secret in random forms: no run of 16 bytes of the secret is left.
    #[test]
    fn random_parts_of_a_secret_are_masked() {
        const BYTES: &[u8] = b"aAbBcCdDeE019+/-_=.~%\\u  \r\n\t\"";
        let mut state = 1_u64;
        let mut random = move |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % limit
        };
        for _ in 0..500 {
            let length = 16 + random(40);
            let secret: String = (0..length).map(|_| char::from(BYTES[random(BYTES.len())])).collect();
            let mut text = String::new();
            for _ in 0..random(5) {
                let start = random(secret.len());
                let part = &secret[start..start + random(secret.len() - start + 1)];
                let form = random(6);
                for byte in part.bytes() {
                    match form {
                        0 => text.push(char::from(byte)),
                        1 => text.push_str(&format!("%{byte:02x}")),
                        2 => text.push_str(&format!("{byte:02X}")),
                        3 if random(8) == 0 => text.push_str(["\r", "\n", " ", "\u{200b}"][random(4)]),
                        3 => text.push(char::from(byte)),
                        _ => {}
                    }
                }
                if form > 3 {
                    text.push_str(&crate::text::to_base64url(format!("{}{part}", &"xy"[..form - 4]).as_bytes()));
                }
                text.push_str(["", " ", "a", "<>"][random(4)]);
            }
            let shown = quote(&text, &[secret.as_str().into()]).replace(MASK, "\n").to_ascii_lowercase();
            let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let base64 = |before: &str| {
                let encoded = crate::text::to_base64url(format!("{before}{secret}").as_bytes());
                encoded[(before.len() * 8).div_ceil(6)..].to_owned()
            };
            for form in [secret.clone(), hexadecimal, base64(""), base64("x"), base64("xy")] {
                let form = form.to_ascii_lowercase();
                let left = form.as_bytes().windows(16).find(|run| shown.as_bytes().windows(16).any(|it| it == *run));
                assert!(left.is_none(), "{:?} in {shown:?} of {text:?} with {secret:?}", left.map(<[u8]>::to_vec));
            }
        }
    }
}
