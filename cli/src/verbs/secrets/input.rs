//! Reads a file or stdin.

use std::fmt;
use std::fs::File;
use std::io::{IsTerminal as _, Read};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};

/// Where the input comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    File(&'a Path),
    Stdin,
}

impl<'a> Input<'a> {
    /// The input for a `--file` option; `-` and `None` are stdin.
    pub(super) fn from_option(file: Option<&'a Path>) -> Self {
        file.filter(|path| *path != Path::new("-")).map_or(Self::Stdin, Self::File)
    }

    /// Whether the input is typed at a terminal.
    pub(super) fn is_terminal(self) -> bool {
        matches!(self, Self::Stdin) && std::io::stdin().is_terminal()
    }

    /// Reads all bytes. Fails if there are more than `max_bytes`.
    pub(super) fn read(self, max_bytes: u64) -> Result<Vec<u8>> {
        let bytes = match self {
            Self::File(path) => File::open(path).and_then(|file| read_limited(file, max_bytes)),
            Self::Stdin => read_limited(std::io::stdin().lock(), max_bytes),
        };
        let bytes = bytes.with_context(|| format!("{self} can't be read"))?;
        ensure!(bytes.len() as u64 <= max_bytes, "{self} has more than {max_bytes} bytes; nothing was sent");
        Ok(bytes)
    }
}

/// The input's name in messages.
impl fmt::Display for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Stdin => f.write_str("stdin"),
        }
    }
}

/// Reads at most one byte more than `max_bytes`, so that the caller notices an excess.
fn read_limited(from: impl Read, max_bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decodes UTF-8. The error does not quote the bytes, because they are a secret.
pub(super) fn utf8(bytes: Vec<u8>, source: &Input<'_>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        anyhow!(
            "{source} is not UTF-8 (at byte {at}), and Key Vault stores only text; nothing was sent. Encode it first: \
            base64 FILE | keyfob set-secret …"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_after_the_limit() {
        assert_eq!(read_limited(&b"abc"[..], 3).expect("a slice"), b"abc");
        assert_eq!(read_limited(std::io::repeat(7), 3).expect("a repetition"), [7; 4]);
    }

    #[test]
    fn a_dash_is_stdin() {
        assert!(matches!(Input::from_option(Some(Path::new("-"))), Input::Stdin));
        assert!(matches!(Input::from_option(None), Input::Stdin));
        assert!(matches!(Input::from_option(Some(Path::new("./-"))), Input::File(_)));
    }
}
