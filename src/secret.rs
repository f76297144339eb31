//! Secret values: zeroed when dropped, hidden in `Debug`, and masked in text that is quoted from responses.

use alloc::rc::Rc;
use core::fmt;

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

/// The most characters that are quoted from a field of a response. Azure's longest known messages have about 600.
const QUOTE_LIMIT: usize = 800;

/// Prepares a field of a response for an error message. Control characters are escaped, because they could forge log
/// lines; the secrets of the request are masked, because a server may echo them; and the length is limited.
pub(crate) fn quote(text: &str, secrets: &[SecretString]) -> String {
    let mut quoted = printable(text);
    for secret in secrets {
        // Compare in printable form: characters that `printable` drops or replaces may be inside an echoed secret.
        let plain = printable(secret.expose());
        // Shorter values are not secrets, and masking them would make the text unreadable.
        if plain.len() >= 6 {
            let encoded = encode(secret.expose());
            quoted = quoted.replace(&plain, "REDACTED").replace(&encoded, "REDACTED");
        }
    }
    if let Some((end, _)) = quoted.char_indices().nth(QUOTE_LIMIT) {
        quoted.truncate(end);
        quoted.push('…');
    }
    quoted
}

/// The text in one line, with control characters and reordering marks escaped.
fn printable(text: &str) -> String {
    let mut printable = String::new();
    for character in text.trim_ascii_end().chars() {
        match character {
            // Azure's messages have CR LF line ends; a report has one line for each attempt.
            '\r' => {}
            '\n' | '\t' => printable.push(' '),
            // Zero-width and bidirectional marks, which hide or reorder text on a terminal.
            c if c.is_control()
                || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                printable.extend(c.escape_unicode());
            }
            c => printable.push(c),
        }
    }
    printable
}

/// The longest text that is shown as a file path, in bytes. A token or a certificate that was set instead of a path is
/// longer, and must not be shown.
const PATH_LIMIT: usize = 255;

/// A path from the configuration, for an error message.
pub(crate) fn quote_path(path: &str) -> String {
    if path.len() <= PATH_LIMIT { quote(path, &[]) } else { format!("of {} bytes, which is no path", path.len()) }
}

#[cfg(test)]
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
        assert_eq!(quote_path(&"x".repeat(256)), "of 256 bytes, which is no path");
    }

    #[test]
    fn long_text_is_capped() {
        for text in ["x", "\u{7f}", "é"] {
            assert_eq!(quote(&text.repeat(5000), &[]).chars().count(), QUOTE_LIMIT + 1);
        }
    }
}
