//! What is visibly wrong with a value of the configuration: a variable, an option, an argument, a path, a URL or a name that
//! can't be the value that was meant. The value itself is never shown, because it may be a secret.

use crate::diagnosis;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::secret::is_invisible;

/// Why a text can't be the value that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A byte order mark at the start.
    ByteOrderMark,
    /// A control character, or one that no editor shows, at this position from 1.
    Invisible(usize, char),
    /// White space at its start or end.
    WhiteSpace(Side, WhiteSpace),
    /// These stand around it.
    Around(Pair),
    /// A variable of another program that was not replaced: its form, and that program.
    Unreplaced(&'static str, &'static str),
    /// A reference of App Service that was not resolved.
    KeyVaultReference,
    /// The identifier of a secret or certificate in Key Vault.
    Identifier,
    /// A text of an example that was to be replaced.
    Placeholder,
}

/// An end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Start,
    End,
}

/// Kinds of white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhiteSpace {
    Newline,
    Other,
}

/// Characters that stand around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    Quotes,
    Backticks,
    TypographicQuotes,
    Braces,
    AngleBrackets,
    SquareBrackets,
}

impl Pair {
    fn name(self) -> &'static str {
        match self {
            Self::Quotes => "quotes",
            Self::Backticks => "backticks",
            Self::TypographicQuotes => "typographic quotes",
            Self::Braces => "braces",
            Self::AngleBrackets => "angle brackets",
            Self::SquareBrackets => "square brackets",
        }
    }
}

/// Forms of variables: start, end, how the form is shown, and the programs that replace it. One without brackets has only
/// letters, digits and `_` of a name between.
const VARIABLES: [(&str, &str, &str, &str); 10] = [
    ("${{", "}}", "${{ … }}", "GitHub Actions"),
    ("#{", "}#", "#{…}#", "the pipeline's task that replaces tokens"),
    ("{{", "}}", "{{…}}", "the template engine"),
    ("${", "}", "${…}", "the shell or Docker Compose"),
    ("$(", ")", "$(…)", "Azure Pipelines, Kubernetes or the shell"),
    ("@microsoft.appconfiguration(", ")", "@Microsoft.AppConfiguration(…)", "App Service"),
    ("%", "%", "%…%", "the Windows command prompt"),
    ("$env:", "", "$env:…", "PowerShell"),
    ("secretref:", "", "secretref:…", "Container Apps"),
    ("$", "", "$…", "the shell"),
];

/// Pairs of characters that stand around a value.
const PAIRS: [(char, char, Pair); 8] = [
    ('"', '"', Pair::Quotes),
    ('\'', '\'', Pair::Quotes),
    ('`', '`', Pair::Backticks),
    ('\u{201c}', '\u{201d}', Pair::TypographicQuotes),
    ('\u{2018}', '\u{2019}', Pair::TypographicQuotes),
    ('{', '}', Pair::Braces),
    ('<', '>', Pair::AngleBrackets),
    ('[', ']', Pair::SquareBrackets),
];

/// How placeholders of examples begin, in lower case. One with a dot in it may be a real name.
const PLACEHOLDERS: [&str; 9] =
    ["your-", "your_", "my-client-", "my-tenant-", "xxxx", "changeme", "change-me", "replace-", "replace_"];

/// The id that documents write for any id.
const NIL_UUID: &str = "00000000-0000-0000-0000-000000000000";

/// What is wrong with a value; `None` if nothing is visibly wrong.
pub(crate) fn flaw(text: &str) -> Option<Flaw> {
    if text.starts_with('\u{feff}') {
        return Some(Flaw::ByteOrderMark);
    }
    let is_space = |c: char| c.is_whitespace();
    for (side, character) in [(Side::Start, text.chars().next()), (Side::End, text.chars().next_back())] {
        match character {
            Some('\n' | '\r') => return Some(Flaw::WhiteSpace(side, WhiteSpace::Newline)),
            Some(c) if is_space(c) => return Some(Flaw::WhiteSpace(side, WhiteSpace::Other)),
            _ => {}
        }
    }
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| is_invisible(*c)) {
        return Some(Flaw::Invisible(index + 1, character));
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("@microsoft.keyvault(") {
        return Some(Flaw::KeyVaultReference);
    }
    if lower.starts_with("https://") && (lower.contains("/secrets/") || lower.contains("/certificates/")) {
        return Some(Flaw::Identifier);
    }
    // Only a value that is nothing else: a secret or a URL may hold such characters.
    let whole = VARIABLES.iter().find(|(start, end, ..)| {
        let rest = lower.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        rest.is_some_and(|inner| if is_bracket(start, end) { !inner.is_empty() } else { is_word(inner) })
    });
    if let Some((_, _, form, program)) = whole {
        return Some(Flaw::Unreplaced(form, program));
    }
    let pair = PAIRS.iter().find(|(open, close, _)| {
        text.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)).is_some_and(|inner| !inner.is_empty())
    });
    if let Some((_, _, pair)) = pair {
        return Some(Flaw::Around(*pair));
    }
    let empty =
        ["undefined", "null", "none", "nil", "todo", "tbd"].contains(&lower.as_str()) || lower.starts_with("***");
    let example = PLACEHOLDERS.iter().any(|start| lower.starts_with(start)) && !text.contains('.');
    if example || empty || text == NIL_UUID || lower.starts_with("/path/to/") {
        return Some(Flaw::Placeholder);
    }
    None
}

