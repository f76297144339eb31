//! Vault URLs, and the resource of the tokens for each.

use crate::cloud::{self, CLOUDS};
use crate::diagnosis;
use crate::error::{Error, Result};
use crate::prelude::*;
use crate::secret::quote_value;
use crate::url::Url;
use crate::value::{self, Flaw};

/// The URL of a vault.
#[derive(Debug)]
pub(super) struct VaultUrl {
    pub(super) url: Url,
    /// The resource of its tokens, `https://` and the DNS suffix, if the vault is in a known cloud.
    pub(super) resource: Option<String>,
    /// The URL is plain http on a loopback address, allowed by `KEYFOB_ALLOW_LOOPBACK_HTTP=1`.
    pub(super) loopback: bool,
}

impl VaultUrl {
    pub(super) fn parse(text: &str, allow_loopback_http: bool) -> Result<Self> {
        // The URL may contain a user name, a password or a signature, which must not be shown.
        let trimmed = text.trim_ascii().trim_end_matches('/');
        // What is wrong with an identifier is said below.
        if value::flaw(trimmed) != Some(Flaw::Identifier) {
            value::check_public("the vault URL", trimmed)?;
        }
        let shown = match text.split('?').next() {
            Some("") => "an empty text".to_owned(),
            Some(text) if !text.contains('@') => quote_value(text),
            _ => "the text given".to_owned(),
        };
        let invalid = |why: &str, cure: &str| {
            Error::invalid(format!("{} is not a vault URL: {why}. Expected https://VAULT-NAME.vault.azure.net", shown))
                .with_hint(diagnosis::configuration(cure))
        };
        let spelling =
            "Use the Vault URI of the vault's overview page in the portal, such as https://my-vault.vault.azure.net";
        if cloud::by_tool_name(trimmed).is_some() {
            return Err(invalid("it is the name of a cloud", spelling));
        }
        let mut url = Url::parse(trimmed).map_err(|why| match trimmed.split_once("://") {
            None if !trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                invalid(why, &format!("Did you mean https://{trimmed}.vault.azure.net?"))
            }
            None if trimmed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
                && trimmed.contains('.') =>
            {
                invalid(why, &format!("Did you mean https://{trimmed}?"))
            }
            _ => invalid(why, spelling),
        })?;
        let loopback = !url.https && url.is_loopback() && allow_loopback_http;
        if url.path.starts_with("/secrets/") {
            return Err(invalid(
                "it is the identifier of a secret",
                "Give the part before /secrets/ as the vault URL, and the secret's name apart",
            ));
        }
        if !url.path.is_empty() {
            return Err(invalid("it has a path or a query", spelling));
        }
        if loopback {
            return Ok(Self { url, resource: Some("https://vault.azure.net".to_owned()), loopback });
        }
        if !url.https {
            let error = invalid("its scheme is not https, and a token must not travel without TLS", "");
            return Err(error.with_hint(diagnosis::plain_http(url.is_loopback())));
        }
        if url.host.ends_with('.') {
            return Err(invalid(
                "its host ends in a dot",
                &format!("Leave the dot out: https://{}", url.host.trim_end_matches('.')),
            ));
        }
        // For these suffixes the scope is fixed here and never taken from a server. This also saves one request for the
        // first secret compared with the Azure SDKs.
        for cloud in CLOUDS.iter().filter_map(|cloud| cloud.vault_suffix) {
            let inside = cloud.strip_prefix("vault.").unwrap_or_default();
            let before = url.host.strip_suffix(inside).and_then(|rest| rest.strip_suffix('.'));
            let Some(before) = before else { continue };
            let name = before.split('.').next().unwrap_or_default();
            let (before, service) = before.rsplit_once('.').unwrap_or(("", before));
            let (more, label) = before.rsplit_once('.').unwrap_or(("", before));
            if service == "managedhsm" && !label.is_empty() {
                return Err(invalid(
                    "it is a Managed HSM, which holds keys and no secrets",
                    "Store the secret in a Key Vault",
                ));
            }
            let zone = if service == "vault" { label } else { service };
            let why = match zone {
                "vaultcore" => "it is the name of Key Vault's private DNS zone",
                "privatelink" => "it is a private link zone",
                _ => "",
            };
            if !why.is_empty() && zone != name {
                let cure = format!("Use https://{name}.{cloud}: with a private endpoint that name resolves to it");
                return Err(invalid(why, &cure));
            }
            if service != "vault" {
                continue;
            }
            if label.is_empty() {
                return Err(invalid("the vault's name is missing", spelling));
            }
            if !more.is_empty() {
                return Err(invalid("more than one label stands before the cloud's domain", spelling));
            }
            if url.port.is_some() {
                return Err(invalid("Key Vault has port 443 only", "Leave the port out"));
            }
            url.path = String::new();
            return Ok(Self { url, resource: Some(format!("https://{cloud}")), loopback });
        }
        Ok(Self { url, resource: None, loopback })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn known_clouds() {
        for (text, origin, resource) in [
            ("https://my-vault.vault.azure.net", "https://my-vault.vault.azure.net", "https://vault.azure.net"),
            (" https://My-Vault.VAULT.azure.net:443/ ", "https://my-vault.vault.azure.net", "https://vault.azure.net"),
            (
                "https://v.vault.usgovcloudapi.net",
                "https://v.vault.usgovcloudapi.net",
                "https://vault.usgovcloudapi.net",
            ),
        ] {
            let vault = VaultUrl::parse(text, false).unwrap();
            assert_eq!((vault.url.origin().as_str(), vault.resource.as_deref()), (origin, Some(resource)), "{text}");
        }
    }

