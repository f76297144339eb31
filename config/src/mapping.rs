//! Maps keys to secrets, by environment variables.

/// The prefix of a key's variable: `KEYFOB_CONFIG_DB_PASSWORD` is the variable of `db-password`.
const PREFIX: &str = "KEYFOB_CONFIG_";
/// The variable with the URL of the vault of secrets that are named without a vault.
const VAULT: &str = "KEYVAULT_URL";
/// The domain of the vaults that App Service's references name by `VaultName`.
const PUBLIC_CLOUD: &str = "vault.azure.net";

/// A secret and its vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The vault's URL.
    pub vault: String,
    /// The name, the identifier, or a reference, as the vault's client accepts it.
    pub name: String,
    /// The variable that names the secret; none if the key itself is its name.
    pub variable: Option<String>,
}

/// The secrets of all keys.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Key and value of each variable.
    entries: Vec<(String, String)>,
    vault: Option<String>,
}

impl Mapping {
    /// Reads the environment. A variable that is set but empty is unset.
    #[must_use]
    pub fn read(environment: &[(String, String)]) -> Self {
        let mut mapping = Self::default();
        for (name, value) in environment {
            let value = value.trim();
            match name.strip_prefix(PREFIX) {
                _ if value.is_empty() => {}
                Some(key) => mapping.entries.push((normal(key), value.to_owned())),
                None if name == VAULT => mapping.vault = Some(value.to_owned()),
                None => {}
            }
        }
        mapping.entries.sort();
        mapping
    }

    /// The keys that have a variable, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// The secret of a key, if it has one.
    ///
    /// # Errors
    /// The variable of the key is invalid.
    pub fn secret(&self, key: &str) -> Result<Option<Secret>, String> {
        let key = normal(key);
        if let Some((_, value)) = self.entries.iter().find(|(known, _)| *known == key) {
            let variable = format!("{PREFIX}{}", key.to_ascii_uppercase().replace('-', "_"));
            return match self.vault_of(value) {
                Some(vault) => Ok(Some(Secret { vault, name: value.clone(), variable: Some(variable) })),
                None => Err(format!(
                    "{variable} does not say in which vault the secret is, and {VAULT} is not set: give it a secret's \
                     identifier, such as https://my-vault.vault.azure.net/secrets/my-secret, or set {VAULT}"
                )),
            };
        }
        // Names in Key Vault are letters, digits and dashes: any other key has no secret.
        let is_name = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Ok(self.vault.clone().filter(|_| is_name).map(|vault| Secret { vault, name: key, variable: None }))
    }

    /// The URL of the vault that a variable's value names, else of the default vault.
    fn vault_of(&self, value: &str) -> Option<String> {
        let reference = value.strip_prefix("@Microsoft.KeyVault(").and_then(|rest| rest.strip_suffix(')'));
        let find = |wanted: &str| {
            let mut pairs = reference?.split(';').filter_map(|pair| pair.split_once('='));
            Some(pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?.1.trim())
        };
        if let Some(name) = find("VaultName") {
            return Some(format!("https://{name}.{PUBLIC_CLOUD}"));
        }
        let identifier = find("SecretUri").unwrap_or(value);
        match identifier.split_once("://") {
            Some((scheme, rest)) => Some(format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())),
            None => self.vault.clone(),
        }
    }
}

/// The canonical spelling of a key: lower case, with a dash for `_` and `.`, which names in Key Vault can't contain.
fn normal(key: &str) -> String {
    key.to_ascii_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mapping(variables: &[(&str, &str)]) -> Mapping {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Mapping::read(&owned.collect::<Vec<_>>())
    }

    fn place(mapping: &Mapping, key: &str) -> Option<(String, String)> {
        mapping.secret(key).unwrap().map(|secret| (secret.vault, secret.name))
    }

    #[test]
    fn every_form_of_a_secret() {
        let uri = "https://a.vault.azure.net/secrets/s/1";
        let by_uri = format!("@Microsoft.KeyVault(SecretUri={uri})");
        let by_name = "@Microsoft.KeyVault(VaultName=b; SecretName=s)";
        for (value, vault) in [
            (uri, "https://a.vault.azure.net"),
            (&by_uri, "https://a.vault.azure.net"),
            (by_name, "https://b.vault.azure.net"),
            ("http://127.0.0.1:8080/secrets/s", "http://127.0.0.1:8080"),
            ("s", "https://default.vault.azure.net"),
            ("s/1", "https://default.vault.azure.net"),
        ] {
            let mapping = mapping(&[("KEYFOB_CONFIG_KEY", value), ("KEYVAULT_URL", "https://default.vault.azure.net")]);
            assert_eq!(place(&mapping, "key"), Some((vault.to_owned(), value.to_owned())), "{value}");
        }
    }

    #[test]
    fn one_key_in_all_its_spellings() {
        let mapping = mapping(&[("KEYFOB_CONFIG_DB_PASSWORD", " https://a.vault.azure.net/secrets/s ")]);
        for key in ["db-password", "db_password", "db.password", "DB_PASSWORD"] {
            let secret = mapping.secret(key).unwrap().unwrap();
            assert_eq!(secret.variable.as_deref(), Some("KEYFOB_CONFIG_DB_PASSWORD"), "{key}");
        }
        assert_eq!(mapping.keys().collect::<Vec<_>>(), ["db-password"]);
    }

    #[test]
    fn a_key_without_a_variable_is_a_name_in_the_vault_for_all() {
        let with = mapping(&[("KEYVAULT_URL", "https://a.vault.azure.net"), ("KEYFOB_CONFIG_OTHER", "")]);
        assert_eq!(place(&with, "db_password"), Some(("https://a.vault.azure.net".into(), "db-password".into())));
        assert_eq!(place(&with, "other"), Some(("https://a.vault.azure.net".into(), "other".into())));
        for nobodys in ["", "a/b", "ключ", "a b"] {
            assert_eq!(place(&with, nobodys), None, "{nobodys}");
        }
        assert_eq!(place(&mapping(&[]), "db_password"), None);
    }

    #[test]
    fn a_name_without_any_vault_says_what_to_set() {
        let problem = mapping(&[("KEYFOB_CONFIG_A", "my-secret")]).secret("a").unwrap_err();
        assert!(problem.starts_with("KEYFOB_CONFIG_A does not say in which vault"), "{problem}");
    }
}
