//! The text of an error: the cause first, then what was tried, and last the fix, which stands next to the prompt.

use keyfob_host_test::bindings::exports::keyfob::azure::types::{Attempt, Outcome};

use super::terminal::{BOLD, HINT};

/// What a line that is copied into a shell begins with. It stays whole.
const COMMANDS: [&str; 5] = ["az ", "curl ", "keyfob ", "kubectl ", "sudo "];

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

/// Why.
pub(super) const NOT_SUPPORTED: &str = "not in a component; on a laptop: keyfob dev-identity";

/// The cause of an error without the attempts, which have their own part.
pub(super) fn cause(message: &str) -> &str {
    message.split_once("\nAttempted credentials:").map_or(message, |(cause, _)| cause)
}

/// The parts "Attempted credentials" and "Fix", each with an empty line before it. A part that is empty is left out. `width` is
/// the longest line, `None` for no limit.
pub(super) fn details(attempts: &[Attempt], hint: Option<&str>, width: Option<usize>) -> String {
    let mut text = String::new();
    if !attempts.is_empty() {
        text.push_str(&format!("\n{BOLD}Attempted credentials:{BOLD:#}\n{}", table(attempts, width)));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("\n{HINT}Fix:{HINT:#}\n{}", fix(hint, width)));
    }
    text
}

/// The lines of a hint, indented.
pub(super) fn fix(hint: &str, width: Option<usize>) -> String {
    let is_command = |line: &str| COMMANDS.iter().any(|command| line.trim_start().starts_with(command));
    hint.lines().map(|line| wrapped(line, "  ", "  ", width.filter(|_| !is_command(line)))).collect()
}

fn table(attempts: &[Attempt], width: Option<usize>) -> String {
    let row = |it: &Attempt| Row {
        credential: it.credential.clone(),
        text: own_message(&it.credential, &it.message).to_owned(),
        is_supported: it.outcome != Outcome::NotSupported,
    };
    rows(&attempts.iter().map(row).collect::<Vec<_>>(), NOT_SUPPORTED, width)
}

/// What there is to say about a credential.
pub(super) struct Row {
    /// Its class name.
    pub(super) credential: String,
    pub(super) text: String,
    /// Whether a component can use it at all.
    pub(super) is_supported: bool,
}

/// Names and texts in two columns, and one row for the credentials of a developer's sign-in that are not supported, with `why`.
/// Where there is nothing but these, a setting asks for them, and each keeps its text.
pub(super) fn rows(rows: &[Row], why: &str, width: Option<usize>) -> String {
    let is_common = |row: &&Row| !row.is_supported && is_of_developers(&row.credential);
    let (mut common, mut others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(is_common);
    if others.is_empty() {
        std::mem::swap(&mut common, &mut others);
    }
    let pairs = others.iter().map(|row| (row.credential.as_str(), row.text.as_str()));
    let mut text = columns(pairs, width);
    if !common.is_empty() {
        let short = |row: &&Row| row.credential.trim_end_matches("Credential").to_owned();
        let names = common.iter().map(short).collect::<Vec<_>>().join(", ");
        text.push_str(&wrapped(&format!("({names}: {why})"), "  ", "   ", width));
    }
    text
}

/// Whether a credential, by its class name, is one of a developer's sign-in.
pub(super) fn is_of_developers(credential: &str) -> bool {
    OF_DEVELOPERS.contains(&credential)
}

/// Names and texts in two columns.
pub(super) fn columns<'a>(rows: impl Iterator<Item = (&'a str, &'a str)> + Clone, width: Option<usize>) -> String {
    let longest = rows.clone().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let indent = " ".repeat(longest + 4);
    rows.map(|(name, text)| wrapped(text, &format!("  {name:longest$}  "), &indent, width)).collect()
}

