//! The environment of an app that runs against a fake Azure.

use fake_azure::{Cloud, Fake, IdentityKind, Platform};
use http::Uri;

/// Variables of platforms and service principals. If one of them is inherited, an app would use another credential than its
/// fake platform's. AZURE_CLIENT_ID is not among them: it is the app's own setting.
pub(crate) const IDENTITY_VARIABLES: [&str; 16] = [
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_PASSWORD",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "AZURE_USERNAME",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
];

/// Variables whose value is the URL of an identity endpoint.
const ENDPOINT_VARIABLES: [&str; 3] = ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT"];

/// The app's environment: the platform's variables, or the service principal's if there is no platform, and the URL of the
/// first vault.
pub(crate) fn environment(fake: &Fake) -> Vec<(String, String)> {
    let description = fake.description();
    let mut variables = fake.environment();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    let principal = description
        .identities
        .iter()
        .find(|it| it.kind == IdentityKind::ServicePrincipal && it.client_secret.is_some());
    if let (Platform::None, Some(principal)) = (description.platform, principal) {
        set("AZURE_TENANT_ID", &description.tenant);
        set("AZURE_CLIENT_ID", &principal.client_id);
        set("AZURE_CLIENT_SECRET", principal.client_secret.as_deref().unwrap_or_default());
        if description.cloud != Cloud::Public {
            set("AZURE_AUTHORITY_HOST", &fake.authority_host());
        }
    }
    if let Some(vault) = description.vaults.first() {
        set("KEYVAULT_URL", &vault.url);
    }
    variables
}

/// The same with the identity endpoint at `address` (`HOST:PORT`) instead of the platform's address.
pub(crate) fn environment_at(fake: &Fake, address: &str) -> Vec<(String, String)> {
    let mut variables = environment(fake);
    for (_, value) in variables.iter_mut().filter(|(name, _)| ENDPOINT_VARIABLES.contains(&name.as_str())) {
        *value = with_authority(value, address);
    }
    let has_endpoint = variables.iter().any(|(name, _)| ENDPOINT_VARIABLES.contains(&name.as_str()));
    if !has_endpoint && fake.identity_authority().is_some() {
        variables.push(("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), format!("http://{address}")));
    }
    variables
}

/// Replaces host and port of the URL.
fn with_authority(url: &str, address: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return url.to_owned() };
    let path = if uri.path() == "/" { "" } else { uri.path() };
    format!("{}://{address}{path}", uri.scheme_str().unwrap_or("http"))
}

#[cfg(test)]
mod tests {
    use super::super::example::Example;
    use super::super::source::Source;
    use super::*;

    fn names_and_values(example: Example) -> Vec<String> {
        let fake = Source::Example(example).load().expect("a world");
        let variables = environment_at(&fake, "127.0.0.1:7");
        for (name, _) in &variables {
            let known = IDENTITY_VARIABLES.contains(&name.as_str());
            assert!(known || ["AZURE_CLIENT_ID", "KEYVAULT_URL"].contains(&name.as_str()), "{name}");
        }
        variables.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn the_endpoint_is_moved_to_loopback() {
        let vault = "KEYVAULT_URL=https://my-vault.vault.azure.net".to_owned();
        for (example, expected) in [
            (Example::Vm, vec![vault.clone(), "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:7".to_owned()]),
            (
                Example::AzureArc,
                vec![
                    "IDENTITY_ENDPOINT=http://127.0.0.1:7/metadata/identity/oauth2/token".to_owned(),
                    "IMDS_ENDPOINT=http://127.0.0.1:7".to_owned(),
                    vault.clone(),
                ],
            ),
            (Example::CloudShell, vec!["MSI_ENDPOINT=http://127.0.0.1:7/oauth2/token".to_owned(), vault]),
        ] {
            assert_eq!(names_and_values(example), expected, "{example:?}");
        }
    }

    #[test]
    fn without_a_platform_the_service_principal_is_set() {
        assert_eq!(
            names_and_values(Example::ServicePrincipal),
            [
                "AZURE_TENANT_ID=7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10",
                "AZURE_CLIENT_ID=5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08",
                "AZURE_CLIENT_SECRET=the secret of app-identity",
                "KEYVAULT_URL=https://my-vault.vault.azure.net",
            ]
        );
    }
}
