//! `.env` files, the part that everybody agrees on: `NAME=VALUE`, `export`, comments, quotes.
//!
//! Not a crate: dotenvy 0.15 expands `$NAME` with the process's own environment, which `--clean-env` must not show,
//! and cuts a client secret with a `$` in it; its errors quote the line, which may be a secret.

use anyhow::{Result, bail};

/// The variables of a file's text, in its order. Nothing is expanded. Errors name the line and do not quote it.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut variables = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match variable(line) {
            Some(variable) => variables.push(variable),
            None => bail!("line {} is not NAME=VALUE", index + 1),
        }
    }
    Ok(variables)
}

fn variable(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim_start);
    let named = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if name.is_empty() || !named {
        return None;
    }
    Some((name.to_owned(), value(rest.trim_start())?))
}

fn value(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text.chars();
    match rest.next() {
        Some('\'') => loop {
            match rest.next()? {
                '\'' => break,
                c => value.push(c),
            }
        },
        Some('"') => loop {
            match rest.next()? {
                '"' => break,
                '\\' => match rest.next()? {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    c @ ('"' | '\\' | '$') => value.push(c),
                    c => value.extend(['\\', c]),
                },
                c => value.push(c),
            }
        },
        // Without quotes a comment needs a space before it: `#` is common in passwords.
        _ => {
            return Some(text.split(" #").next().unwrap_or_default().trim_end().to_owned());
        }
    }
    let after = rest.as_str().trim_start();
    (after.is_empty() || after.starts_with('#')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Option<String> {
        parse(line).ok()?.pop().map(|(_, value)| value)
    }

    #[test]
    fn the_usual_lines() {
        let text = "\u{feff}# laptop\r\nKEYVAULT_URL=https://v.vault.azure.net/\r\n\nexport A = 'b # c' # d\nEMPTY=\n";
        let expected = [("KEYVAULT_URL", "https://v.vault.azure.net/"), ("A", "b # c"), ("EMPTY", "")];
        assert_eq!(parse(text).expect("a good file"), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(one("A=b#c # d").as_deref(), Some("b#c"));
        assert_eq!(one(r#"A="a\"b\nc\d""#).as_deref(), Some("a\"b\nc\\d"));
    }

    #[test]
    fn nothing_is_expanded() {
        assert_eq!(one("A=x$HOME${HOME}").as_deref(), Some("x$HOME${HOME}"));
        assert_eq!(one("A=\"$HOME\"").as_deref(), Some("$HOME"));
    }

    #[test]
    fn a_bad_line_is_named_and_not_quoted() {
        for bad in ["s3cret", "=s3cret", "A B=s3cret", "A='s3cret", "A=\"s3cret\" more"] {
            let error = parse(&format!("OK=1\n{bad}")).expect_err(bad).to_string();
            assert_eq!(error, "line 2 is not NAME=VALUE");
        }
    }
}
