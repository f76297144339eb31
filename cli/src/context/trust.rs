//! Grants that only a .env file names: they need a yes.

use std::path::{Path, PathBuf};

use crate::{CommandError, terminal};

/// A folder or a host that Keyfob would get because of a variable of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileGrant {
    /// The file.
    pub(super) file: PathBuf,
    /// The variable.
    pub(super) variable: String,
    /// `the folder PATH` or `the host HOST:PORT`.
    pub(super) what: String,
}

/// Passes if there are no such grants, or if the user says yes on the terminal.
pub(super) fn require(grants: &[FileGrant]) -> Result<(), CommandError> {
    if grants.is_empty() || terminal::confirm(&question(grants)) {
        return Ok(());
    }
    Err(CommandError::usage(format!(
        "{}: to allow this, add --trust-env-file, or name each with --env NAME=VALUE",
        named(grants, "; ")
    )))
}

fn question(grants: &[FileGrant]) -> String {
    format!("{}\nAllow this to Keyfob for this run?", named(grants, "\n"))
}

/// The files with what they name, one entry for each grant.
fn named(grants: &[FileGrant], separator: &str) -> String {
    let entry = |FileGrant { file, variable, what }: &FileGrant| {
        format!("only --env-file {} names {what} (by {})", shown(file), variable.escape_debug())
    };
    grants.iter().map(entry).collect::<Vec<_>>().join(separator)
}

/// A path without control characters.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_variable_and_grant_are_named_without_control_characters() {
        let grant = |variable: &str, what: &str| FileGrant {
            file: PathBuf::from(".env"),
            variable: variable.to_owned(),
            what: what.to_owned(),
        };
        let grants = [grant("KEYVAULT_URL", "the host a.example:443"), grant("KEYFOB_CONFIG_\x1b[2J", "the host b:1")];
        let expected = "only --env-file .env names the host a.example:443 (by KEYVAULT_URL)\n\
                        only --env-file .env names the host b:1 (by KEYFOB_CONFIG_\\u{1b}[2J)\n\
                        Allow this to Keyfob for this run?";
        assert_eq!(question(&grants), expected);
        assert_eq!(shown(Path::new("/a\x1b[2J")), "/a\\u{1b}[2J");
    }
}
