//! The challenges of a `WWW-Authenticate` header. <https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1>

use crate::prelude::*;

/// A challenge: its scheme, and the names and values of its parameters.
pub(crate) struct AuthChallenge<'h> {
    scheme: &'h str,
    parameters: Vec<(&'h str, String)>,
}

impl AuthChallenge<'_> {
    /// Whether it is of this scheme, in any case.
    pub(crate) fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The value of the first parameter with this name, in any case.
    pub(crate) fn find(&self, wanted: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    }
}

/// The challenges of a header, which are separated by commas as their parameters are: an element that is no `name=value`
/// begins a challenge. Values are tokens or quoted; characters that a token can't have are accepted outside of quotes too.
pub(crate) fn parse(header: &str) -> Vec<AuthChallenge<'_>> {
    let mut challenges: Vec<AuthChallenge<'_>> = Vec::new();
    for element in elements(header) {
        let (word, rest) = element.split_at(element.find([' ', '\t', '=']).unwrap_or(element.len()));
        let parameter = if rest.trim_ascii_start().starts_with('=') {
            element
        } else {
            challenges.push(AuthChallenge { scheme: word, parameters: Vec::new() });
            rest
        };
        if let (Some((name, value)), Some(challenge)) = (parameter.split_once('='), challenges.last_mut()) {
            challenge.parameters.push((name.trim_ascii(), unquoted(value.trim_ascii())));
        }
    }
    challenges
}

/// The parts of the header between the commas outside of quoted strings, without those that are empty.
fn elements(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = header.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    });
    parts.map(str::trim_ascii).filter(|part| !part.is_empty())
}

/// The text of a quoted string; any other text unchanged.
fn unquoted(value: &str) -> String {
    let Some(text) = value.strip_prefix('"') else { return value.to_owned() };
    let mut characters = text.strip_suffix('"').unwrap_or(text).chars();
    core::iter::from_fn(|| characters.next().and_then(|c| if c == '\\' { characters.next() } else { Some(c) }))
        .collect()
}
