//! `keyfob set-secret`: sets a secret from a file or stdin.

use std::path::PathBuf;

use clap::Args;
use keyfob_host_test::spec::SetSecretOptions;

use super::input::{self, Input};
use super::vault::VaultArgs;
use super::{CommandError, json, print_secret, terminal};
use crate::date;
use crate::shell::quote;

const EXAMPLES: &str = "\
Examples:
  keyfob set-secret my-secret --file value.txt --vault-url https://my-vault.vault.azure.net
  keyfob set-secret my-secret --content-type text/plain --tag owner=me --expires-on 2027-01-31T00:00:00Z < value.txt
  printf %s \"$VALUE\" | keyfob set-secret my-secret --json

The value can't be passed as an argument, because other users of the machine can read arguments. It is stored byte for byte,
including a final newline, for which a warning is printed. Prints the identifier of the new version.
Exit status: 0 success, 1 error, 2 wrong usage.";

/// More than Key Vault's limit of 25,600 bytes, so that the component reports a value that is too long.
const MAX_BYTES: u64 = 1024 * 1024;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SetSecret {
    /// The secret's name; an existing secret gets a new version
    name: String,
    /// The file with the value [default: stdin]
    #[arg(long, value_name = "F")]
    file: Option<PathBuf>,
    /// The content type, such as text/plain
    #[arg(long, value_name = "T")]
    content_type: Option<String>,
    /// Set a tag; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_tag)]
    tag: Vec<(String, String)>,
    /// Not valid before this time: unix seconds, or a time such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "T", value_parser = date::parse_unix_seconds)]
    not_before: Option<u64>,
    /// Not valid after this time
    #[arg(long, value_name = "T", value_parser = date::parse_unix_seconds)]
    expires_on: Option<u64>,
    /// Disable the new version, so that it can't be read
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
            return Err(CommandError::usage(format!("--tag {twice} is given twice")));
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
            terminal::warning(&format!("the value is empty, because {source} is empty"));
        }
        if value.ends_with('\n') {
            let value = match source {
                Input::File(path) => format!("$(cat {})", quote(&path.display().to_string())),
                Input::Stdin => "$VALUE".to_owned(),
            };
            terminal::warning(&format!(
                "the value ends in a newline, which is stored. To set it without: printf %s \"{value}\" | keyfob set-secret …"
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
    fn tags_are_parsed() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_tag("owner=me"), pair("owner", "me"));
        assert_eq!(parse_tag("query=a=b"), pair("query", "a=b"));
        assert_eq!(parse_tag("empty="), pair("empty", ""));
        assert!(parse_tag("owner").is_err());
        assert!(parse_tag("=me").is_err());
    }
}
