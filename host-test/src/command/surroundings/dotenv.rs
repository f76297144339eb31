//! `.env` files, as python-dotenv reads them (<https://github.com/theskumar/python-dotenv>, 1.2): quotes, `export`, comments,
//! values of several lines, `${NAME}` and `${NAME:-default}`. `tests/dotenv/judge.py` asks the original about every case of
//! `tests/dotenv/cases.toml`. One thing differs: where it warns and skips what it can't read, this is an error.
//!
//! No crate does the same: dotenvy 0.15, dotenvs 0.2 and dotenv-parser 0.1 take `$NAME` without braces for a variable or
//! `#` in a value for a comment, and so cut a client secret short in silence; dotenvor 0.2 does the latter. Errors of some
//! quote the line.

use anyhow::{Result, bail};

/// The variables of a file's text, in its order. `get` knows those that win over the file's: they stand for `${NAME}` too,
/// before the file's own. Errors name the line and do not quote it, which may be a secret.
pub(super) fn parse(text: &str, get: impl Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text };
    let mut variables: Vec<(String, String)> = Vec::new();
    loop {
        reader.skip(char::is_whitespace);
        if reader.rest.is_empty() {
            return Ok(variables);
        }
        let start = text.len() - reader.rest.len();
        let Some((name, value)) = reader.binding() else {
            let line = text.get(..start).unwrap_or_default().replace("\r\n", "\n").split(['\n', '\r']).count();
            bail!("line {line} is not NAME=VALUE");
        };
        // A comment has no name; a name without `=` is named and not set.
        let (Some(name), Some(value)) = (name, value) else { continue };
        let own =
            |wanted: &str| variables.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let value = interpolated(&value, |name| get(name).or_else(|| own(name)));
        variables.push((name.to_owned(), value));
    }
}

/// What is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// A name and its value, each if there is one, to the end of the line.
    fn binding(&mut self) -> Option<(Option<&'a str>, Option<String>)> {
        self.export();
        let name = match self.peek() {
            Some('#') => None,
            Some('\'') => {
                let (name, rest) = self.rest.get(1..)?.split_once('\'')?;
                self.rest = rest;
                Some(name)
            }
            _ => Some(self.skip(|c| c != '=' && c != '#' && !c.is_whitespace())),
        };
        if name.is_some_and(str::is_empty) {
            return None;
        }
        self.skip(is_blank);
        let mut value = None;
        if let Some(rest) = self.rest.strip_prefix('=') {
            self.rest = rest;
            let blank = self.skip(is_blank);
            value = Some(match self.peek() {
                Some('#') if !blank.is_empty() => String::new(),
                Some('\'') => self.quoted('\'', |c| matches!(c, '\\' | '\'').then_some(c))?,
                Some('"') => self.quoted('"', escaped)?,
                _ => unquoted(self.skip(|c| !is_newline(c))),
            });
        }
        self.skip(is_blank);
        if self.peek() == Some('#') {
            self.skip(|c| !is_newline(c));
        }
        self.peek().is_none_or(is_newline).then_some((name, value))
    }

    /// The word before a name. A variable may be called so too.
    fn export(&mut self) {
        if let Some(rest) = self.rest.strip_prefix("export")
            && rest.starts_with(is_blank)
        {
            self.rest = rest.trim_start_matches(is_blank);
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Goes on while this holds, and gives what it went over.
    fn skip(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest.trim_start_matches(holds);
        let skipped = self.rest.get(..self.rest.len() - rest.len()).unwrap_or_default();
        self.rest = rest;
        skipped
    }

    /// A text in quotes. A backslash that does not escape anything stands for itself.
    fn quoted(&mut self, quote: char, escaped: impl Fn(char) -> Option<char>) -> Option<String> {
        let mut chars = self.rest.chars();
        chars.next();
        let mut text = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => {
                    let next = chars.next()?;
                    match escaped(next) {
                        Some(meant) => text.push(meant),
                        None => text.extend(['\\', next]),
                    }
                }
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }
}

/// What a letter after a backslash means between double quotes.
fn escaped(c: char) -> Option<char> {
    Some(match c {
        '\\' | '\'' | '"' => c,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        _ => return None,
    })
}

/// Without quotes a comment needs a space before it: `#` is common in passwords.
fn unquoted(line: &str) -> String {
    let comment =
        line.match_indices('#').find(|(at, _)| line.get(..*at).is_some_and(|it| it.ends_with(char::is_whitespace)));
    let end = comment.map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or_default().trim_end().to_owned()
}

/// Puts values in the place of `${NAME}` and `${NAME:-default}`, once. A `$` without a brace is a `$`.
fn interpolated(text: &str, get: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let name = after.split([':', '}']).next().unwrap_or_default();
        let behind = after.get(name.len()..).unwrap_or_default();
        let (default, next) = match behind.strip_prefix(":-") {
            Some(default) => default.split_once('}').map_or(("", None), |(default, next)| (default, Some(next))),
            None => ("", behind.strip_prefix('}')),
        };
        match next {
            Some(next) => {
                result.push_str(&get(name).unwrap_or_else(|| default.to_owned()));
                rest = next;
            }
            None => {
                result.push_str("${");
                rest = after;
            }
        }
    }
    result + rest
}

fn is_newline(c: char) -> bool {
    matches!(c, '\r' | '\n')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !is_newline(c)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cases {
        case: Vec<Case>,
    }

    /// A file's text, and what comes of it: variables, or the line that can't be read.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        text: String,
        #[serde(default)]
        environment: BTreeMap<String, String>,
        #[serde(default)]
        gives: BTreeMap<String, String>,
        fails: Option<usize>,
    }

    #[test]
    fn every_case_is_read_as_told() {
        let cases: Cases = toml::from_str(include_str!("../../../tests/dotenv/cases.toml")).expect("cases");
        assert!(cases.case.len() > 60);
        for Case { text, environment, gives, fails } in cases.case {
            let read = parse(&text, |name| environment.get(name).cloned());
            match (read, fails) {
                (Ok(variables), None) => {
                    assert_eq!(variables.into_iter().collect::<BTreeMap<_, _>>(), gives, "{text:?}")
                }
                (Err(error), Some(line)) => assert_eq!(error.to_string(), format!("line {line} is not NAME=VALUE")),
                (read, fails) => panic!("{text:?}: {read:?}, {fails:?}"),
            }
        }
    }
}