/// A message without the credential's own name in front, which stands beside it.
pub(super) fn own_message<'a>(credential: &str, message: &'a str) -> &'a str {
    let rest = message.strip_prefix(credential).map(|rest| rest.trim_start_matches(" authentication unavailable"));
    rest.map_or(message, |rest| rest.trim_start_matches(['.', ':', ' ']))
}

/// A text in lines of at most `width` columns, each with a newline. Spaces at its start stay. A word that is longer, such as a
/// URL, is kept whole.
pub(super) fn wrapped(text: &str, first: &str, others: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return format!("{first}{text}\n") };
    let words = text.trim_start_matches(' ');
    let inner = &text[..text.len() - words.len()];
    let (first, others) = (format!("{first}{inner}"), format!("{others}{inner}"));
    let options = textwrap::Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&others)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(words, options).iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(credential: &str, outcome: Outcome, message: &str) -> Attempt {
        Attempt { credential: credential.to_owned(), outcome, message: message.to_owned() }
    }

    fn attempts() -> Vec<Attempt> {
        vec![
            attempt("EnvironmentCredential", Outcome::Unavailable, "not set: AZURE_TENANT_ID, AZURE_CLIENT_ID"),
            attempt(
                "ManagedIdentityCredential",
                Outcome::Unavailable,
                "ManagedIdentityCredential authentication unavailable. App Service answered 400",
            ),
            attempt("AzureCliCredential", Outcome::NotSupported, "not in a component"),
            attempt("BrokerCredential", Outcome::NotSupported, "not in a component"),
        ]
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn each_attempt_stands_once_and_the_fix_last() {
        let text = plain(&details(&attempts(), Some("Set AZURE_CLIENT_ID,\nor in code: x"), None));
        assert_eq!(
            text,
            "\nAttempted credentials:\n  \
             EnvironmentCredential      not set: AZURE_TENANT_ID, AZURE_CLIENT_ID\n  \
             ManagedIdentityCredential  App Service answered 400\n  \
             (AzureCli, Broker: not in a component; on a laptop: keyfob dev-identity)\n\
             \nFix:\n  Set AZURE_CLIENT_ID,\n  or in code: x\n"
        );
        assert_eq!(details(&[], None, None), "");
        // What is not supported for a reason of its own keeps it.
        let fabric = attempt("ManagedIdentityCredential", Outcome::NotSupported, "Service Fabric can't be used");
        let text = plain(&details(&[fabric, attempts()[2].clone()], None, None));
        assert!(text.contains("  ManagedIdentityCredential  Service Fabric can't be used\n  (AzureCli: not"), "{text}");
        let text = plain(&details(&[attempts()[2].clone()], None, None));
        assert!(text.ends_with(":\n  AzureCliCredential  not in a component\n"), "{text}");
        assert_eq!(cause("It failed.\nAttempted credentials:\n\tA: b"), "It failed.");
    }

    #[test]
    fn lines_end_at_the_width_and_keep_their_indent() {
        let text = plain(&details(&attempts(), Some("Find it:\n  az identity show --name NAME"), Some(50)));
        let expected = "\nAttempted credentials:\n  \
                        EnvironmentCredential      not set:\n                             AZURE_TENANT_ID,\n                             \
                        AZURE_CLIENT_ID\n  \
                        ManagedIdentityCredential  App Service answered\n                             400\n  \
                        (AzureCli, Broker: not in a component; on a\n   laptop: keyfob dev-identity)\n\
                        \nFix:\n  Find it:\n    az identity show --name NAME\n";
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.len() <= 50), "{text}");
        // What is copied stays whole.
        let command = "  az identity show --name NAME --query clientId";
        assert_eq!(fix(&format!("Find it:\n{command}"), Some(40)), format!("  Find it:\n  {command}\n"));
        let url = "https://a-vault-with-a-long-name.vault.azure.net/secrets/a-name";
        assert_eq!(wrapped(&format!("see {url}"), "", "", Some(40)), format!("see\n{url}\n"));
    }
}
