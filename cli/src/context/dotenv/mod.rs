//! Parses `.env` files as python-dotenv's `load_dotenv` does, so that Python and Keyfob can share a file.
//!
//! No crate follows the same rules: dotenvy and dotenvs expand `$NAME` from the process environment, which corrupts a
//! client secret that contains `$`; dotenvor and dotenv-parser cut a value at every `#`; dotenvpp changes the backslashes
//! in `C:\new`. So python-dotenv's grammar is implemented here with winnow. The cases in tests/dotenv also run against
//! python-dotenv itself.

mod grammar;
mod interpolation;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail};

use self::grammar::Binding;
use self::interpolation::interpolate;

/// A parsed file.
#[derive(Debug)]
pub(super) struct DotenvFile {
    /// The variables, with references replaced.
    pub(super) variables: BTreeMap<String, String>,
    /// Notes about lines that are probably mistakes.
    pub(super) notes: Vec<String>,
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<String> {
    decode(fs::read(path)?)
}

/// The text of a file. The error for another encoding has the number of the line, and quotes nothing: a variable that is left
/// out counts as not set, and another identity would be used.
fn decode(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        anyhow!("line {line} is not UTF-8; save the file as UTF-8")
    })
}

/// Parses a file. A reference is looked up in the environment first and then in earlier lines. Errors and notes give the
/// line's number and don't quote it, because it may hold a secret.
pub(super) fn parse(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<DotenvFile> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Python's universal newlines.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut notes = Vec::new();
    for binding in grammar::bindings(&text) {
        let Binding { line, name, value } = binding?;
        let value = match value {
            Some(value) => {
                let above = |name: &str| values.get(name).map(|value| value.clone().unwrap_or_default());
                let (value, complete) = interpolate(&value, |name| environment(name).or_else(|| above(name)));
                if !complete {
                    notes.push(format!("line {line} refers to a ${{NAME}} that is not set: taken as empty"));
                }
                Some(value)
            }
            // python-dotenv accepts any word as a name; a word that is no identifier is probably a misplaced value.
            None if !is_identifier(&name) => bail!("line {line} is not NAME=VALUE"),
            None => {
                notes.push(format!("line {line} has no `=` and sets nothing"));
                None
            }
        };
        if name.contains('=') || [Some(&name), value.as_ref()].into_iter().flatten().any(|text| text.contains('\0')) {
            bail!("line {line} has a `=` in its name, or a character 0, which no environment can hold");
        }
        values.insert(name, value);
    }
    let variables = values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Ok(DotenvFile { variables, notes })
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests;
