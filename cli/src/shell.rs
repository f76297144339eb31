//! Environment variables as lines for a shell or a .env file.

use clap::ValueEnum;

/// The syntax of the lines.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Syntax {
    #[default]
    Bash,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Dotenv,
}

impl Syntax {
    /// Lines that set and unset variables. A .env file can't unset a variable, and an empty value is no substitute, because
    /// some SDKs treat an empty variable as set.
    pub(super) fn lines(self, set: &[(String, String)], unset: &[&str]) -> String {
        let set = set.iter().map(|(name, value)| match self {
            Self::Bash => format!("export {name}={}", quote(value)),
            Self::Fish => format!("set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
            Self::PowerShell => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
            // No quotes: Docker treats them as part of the value.
            Self::Dotenv => format!("{name}={value}"),
        });
        let unset = unset.iter().filter_map(|name| match self {
            Self::Bash => Some(format!("unset {name}")),
            Self::Fish => Some(format!("set -e {name}")),
            Self::PowerShell => Some(format!("Remove-Item -ErrorAction Ignore Env:{name}")),
            Self::Dotenv => None,
        });
        set.chain(unset).collect::<Vec<_>>().join("\n")
    }
}

/// `export NAME='value'` lines for POSIX shells. Readers of `.env` files accept them too if no value has a single quote.
pub(super) fn export_lines(variables: &[(String, String)]) -> String {
    Syntax::Bash.lines(variables, &[])
}

/// Quotes a text as one word for POSIX shells.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as one word for POSIX shells, which is quoted only if it must be.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:/=@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "it's $HOME `x` \"y\" \\z";

    #[test]
    fn sh_reads_the_values_back() {
        let lines = export_lines(&[("A".to_owned(), "1".to_owned()), ("B".to_owned(), VALUE.to_owned())]);
        assert!(lines.starts_with("export A='1'\nexport B='"), "{lines}");
        let script = format!("{lines}\n{}\nprintf '%s|%s' \"$A\" \"$B\"", Syntax::Bash.lines(&[], &["A", "C"]));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("sh");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("|{VALUE}"));
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        for (text, expected) in [
            ("A=http://127.0.0.1:7070/msi/token", "A=http://127.0.0.1:7070/msi/token"),
            ("A=b c", "'A=b c'"),
            ("A=$b", "'A=$b'"),
            ("A=it's", r"'A=it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
        }
    }

    #[test]
    fn other_shells_and_dotenv() {
        let lines = |shell: Syntax| shell.lines(&[("A".to_owned(), VALUE.to_owned())], &["B"]);
        assert_eq!(lines(Syntax::Fish), "set -gx A 'it\\'s $HOME `x` \"y\" \\\\z'\nset -e B");
        let expected = "$Env:A = 'it''s $HOME `x` \"y\" \\z'\nRemove-Item -ErrorAction Ignore Env:B";
        assert_eq!(lines(Syntax::PowerShell), expected);
        assert_eq!(lines(Syntax::Dotenv), format!("A={VALUE}"));
    }
}
