//! Variables as lines for a shell.

use clap::ValueEnum;

/// Who reads the lines.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Shell {
    #[default]
    Bash,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Dotenv,
}

impl Shell {
    /// The lines that set these variables and unset those. A .env file can't unset: some SDKs take an empty variable for
    /// a set one.
    pub(super) fn lines(self, set: &[(String, String)], unset: &[&str]) -> String {
        let set = set.iter().map(|(name, value)| match self {
            Self::Bash => format!("export {name}={}", quote(value)),
            Self::Fish => format!("set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
            Self::PowerShell => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
            // Docker's reader of such files takes quotes for a part of the value.
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

/// `export NAME='value'` for each, which every shell of the Bourne family takes; readers of `.env` files too, where no value
/// has a single quote.
pub(super) fn export_lines(variables: &[(String, String)]) -> String {
    Shell::Bash.lines(variables, &[])
}

/// The text as one word.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "it's $HOME `x` \"y\" \\z";

    #[test]
    fn a_shell_reads_what_was_meant() {
        let lines = export_lines(&[("A".to_owned(), "1".to_owned()), ("B".to_owned(), VALUE.to_owned())]);
        assert!(lines.starts_with("export A='1'\nexport B='"), "{lines}");
        let script = format!("{lines}\n{}\nprintf '%s|%s' \"$A\" \"$B\"", Shell::Bash.lines(&[], &["A", "C"]));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("sh");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("|{VALUE}"));
    }

    #[test]
    fn the_other_shells() {
        let lines = |shell: Shell| shell.lines(&[("A".to_owned(), VALUE.to_owned())], &["B"]);
        assert_eq!(lines(Shell::Fish), "set -gx A 'it\\'s $HOME `x` \"y\" \\\\z'\nset -e B");
        let expected = "$Env:A = 'it''s $HOME `x` \"y\" \\z'\nRemove-Item -ErrorAction Ignore Env:B";
        assert_eq!(lines(Shell::PowerShell), expected);
        assert_eq!(lines(Shell::Dotenv), format!("A={VALUE}"));
    }
}