/// The same for a value that is no secret, such as a URL, in which a variable may be a part.
pub(crate) fn flaw_in_public(text: &str) -> Option<Flaw> {
    let part = |(start, end, ..): &&(&str, &str, &str, &str)| {
        is_bracket(start, end)
            && text.split(start).skip(1).any(|rest| rest.split_once(end).is_some_and(|(name, _)| is_word(name)))
    };
    flaw(text).or_else(|| VARIABLES.iter().find(part).map(|(_, _, form, program)| Flaw::Unreplaced(form, program)))
}

/// Whether these two stand around a variable as brackets do.
fn is_bracket(start: &str, end: &str) -> bool {
    !end.is_empty() && start != end
}

/// Whether the text can be a variable's name.
fn is_word(text: &str) -> bool {
    let text = text.trim_ascii();
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

impl Flaw {
    /// Describes the flaw, after the name of the value.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::ByteOrderMark => "begins with a byte order mark (U+FEFF)".to_owned(),
            Self::Invisible(position, character) => {
                format!("has the invisible character U+{:04X} at position {position}", u32::from(character))
            }
            Self::WhiteSpace(side, space) => {
                let verb = if side == Side::Start { "begins" } else { "ends" };
                format!("{verb} with {}", if space == WhiteSpace::Newline { "a newline" } else { "white space" })
            }
            Self::Around(pair) => format!("is in {}", pair.name()),
            Self::Unreplaced(form, program) => format!("is a variable, {form}, which {program} did not replace"),
            Self::KeyVaultReference => "is a Key Vault reference that App Service did not resolve".to_owned(),
            Self::Identifier => {
                "is the identifier of a secret or certificate in Key Vault, and not the value itself".to_owned()
            }
            Self::Placeholder => "is a placeholder".to_owned(),
        }
    }

    /// What to change where the value of `from` is set.
    pub(crate) fn cure(self, from: &str) -> String {
        match self {
            Self::ByteOrderMark => format!("Save the file that sets {from} as UTF-8 without a byte order mark"),
            Self::Invisible(..) => format!("Type the value of {from} instead of copying it"),
            Self::WhiteSpace(side, space) => {
                let side = if side == Side::Start { "start" } else { "end" };
                let (what, origin) = match space {
                    WhiteSpace::Newline => ("newline", "\n`echo` and many editors add one, `printf %s` does not"),
                    WhiteSpace::Other => ("white space", ""),
                };
                format!("Remove the {what} at the {side} of {from}{origin}")
            }
            Self::Around(pair) => {
                let origin =
                    if pair == Pair::Quotes { "\n`docker --env-file` passes them on, a shell does not" } else { "" };
                format!("Write the value of {from} without the {}{origin}", pair.name())
            }
            Self::Unreplaced(..) => {
                format!("Define that variable where {from} is set, or write the value itself")
            }
            Self::KeyVaultReference => format!(
                "Look at the status of {from} in the portal (the app > Environment variables): the app's identity must be allowed to read that secret"
            ),
            Self::Identifier => format!(
                "Set {from} to what is stored there\nOn App Service: to @Microsoft.KeyVault(SecretUri=…) with the identifier"
            ),
            Self::Placeholder => format!("Set {from} to your own value"),
        }
    }

    /// The error of the value that `from` names.
    fn error(self, from: &str) -> Box<Error> {
        Error::invalid(format!("{from} {}", self.describe())).with_hint(diagnosis::configuration(&self.cure(from)))
    }
}

/// Refuses a text that is visibly no value, but takes what reads like a placeholder: it may be the name of a secret, such as
/// `my-client-secret`, or a token in a program's own tests. A secret may be named by its identifier.
///
/// # Errors
/// `InvalidArgument`, which says what is wrong.
pub(crate) fn check_form(from: &str, text: &str) -> Result<()> {
    match flaw_in_public(text) {
        None | Some(Flaw::Placeholder | Flaw::Identifier) => Ok(()),
        Some(flaw) => Err(flaw.error(from)),
    }
}

