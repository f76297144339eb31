//! `.env` files, read as python-dotenv's `load_dotenv` reads them, so that one file serves Python and Keyfob.
//!
//! No crate for such files keeps its rules: dotenvy and dotenvs expand `$NAME`, with the process's own environment, and
//! so spoil a client secret with a `$` in it; dotenvor and dotenv-parser cut a value at every `#`; dotenvpp turns the
//! backslashes of `C:\new` into something else. So winnow holds python-dotenv's grammar, and tests/dotenv has the cases
//! that the real python-dotenv plays too.

mod grammar;
mod interpolation;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::grammar::Binding;
use self::interpolation::interpolate;

/// What a file says.
#[derive(Debug)]
pub(super) struct DotenvFile {
    /// Its variables, with what they refer to.
    pub(super) variables: BTreeMap<String, String>,
    /// What its author may not have meant.
    pub(super) notes: Vec<String>,
}

/// Reads a file's text. A reference is looked up in the environment first and then in the lines above. Errors and notes
/// name a line and do not quote it: it may hold a secret.
pub(super) fn parse(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<DotenvFile> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // As Python reads every text file.
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
            // python-dotenv takes any word for a name; one that can be none is rather a value that went astray.
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