    #[test]
    fn an_unknown_host_has_no_resource() {
        for text in [
            "https://vault.contoso.example",
            "https://xvault.azure.net",
            "https://a.vault.azure.net.evil.example",
            "https://localhost:8443",
        ] {
            assert_eq!(VaultUrl::parse(text, false).unwrap().resource, None, "{text}");
        }
    }

    #[test]
    fn urls_that_are_no_vault_are_refused_with_a_hint() {
        for (text, cure) in [
            ("", "Vault URI"),
            ("AzureUSGovernment", "Vault URI"),
            ("my-vault", "https://my-vault.vault.azure.net?"),
            ("my-vault.vault.azure.net", "https://my-vault.vault.azure.net?"),
            ("http://my-vault.vault.azure.net", "https:// instead"),
            ("http://127.0.0.1:8080", "https:// instead"),
            ("https://my-vault.vault.azure.net/secrets/a/1", "before /secrets/"),
            ("https://my-vault.vault.azure.net/keys", "Vault URI"),
            ("https://my-vault.vault.azure.net?x", "Vault URI"),
            ("https://my-vault.vault.azure.net.", "dot out"),
            ("https://my-vault.vault.azure.net:8443", "port out"),
            ("https://user@my-vault.vault.azure.net", "Vault URI"),
            ("https://my-vault.vault.azure.net\\@evil.example", "Vault URI"),
            ("https://m\u{443}-vault.vault.azure.net", "Vault URI"),
            ("https://a.b.vault.azure.net", "Vault URI"),
            ("https://vault.azure.net", "Vault URI"),
            ("https://kv-7.privatelink.vaultcore.azure.net", "https://kv-7.vault.azure.net"),
            ("https://kv-7.vaultcore.azure.net", "https://kv-7.vault.azure.net"),
            ("https://kv-7.privatelink.vault.azure.net", "https://kv-7.vault.azure.net"),
            ("https://my-hsm.managedhsm.azure.net", "Key Vault"),
        ] {
            let error = VaultUrl::parse(text, false).unwrap_err();
            assert!(error.hint.as_ref().unwrap().text.contains(cure), "{text}: {error:?}");
        }
    }

    #[test]
    fn plain_http_on_loopback_only_when_the_environment_says_so() {
        assert!(VaultUrl::parse("http://127.0.0.1:8080", true).unwrap().loopback);
        assert!(VaultUrl::parse("http://10.0.0.1:8080", true).is_err());
        assert!(VaultUrl::parse("http://my-vault.vault.azure.net", true).is_err());
    }
}
