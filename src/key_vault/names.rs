//! What names a secret: its name, its identifier, or App Service's reference to it.
//! <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning>,
//! <https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-source-app-settings-from-key-vault>

use super::SecretClient;
use crate::diagnosis;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::secret::quote;
use crate::url::Url;

/// A name, and the version if it is about one.
pub(super) type Named<'t> = (&'t str, Option<&'t str>);

impl SecretClient {
    /// The secret that a text names, in this vault and in no other.
    pub(super) fn named<'t>(&self, text: &'t str, version: Option<&'t str>) -> Result<Named<'t>> {
        let (name, named) = match text.strip_prefix("@Microsoft.KeyVault(").and_then(|text| text.strip_suffix(')')) {
            Some(reference) => self.referred(reference)?,
            None if text.contains("://") => self.identified(text)?,
            None => match text.split_once('/') {
                Some((name, version)) => (name, Some(version)),
                None => (text, None),
            },
        };
        check(
            name,
            127,
            "a secret name",
            "letters, digits and dashes, 1 to 127 of them (no underscore), or the secret's identifier",
        )?;
        if let Some((one, other)) = version.zip(named)
            && !one.eq_ignore_ascii_case(other)
        {
            return Err(Error::invalid("what is given names another version than the option version"));
        }
        let version = version.or(named);
        if let Some(version) = version {
            check(version, 64, "a secret version", "the letters and digits at the end of the secret's identifier")?;
        }
        Ok((name, version))
    }

    /// The same for what is done to all its versions.
    pub(super) fn named_whole<'t>(&self, text: &'t str) -> Result<&'t str> {
        match self.named(text, None)? {
            (name, None) => Ok(name),
            _ => Err(Error::invalid(
                "what is given names one version, and this is done to the whole secret: leave it out",
            )),
        }
    }

    /// `https://VAULT/secrets/NAME`, and perhaps `/VERSION`.
    fn identified<'t>(&self, text: &'t str) -> Result<Named<'t>> {
        let odd = || {
            Error::invalid("what is given is no identifier of a secret: expected https://VAULT/secrets/NAME/VERSION")
        };
        let origin = Url::parse(text).map_err(|_| odd())?.origin();
        let mut segments = text.split_once("://").unwrap_or_default().1.split('/').skip(1);
        let (Some("secrets"), Some(name)) = (segments.next(), segments.next()) else { return Err(odd()) };
        // The latest version is the one without a name, and a slash may stand before it.
        let version = segments.next().filter(|version| !version.is_empty());
        if segments.next().is_some() {
            return Err(odd());
        }
        if origin == self.vault.url.origin() { Ok((name, version)) } else { Err(self.elsewhere(&origin)) }
    }

    /// `SecretUri=…`, or `VaultName=…;SecretName=…;SecretVersion=…`.
    fn referred<'t>(&self, reference: &'t str) -> Result<Named<'t>> {
        let find = |wanted: &str| {
            let mut pairs = reference.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(wanted))?;
            Some(value.trim_ascii()).filter(|value| !value.is_empty())
        };
        if let Some(identifier) = find("SecretUri") {
            return self.identified(identifier);
        }
        let (Some(vault), Some(name)) = (find("VaultName"), find("SecretName")) else {
            return Err(Error::invalid(
                "what is given is no reference of App Service's: expected @Microsoft.KeyVault(SecretUri=…) or @Microsoft.KeyVault(VaultName=…;SecretName=…)",
            ));
        };
        let label = self.vault.url.host.split('.').next().unwrap_or_default();
        if self.vault.resource.is_none() || !vault.eq_ignore_ascii_case(label) {
            return Err(self.elsewhere(vault));
        }
        Ok((name, find("SecretVersion")))
    }

    fn elsewhere(&self, vault: &str) -> Box<Error> {
        let (vault, own) = (quote(vault, &[]), self.vault.url.origin());
        Error::invalid(format!("the secret is in the vault {vault}, and this client is for {own}; nothing was sent"))
            .hint(diagnosis::expected("Open a client for that vault"))
    }
}

fn check(text: &str, longest: usize, what: &str, expected: &str) -> Result<()> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err(Error::invalid(format!("'{}' is not {what}: expected {expected}", quote(text, &[]))))
}
