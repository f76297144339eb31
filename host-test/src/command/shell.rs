//! Variables as lines for a shell.

/// `export NAME='value'` for each, which every shell of the Bourne family and every reader of `.env` files takes.
pub(super) fn exports(variables: &[(String, String)]) -> String {
    let lines = variables.iter().map(|(name, value)| format!("export {name}={}", quoted(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The text as one word.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_what_was_meant() {
        let value = "it's $HOME `x` \"y\" \\z";
        let lines = exports(&[("A".to_owned(), "1".to_owned()), ("B".to_owned(), value.to_owned())]);
        assert!(lines.starts_with("export A='1'\nexport B='"), "{lines}");
        let script = format!("{lines}\nprintf %s \"$B\"");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("sh");
        assert_eq!(String::from_utf8_lossy(&output.stdout), value);
    }
}