/// Refuses a text that is visibly no value.
///
/// # Errors
/// `InvalidArgument`, which says what is wrong.
pub(crate) fn check(from: &str, text: &str) -> Result<()> {
    flaw(text).map_or(Ok(()), |flaw| Err(flaw.error(from)))
}

/// The same for a value that is no secret.
///
/// # Errors
/// `InvalidArgument`, which says what is wrong.
pub(crate) fn check_public(from: &str, text: &str) -> Result<()> {
    flaw_in_public(text).map_or(Ok(()), |flaw| Err(flaw.error(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_none() {
        for (text, described) in [
            ("\u{feff}a", "begins with a byte order mark (U+FEFF)"),
            ("a\n", "ends with a newline"),
            ("a\r\n", "ends with a newline"),
            (" a", "begins with white space"),
            ("a\u{a0}", "ends with white space"),
            ("a\u{200b}b", "has the invisible character U+200B at position 2"),
            ("a\tb", "has the invisible character U+0009 at position 2"),
            ("a\u{ad}b", "has the invisible character U+00AD at position 2"),
            ("\"a\"", "is in quotes"),
            ("'a'", "is in quotes"),
            ("\u{201c}a\u{201d}", "is in typographic quotes"),
            ("{11111111-2222-3333-4444-555555555555}", "is in braces"),
            ("<client-id>", "is in angle brackets"),
            ("$(clientId)", "is a variable, $(…), which Azure Pipelines, Kubernetes or the shell did not replace"),
            ("${CLIENT_ID}", "is a variable, ${…}, which the shell or Docker Compose did not replace"),
            ("${{ secrets.ID }}", "is a variable, ${{ … }}, which GitHub Actions did not replace"),
            ("%CLIENT_ID%", "is a variable, %…%, which the Windows command prompt did not replace"),
            ("#{ClientId}#", "is a variable, #{…}#, which the pipeline's task that replaces tokens did not replace"),
            ("{{client_id}}", "is a variable, {{…}}, which the template engine did not replace"),
            ("${CLIENT_ID:-}", "is a variable, ${…}, which the shell or Docker Compose did not replace"),
            ("$(cat /run/id)", "is a variable, $(…), which Azure Pipelines, Kubernetes or the shell did not replace"),
            ("$CLIENT_ID", "is a variable, $…, which the shell did not replace"),
            ("$env:CLIENT_ID", "is a variable, $env:…, which PowerShell did not replace"),
            ("secretref:client-id", "is a variable, secretref:…, which Container Apps did not replace"),
            (
                "@Microsoft.AppConfiguration(Endpoint=x)",
                "is a variable, @Microsoft.AppConfiguration(…), which App Service did not replace",
            ),
            ("@Microsoft.KeyVault(SecretUri=x)", "is a Key Vault reference that App Service did not resolve"),
            (
                "@microsoft.keyvault(VaultName=x;SecretName=y)",
                "is a Key Vault reference that App Service did not resolve",
            ),
            (
                "https://a.vault.azure.net/secrets/b/0123",
                "is the identifier of a secret or certificate in Key Vault, and not the value itself",
            ),
            ("your-client-id", "is a placeholder"),
            ("YOUR_TENANT", "is a placeholder"),
            ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "is a placeholder"),
            (NIL_UUID, "is a placeholder"),
            ("undefined", "is a placeholder"),
            ("***", "is a placeholder"),
            ("/path/to/cert.pem", "is a placeholder"),
        ] {
            assert_eq!(flaw(text).map(Flaw::describe).as_deref(), Some(described), "{text:?}");
        }
    }

    #[test]
    fn real_values() {
        for text in [
            "11111111-2222-3333-4444-555555555555",
            "contoso.onmicrosoft.com",
            "your-company.onmicrosoft.com",
            "aB3~8Q.x$(y)z%20%41_${z",
            "aB3~8Q.x__y__z",
            "$1$salt$hash",
            "/app/__pycache__/token",
            "'",
            "\"\"",
            "/var/run/secrets/azure/tokens/azure-identity-token",
            "C:\\Program Files\\a b.pem",
            "\u{6771}\u{4eac}",
        ] {
            assert_eq!(flaw(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_variable_may_be_a_part_of_a_url() {
        for (text, found) in [
            ("https://$(VAULT).vault.azure.net", true),
            ("https://${VAULT}.vault.azure.net", true),
            ("https://{{ vault }}.vault.azure.net", true),
            ("https://a/%20b%20", false),
            ("https://a.vault.azure.net", false),
        ] {
            assert_eq!(flaw_in_public(text).is_some(), found, "{text}");
            assert_eq!(flaw(text), None, "{text}");
        }
    }
}
