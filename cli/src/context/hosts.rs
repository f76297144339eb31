//! The hosts that the component may send requests to: those of the vault URL and of the environment. Replies add none.

use fake_azure::uri::port;
use http::Uri;

use super::environment::Environment;

/// Variables whose value is the URL of an identity endpoint.
const ENDPOINT_VARIABLES: [&str; 4] =
    ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"];

/// The metadata service of every Azure VM.
const IMDS: &str = "169.254.169.254:80";

/// Microsoft Entra ID of the public cloud.
const ENTRA: &str = "login.microsoftonline.com:443";

/// A host that Keyfob may send requests to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AllowedHost {
    /// `HOST:PORT`.
    pub(super) host: String,
    /// The variable that names it, if one does.
    pub(super) variable: Option<String>,
}

/// The vault of a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Vault<'a> {
    /// None, or not known here.
    None,
    /// An option's URL, or one that an option may name.
    Url(&'a str),
    /// The variable that apps read their vault's URL from.
    Variable,
}

/// The variable of an app's vault.
const VAULT_VARIABLE: &str = "KEYVAULT_URL";

/// The hosts of vault and identity. An invalid URL adds nothing; the component reports it.
pub(super) fn allowed_hosts(environment: &Environment, vault: Vault<'_>) -> Vec<AllowedHost> {
    let named = |variable: &str| {
        let host = host_and_port(environment.get(variable)?)?;
        Some(AllowedHost { host, variable: Some(variable.to_owned()) })
    };
    let fixed = |host: String| AllowedHost { host, variable: None };
    let authority = match environment.get("AZURE_AUTHORITY_HOST") {
        Some(_) => named("AZURE_AUTHORITY_HOST"),
        None => Some(fixed(ENTRA.to_owned())),
    };
    let endpoints = ENDPOINT_VARIABLES.iter().filter_map(|name| named(name));
    vaults(environment, vault).chain(authority).chain(endpoints).chain([fixed(IMDS.to_owned())]).collect()
}

/// The hosts of the vaults.
pub(super) fn vaults<'a>(environment: &'a Environment, vault: Vault<'a>) -> impl Iterator<Item = AllowedHost> + 'a {
    let (url, variable) = match vault {
        Vault::None => (None, None),
        Vault::Url(url) => (Some(url), None),
        Vault::Variable => (environment.get(VAULT_VARIABLE), Some(VAULT_VARIABLE.to_owned())),
    };
    let own = url.and_then(host_and_port).map(|host| AllowedHost { host, variable });
    own.into_iter().chain(config_vaults(environment))
}

/// The vault URLs in the variables of `keyfob-config`: secret identifiers, or App Service's Key Vault references with an
/// identifier or a vault name.
fn config_vaults(environment: &Environment) -> impl Iterator<Item = AllowedHost> {
    let variables = environment.iter().filter(|(name, _)| name.starts_with("KEYFOB_CONFIG_"));
    variables.filter_map(|(name, value)| {
        let host = host_and_port(&config_vault(value)?)?;
        Some(AllowedHost { host, variable: Some(name.to_owned()) })
    })
}

fn config_vault(value: &str) -> Option<String> {
    match value.split_once("VaultName=") {
        Some((_, rest)) => Some(format!("https://{}.vault.azure.net", rest.split([';', ')']).next()?.trim())),
        None => {
            let at = ["https://", "http://"].into_iter().find_map(|scheme| value.find(scheme))?;
            Some(value.get(at..)?.trim_end_matches(')').to_owned())
        }
    }
}

fn host_and_port(url: &str) -> Option<String> {
    // The Azure SDKs accept an authority without a scheme as https.
    let url = url.trim();
    let uri: Uri = if url.contains("://") { url.parse() } else { format!("https://{url}").parse() }.ok()?;
    Some(format!("{}:{}", uri.host()?, port(&uri)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(environment: &Environment, vault: Option<&str>) -> Vec<String> {
        let vault = vault.map_or(Vault::None, Vault::Url);
        allowed_hosts(environment, vault).into_iter().map(|allowed| allowed.host).collect()
    }

    #[test]
    fn only_named_hosts_are_allowed() {
        let plain = hosts(&Environment::default(), Some("https://v.vault.azure.net/"));
        assert_eq!(plain, ["v.vault.azure.net:443", ENTRA, IMDS]);

        let environment = Environment::from_pairs(&[
            ("AZURE_AUTHORITY_HOST", "login.microsoftonline.us"),
            ("IDENTITY_ENDPOINT", "http://localhost:42356/msi/token"),
            ("MSI_ENDPOINT", "not a url"),
        ]);
        let expected = ["login.microsoftonline.us:443", "localhost:42356", IMDS];
        assert_eq!(hosts(&environment, None), expected);

        let china = Environment::from_pairs(&[("AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/")]);
        let expected = ["v.vault.azure.cn:443", "login.chinacloudapi.cn:443", IMDS];
        assert_eq!(hosts(&china, Some("https://v.vault.azure.cn")), expected);
    }

    #[test]
    fn each_host_has_its_variable() {
        let environment = Environment::from_pairs(&[
            ("AZURE_AUTHORITY_HOST", "login.microsoftonline.us"),
            ("IDENTITY_ENDPOINT", "http://localhost:42356/msi/token"),
            ("KEYFOB_CONFIG_A", "https://a.vault.azure.net/secrets/s"),
            ("KEYVAULT_URL", "https://v.vault.azure.net"),
        ]);
        let found = allowed_hosts(&environment, Vault::Variable);
        let variables: Vec<Option<&str>> = found.iter().map(|allowed| allowed.variable.as_deref()).collect();
        let expected = ["KEYVAULT_URL", "KEYFOB_CONFIG_A", "AZURE_AUTHORITY_HOST", "IDENTITY_ENDPOINT"];
        assert_eq!(variables, expected.map(Some).into_iter().chain([None]).collect::<Vec<_>>());
    }

    #[test]
    fn vaults_of_config_variables() {
        let environment = Environment::from_pairs(&[
            ("KEYFOB_CONFIG_A", "https://a.vault.azure.net/secrets/s"),
            ("KEYFOB_CONFIG_B", "@Microsoft.KeyVault(SecretUri=https://b.vault.azure.net/secrets/s)"),
            ("KEYFOB_CONFIG_C", "@Microsoft.KeyVault(VaultName=c; SecretName=s)"),
            ("KEYFOB_CONFIG_D", "a-name"),
            ("KEYFOB_CONFIG_E", "my-http-password"),
        ]);
        let expected = ["a.vault.azure.net:443", "b.vault.azure.net:443", "c.vault.azure.net:443", ENTRA, IMDS];
        assert_eq!(hosts(&environment, None), expected);
    }

    #[test]
    fn identity_endpoints_of_every_variable() {
        for name in ENDPOINT_VARIABLES {
            for (url, host) in [
                ("http://localhost:40342/metadata/identity/oauth2/token", "localhost:40342"),
                ("http://[fd00::1]/token", "[fd00::1]:80"),
                ("https://10.0.0.1:2377", "10.0.0.1:2377"),
            ] {
                assert_eq!(hosts(&Environment::from_pairs(&[(name, url)]), None), [ENTRA, host, IMDS], "{name}");
            }
            assert_eq!(hosts(&Environment::from_pairs(&[(name, "")]), None), [ENTRA, IMDS], "{name}");
        }
    }
}
