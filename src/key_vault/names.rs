//! The texts that name a secret: its name, its identifier, or an App Service reference to it.
//! <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning>,
//! <https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-source-app-settings-from-key-vault>

use super::SecretClient;
use crate::diagnosis;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::secret::quote_value;
use crate::url::Url;
use crate::value;

/// The start of a reference.
const REFERENCE: &str = "@Microsoft.KeyVault(";

/// The name of a secret, and a version if one is given.
pub(super) type SecretName<'t> = (&'t str, Option<&'t str>);

impl SecretClient {
    /// The secret that a text names. A secret in another vault is an error.
    pub(super) fn resolve_name<'t>(&self, text: &'t str, version: Option<&'t str>) -> Result<SecretName<'t>> {
        self.resolve(text, version, &["secrets"])
    }

    /// As `resolve_name`. In an identifier the name follows one of `folders`.
    fn resolve<'t>(&self, text: &'t str, version: Option<&'t str>, folders: &[&str]) -> Result<SecretName<'t>> {
        let reference = text.trim_ascii().split_at_checked(REFERENCE.len());
        let reference = reference.filter(|(start, _)| start.eq_ignore_ascii_case(REFERENCE));
        let reference = reference.and_then(|(_, text)| text.strip_suffix(')'));
        if reference.is_none() {
            value::check_form("the secret's name", text)?;
        }
        let (name, named_version) = match reference {
            Some(reference) => self.parse_reference(reference, folders)?,
            None if text.contains("://") => self.parse_identifier(text, folders)?,
            None => match text.split_once('/') {
                Some((name, version)) => (name, Some(version)),
                None => (text, None),
            },
        };
        // An empty option means the latest version, as in the Azure SDKs.
        let version = version.filter(|version| !version.is_empty());
        check(
            name,
            127,
            "a secret name",
            "letters, digits and dashes, 1 to 127 of them (no underscore), or the secret's identifier",
        )?;
        if let Some((one, other)) = version.zip(named_version)
            && !one.eq_ignore_ascii_case(other)
        {
            return Err(Error::invalid("what is given names another version than the option version"));
        }
        let version = version.or(named_version);
        if let Some(version) = version {
            value::check_form("the secret's version", version)?;
            check(version, 64, "a secret version", "the letters and digits at the end of the secret's identifier")?;
        }
        Ok((name, version))
    }

    /// The same for operations on all versions of a secret: a version in the text is an error.
    pub(super) fn resolve_name_without_version<'t>(&self, text: &'t str) -> Result<&'t str> {
        without_version(self.resolve_name(text, None)?)
    }

    /// The same for a deleted secret, whose recovery id (`https://VAULT/deletedsecrets/NAME`) is accepted too.
    pub(super) fn resolve_deleted_name<'t>(&self, text: &'t str) -> Result<&'t str> {
        without_version(self.resolve(text, None, &["secrets", "deletedsecrets"])?)
    }

    /// `https://VAULT/secrets/NAME`, and perhaps `/VERSION`.
    fn parse_identifier<'t>(&self, text: &'t str, folders: &[&str]) -> Result<SecretName<'t>> {
        let invalid = || {
            Error::invalid("what is given is no identifier of a secret: expected https://VAULT/secrets/NAME/VERSION")
        };
        let origin = Url::parse(text).map_err(|_| invalid())?.origin();
        let mut segments = text.split_once("://").unwrap_or_default().1.split('/').skip(1);
        let folder = segments.next().filter(|folder| folders.contains(folder));
        let (Some(_), Some(name)) = (folder, segments.next()) else { return Err(invalid()) };
        // Without a version, or with only a slash, the latest version is meant.
        let version = segments.next().filter(|version| !version.is_empty());
        if segments.next().is_some() {
            return Err(invalid());
        }
        if origin == self.vault.url.origin() { Ok((name, version)) } else { Err(self.wrong_vault(&origin)) }
    }

    /// `SecretUri=…`, or `VaultName=…;SecretName=…;SecretVersion=…`.
    fn parse_reference<'t>(&self, reference: &'t str, folders: &[&str]) -> Result<SecretName<'t>> {
        let find = |wanted: &str| {
            let mut pairs = reference.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(wanted))?;
            Some(value.trim_ascii()).filter(|value| !value.is_empty())
        };
        if let Some(identifier) = find("SecretUri") {
            return self.parse_identifier(identifier, folders);
        }
        let (Some(vault), Some(name)) = (find("VaultName"), find("SecretName")) else {
            return Err(Error::invalid(
                "what is given is no reference of App Service's: expected @Microsoft.KeyVault(SecretUri=…) or @Microsoft.KeyVault(VaultName=…;SecretName=…)",
            ));
        };
        let label = self.vault.url.host.split('.').next().unwrap_or_default();
        if self.vault.resource.is_none() || !vault.eq_ignore_ascii_case(label) {
            return Err(self.wrong_vault(vault));
        }
        Ok((name, find("SecretVersion")))
    }

    fn wrong_vault(&self, vault: &str) -> Box<Error> {
        let (vault, own) = (quote_value(vault), self.vault.url.origin());
        Error::invalid(format!("the secret is in the vault {vault}, and this client is for {own}; nothing was sent"))
            .with_hint(diagnosis::configuration("Open a client for that vault"))
    }
}

fn without_version((name, version): SecretName<'_>) -> Result<&str> {
    if version.is_some() {
        return Err(Error::invalid(
            "what is given names one version, and this is done to the whole secret: leave it out",
        ));
    }
    Ok(name)
}

fn check(text: &str, longest: usize, what: &str, expected: &str) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (1..=longest).contains(&text.len()) && text.chars().all(legal) {
        return Ok(());
    }
    // It may be a secret: the arguments of set-secret in the wrong order.
    let description = describe(text, legal);
    Err(Error::invalid(format!("what is given is not {what}: it {description}; expected {expected}")))
}

/// Describes a text that may be a secret: its length, at most 3 of its first legal characters and a quarter of it, and where
/// its first other character is and of what kind.
fn describe(text: &str, legal: impl Fn(char) -> bool) -> String {
    let length = text.chars().count();
    if length == 0 {
        return "is empty".to_owned();
    }
    let start: String = text.chars().take((length / 4).min(3)).take_while(|c| legal(*c)).collect();
    let plural = if length == 1 { "" } else { "s" };
    let start = if start.is_empty() { start } else { format!(", begins with '{start}'") };
    let other = match text.chars().enumerate().find(|(_, c)| !legal(*c)) {
        Some((index, character)) => format!(", and its character {} is {}", index + 1, kind(character)),
        None => String::new(),
    };
    format!("has {length} character{plural}{start}{other}")
}

fn kind(character: char) -> &'static str {
    match character {
        '_' => "an underscore",
        _ if character.is_whitespace() => "white space",
        _ if character.is_control() => "a control character",
        _ if character.is_ascii() => "punctuation",
        _ => "not ASCII",
    }
}
