//! The text of an error: the cause, what was tried, and last the fix, which then stands next to the prompt.

use std::fmt::{Formatter, Result};

use super::{Attempt, Outcome};

/// The credentials of a developer's sign-in. None is supported, for one reason, so that their names stand in one line.
const OF_DEVELOPERS: [&str; 7] = [
    "SharedTokenCacheCredential",
    "VisualStudioCredential",
    "VisualStudioCodeCredential",
    "AzureCliCredential",
    "AzurePowerShellCredential",
    "AzureDeveloperCliCredential",
    "BrokerCredential",
];

/// Writes the parts. One that is empty is left out; the text does not end with a newline.
pub(super) fn write(f: &mut Formatter<'_>, message: &str, attempts: &[Attempt], hint: Option<&str>) -> Result {
    f.write_str(message)?;
    if !attempts.is_empty() {
        f.write_str("\n\nAttempted credentials:")?;
        write_attempts(f, attempts)?;
    }
    if let Some(hint) = hint {
        f.write_str("\n\nFix:")?;
        hint.lines().try_for_each(|line| write!(f, "\n  {line}"))?;
    }
    Ok(())
}

/// Names and messages in two columns, and a line with the names of developers' credentials. Where there is nothing but these,
/// a setting asks for them, and each has its message.
fn write_attempts(f: &mut Formatter<'_>, attempts: &[Attempt]) -> Result {
    let (mut common, mut rows): (Vec<_>, Vec<_>) = attempts.iter().partition(|attempt| is_common(attempt));
    if rows.is_empty() {
        std::mem::swap(&mut common, &mut rows);
    }
    let longest = rows.iter().map(|row| row.credential.len()).max().unwrap_or_default();
    rows.iter().try_for_each(|row| write!(f, "\n  {:longest$}  {}", row.credential, row.message))?;
    if common.is_empty() {
        return Ok(());
    }
    let short = |attempt: &&Attempt| attempt.credential.trim_end_matches("Credential").to_owned();
    let names = common.iter().map(short).collect::<Vec<_>>().join(", ");
    write!(f, "\n  ({names}: not in a component; on a laptop: keyfob dev-identity)")
}

fn is_common(attempt: &Attempt) -> bool {
    attempt.outcome == Outcome::NotSupported && OF_DEVELOPERS.contains(&attempt.credential.as_str())
}
