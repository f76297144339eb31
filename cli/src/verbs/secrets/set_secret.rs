//! `keyfob set-secret`: a value from a file or stdin, byte for byte.

use std::path::PathBuf;

use clap::Args;

use super::input::{self, Input};
use super::vault::VaultArgs;
use super::{CommandError, json, print_secret, terminal};
use crate::date;
use crate::shell::quote;
use keyfob_host_test::spec::SetSecretOptions;

const EXAMPLES: &str = "\
Examples:
  keyfob set-secret my-secret --file value.txt --vault-url https://my-vault.vault.azure.net
  keyfob set-secret my-secret --content-type text/plain --tag owner=me --expires-on 2027-01-31T00:00:00Z < value.txt
  printf %s \"$VALUE\" | keyfob set-secret my-secret --json

The value is not taken from the command line, which everybody on the machine can read. It is kept byte for byte: a newline
at its end too, of which a warning tells. It prints the new version's identifier.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

/// More than Key Vault's 25,600 bytes, so that the component says what is wrong with a value that is somewhat too long.
const MAX_BYTES: u64 = 1024 * 1024;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SetSecret {
    /// The secret's name; one that is there gets a new version
    name: String,
    /// The file with the value; stdin where absent
    #[arg(long, value_name = "F")]
    file: Option<PathBuf>,
    /// What kind of text it is
    #[arg(long, value_name = "T")]
    content_type: Option<String>,
    /// A tag; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_tag)]
    tag: Vec<(String, String)>,
    /// Not to be used before this time: unix seconds, or such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "T", value_parser = date::parse_unix_seconds)]
    not_before: Option<u64>,
    /// Not to be used after this time
    #[arg(long, value_name = "T", value_parser = date::parse_unix_seconds)]
    expires_on: Option<u64>,
    /// Set it so that it can't be read
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &SetSecret) -> Result<u8, CommandError> {
    let options = args.options()?;
    let target = args.vault.resolve().await?;
    let value = args.value().map_err(CommandError::Usage)?;
    let mut vault = target.connect().await?;
    let activity = format!("setting {}", args.name);
    let call =
        vault.call(&activity, async |instance, client| instance.set_secret(client, &args.name, &value, &options).await);
    let properties = call.await?;
    Ok(print_secret(&args.vault, &json::properties(&properties), &properties.id))
}

impl SetSecret {
    fn options(&self) -> Result<SetSecretOptions, CommandError> {
        let mut names: Vec<&str> = self.tag.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            return Err(CommandError::usage(format!("--tag {twice} is given twice, and a tag has one value")));
        }
        Ok(SetSecretOptions {
            content_type: self.content_type.clone(),
            enabled: self.disabled.then_some(false),
            not_before: self.not_before,
            expires_on: self.expires_on,
            tags: (!self.tag.is_empty()).then(|| self.tag.clone()),
            version: None,
            timeout: self.vault.common.timeout,
        })
    }

    fn value(&self) -> anyhow::Result<String> {
        let source = Input::from_option(self.file.as_deref());
        if source.is_terminal() {
            let end = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
            terminal::note(&format!("The value is read from here until the end of input ({end})."));
        }
        let value = source.read(MAX_BYTES)?;
        let value = input::utf8(value, &source)?;
        if value.is_empty() {
            terminal::warning(&format!("the value is empty, as {source} is"));
        }
        if value.ends_with('\n') {
            let value = match source {
                Input::File(path) => format!("$(cat {})", quote(&path.display().to_string())),
                Input::Stdin => "$VALUE".to_owned(),
            };
            terminal::warning(&format!(
                "the value ends in a newline, which is kept. Without it: printf %s \"{value}\" | keyfob set-secret …"
            ));
        }
        Ok(value)
    }
}

fn parse_tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a name, an equals sign and a value expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_tag;

    #[test]
    fn tags() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_tag("owner=me"), pair("owner", "me"));
        assert_eq!(parse_tag("query=a=b"), pair("query", "a=b"));
        assert_eq!(parse_tag("empty="), pair("empty", ""));
        assert!(parse_tag("owner").is_err());
        assert!(parse_tag("=me").is_err());
    }
}
