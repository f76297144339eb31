//! The grammar of python-dotenv 1.2 (its `parser.py`), for a text whose lines end in `\n`.

use anyhow::{Result, anyhow};
use winnow::combinator::{alt, delimited, dispatch, empty, eof, opt, peek, repeat, terminated};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::token::{any, none_of, take_till, take_while};

/// One statement of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Binding {
    /// The line where the statement starts, from 1.
    pub(super) line: usize,
    pub(super) name: String,
    /// Without quotes and escapes; `None` if no `=` follows the name.
    pub(super) value: Option<String>,
}

/// What is wrong with a line.
type Problem = ContextError<&'static str>;
type Parsed<T> = std::result::Result<T, Problem>;

/// The statements of a text, up to the first error.
pub(super) fn bindings(text: &str) -> impl Iterator<Item = Result<Binding>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(space);
            if rest.is_empty() {
                return None;
            }
            let line = 1 + text.get(..text.len() - rest.len()).unwrap_or_default().matches('\n').count();
            match statement.parse_next(&mut rest) {
                Ok(Some((name, value))) => return Some(Ok(Binding { line, name, value })),
                Ok(None) => {}
                Err(problem) => {
                    rest = "";
                    let problem = problem.context().next().copied().unwrap_or("is not NAME=VALUE");
                    return Some(Err(anyhow!("line {line} {problem}")));
                }
            }
        }
    })
}

/// `export NAME=VALUE # comment`, or a comment alone.
fn statement(input: &mut &str) -> Parsed<Option<(String, Option<String>)>> {
    opt(("export", take_while(1.., blank))).void().parse_next(input)?;
    if input.starts_with('#') {
        return end_of_line.value(None).parse_next(input);
    }
    let name = terminated(name, take_while(0.., blank)).parse_next(input)?;
    let value = match opt('=').parse_next(input)? {
        Some(_) => Some(value.parse_next(input)?),
        None => None,
    };
    end_of_line.value(Some((name, value))).parse_next(input)
}

fn name(input: &mut &str) -> Parsed<String> {
    dispatch! {peek(any);
        '\'' => delimited('\'', take_till(1.., '\''), '\''),
        _ => take_till(1.., |c| matches!(c, '=' | '#') || space(c)),
    }
    .map(str::to_owned)
    .parse_next(input)
}

fn value(input: &mut &str) -> Parsed<String> {
    let blanks = take_while(0.., blank).parse_next(input)?;
    dispatch! {peek(opt(any));
        // Directly after the `=`, the `#` belongs to the value.
        Some('#') if !blanks.is_empty() => empty.default_value(),
        Some('\'') => quoted('\'', |c| matches!(c, '\\' | '\'').then_some(c)),
        Some('"') => quoted('"', double_quoted_escape),
        _ => take_till(0.., '\n').map(strip_comment),
    }
    .parse_next(input)
}

/// A quoted value, which may span lines.
fn quoted<'a>(quote: char, escape: fn(char) -> Option<char>) -> impl Parser<&'a str, String, Problem> {
    let character = alt((('\\', any).void(), none_of([quote, '\\']).void()));
    let text = repeat::<_, _, (), _, _>(0.., character).take().map(move |text| unescape(text, escape));
    let closed = delimited(quote, text, quote).context("begins a quoted value that does not end");
    terminated(
        closed,
        peek(end_of_line).context("has more after its value's closing quote; \\ before a quote keeps it"),
    )
}

/// The character that a backslash and `c` stand for between double quotes.
fn double_quoted_escape(c: char) -> Option<char> {
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

/// Resolves escapes. A backslash before any other character is kept.
fn unescape(text: &str, escape: fn(char) -> Option<char>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match characters.as_str().chars().next().filter(|_| c == '\\').and_then(escape) {
            Some(character) => {
                plain.push(character);
                characters.next();
            }
            None => plain.push(c),
        }
    }
    plain
}

/// Removes a comment. It needs a space before the `#`, which is common in passwords.
fn strip_comment(text: &str) -> String {
    let mut splits = text.match_indices('#').map(|(at, _)| text.split_at(at));
    let value = splits.find(|(before, _)| before.ends_with(space)).map_or(text, |(before, _)| before);
    value.trim_end_matches(space).to_owned()
}

fn end_of_line(input: &mut &str) -> Parsed<()> {
    (take_while(0.., blank), opt(('#', take_till(0.., '\n'))), alt(("\n", eof))).void().parse_next(input)
}

/// Python's white space: Unicode's, and four separators.
fn space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn blank(c: char) -> bool {
    space(c) && c != '\n'
}
