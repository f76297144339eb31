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

/// `HOST:PORT` of each host. An invalid URL adds nothing; the component reports it.
pub(super) fn allowed_hosts(environment: &Environment, vault_url: Option<&str>) -> Vec<String> {
    let authority = environment.get("AZURE_AUTHORITY_HOST").map_or(Some(ENTRA.to_owned()), host_and_port);
    let endpoints = ENDPOINT_VARIABLES.iter().filter_map(|name| environment.get(name)).filter_map(host_and_port);
    let vaults = vault_url.into_iter().map(str::to_owned).chain(config_vaults(environment));
    let vaults: Vec<String> = vaults.filter_map(|url| host_and_port(&url)).collect();
    vaults.into_iter().chain(authority).chain(endpoints).chain([IMDS.to_owned()]).collect()
}

/// The vault URLs in the variables of `keyfob-config`: secret identifiers, or App Service's Key Vault references with an
/// identifier or a vault name.
fn config_vaults(environment: &Environment) -> impl Iterator<Item = String> {
    let values = environment.iter().filter(|(name, _)| name.starts_with("KEYFOB_CONFIG_")).map(|(_, value)| value);
    values.filter_map(|value| match value.split_once("VaultName=") {
        Some((_, rest)) => Some(format!("https://{}.vault.azure.net", rest.split([';', ')']).next()?.trim())),
        None => {
            let at = ["https://", "http://"].into_iter().find_map(|scheme| value.find(scheme))?;
            Some(value.get(at..)?.trim_end_matches(')').to_owned())
        }
    })
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

    #[test]
    fn only_named_hosts_are_allowed() {
        let plain = allowed_hosts(&Environment::default(), Some("https://v.vault.azure.net/"));
        assert_eq!(plain, ["v.vault.azure.net:443", ENTRA, IMDS]);

        let environment = Environment::from_pairs(&[
            ("AZURE_AUTHORITY_HOST", "login.microsoftonline.us"),
            ("IDENTITY_ENDPOINT", "http://localhost:42356/msi/token"),
            ("MSI_ENDPOINT", "not a url"),
        ]);
        let expected = ["login.microsoftonline.us:443", "localhost:42356", IMDS];
        assert_eq!(allowed_hosts(&environment, None), expected);

        let china = Environment::from_pairs(&[("AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/")]);
        let expected = ["v.vault.azure.cn:443", "login.chinacloudapi.cn:443", IMDS];
        assert_eq!(allowed_hosts(&china, Some("https://v.vault.azure.cn")), expected);
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
        assert_eq!(allowed_hosts(&environment, None), expected);
    }

    #[test]
    fn identity_endpoints_of_every_variable() {
        for name in ENDPOINT_VARIABLES {
            for (url, host) in [
                ("http://localhost:40342/metadata/identity/oauth2/token", "localhost:40342"),
                ("http://[fd00::1]/token", "[fd00::1]:80"),
                ("https://10.0.0.1:2377", "10.0.0.1:2377"),
            ] {
                assert_eq!(
                    allowed_hosts(&Environment::from_pairs(&[(name, url)]), None),
                    [ENTRA, host, IMDS],
                    "{name}"
                );
            }
            assert_eq!(allowed_hosts(&Environment::from_pairs(&[(name, "")]), None), [ENTRA, IMDS], "{name}");
        }
    }
}
