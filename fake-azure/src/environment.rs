//! What each platform puts into the app's environment variables and on its disk.

use super::arc;
use super::description::Description;
use super::identity::Identity;
use super::platform::Platform;

/// Where the platform mounts the service account token of a pod with workload identity.
/// <https://azure.github.io/azure-workload-identity/docs/installation/mutating-admission-webhook.html>
const FEDERATED_TOKEN_FILE: &str = "/var/run/secrets/azure/tokens/azure-identity-token";

/// The environment variables that the platform sets for the app.
pub(super) fn environment(description: &Description) -> Vec<(String, String)> {
    let variables = match description.platform.identity_endpoint() {
        Some(endpoint) => (endpoint.variables)(description),
        None => federated(description).map_or_else(Vec::new, |identity| {
            vec![
                ("AZURE_CLIENT_ID", identity.client_id.clone()),
                ("AZURE_TENANT_ID", description.tenant.clone()),
                ("AZURE_FEDERATED_TOKEN_FILE", FEDERATED_TOKEN_FILE.to_owned()),
                ("AZURE_AUTHORITY_HOST", format!("https://{}/", description.cloud.authority())),
            ]
        }),
    };
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// AKS: the first identity with a federated token.
fn federated(description: &Description) -> Option<&Identity> {
    let aks = description.platform == Platform::Aks;
    description.identities.iter().find(|it| aks && it.federated().next().is_some())
}

/// AKS: the path of the pod's service account token, and the token.
pub(super) fn federated_token_file(description: &Description) -> Option<(String, String)> {
    let token = federated(description)?.federated().next()?;
    Some((FEDERATED_TOKEN_FILE.to_owned(), token.to_owned()))
}

/// The files that the platform puts on the app's disk: paths and contents.
pub(super) fn files(description: &Description) -> Vec<(String, String)> {
    (description.platform == Platform::AzureArc).then(|| arc::key_file(description)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::fake;

    #[test]
    fn each_platform_sets_its_variables() {
        let a =
            "[[identity]]\nname = 'A'\nkind = 'user-assigned'\nclient-id = '00000000-0000-0000-0000-00000000000a'\n";
        for (text, expected) in [
            ("platform = 'vm'", vec![]),
            ("platform = 'aks'", vec![]),
            (
                "platform = 'app-service'\nidentity-endpoint = 'http://172.16.5.3:8081/msi/token'\nidentity-header = 'h'",
                vec!["IDENTITY_ENDPOINT=http://172.16.5.3:8081/msi/token", "IDENTITY_HEADER=h"],
            ),
            (
                "platform = 'azure-arc'",
                vec![
                    "IDENTITY_ENDPOINT=http://localhost:40342/metadata/identity/oauth2/token",
                    "IMDS_ENDPOINT=http://localhost:40342",
                ],
            ),
            (
                "platform = 'azure-ml'\nidentity-header = 'h'",
                vec!["MSI_ENDPOINT=http://127.0.0.1:46808/MSI/auth", "MSI_SECRET=h"],
            ),
            (
                &format!("platform = 'azure-ml'\nidentity-header = 'h'\ndefault-identity = 'A'\n{a}"),
                vec![
                    "MSI_ENDPOINT=http://127.0.0.1:46808/MSI/auth",
                    "MSI_SECRET=h",
                    "DEFAULT_IDENTITY_CLIENT_ID=00000000-0000-0000-0000-00000000000a",
                ],
            ),
            ("platform = 'cloud-shell'", vec!["MSI_ENDPOINT=http://localhost:50342/oauth2/token"]),
            (
                "platform = 'service-fabric'\nidentity-header = 'h'",
                vec![
                    "IDENTITY_ENDPOINT=https://localhost:2377/metadata/identity/oauth2/token",
                    "IDENTITY_HEADER=h",
                    "IDENTITY_SERVER_THUMBPRINT=9F3B1A0C7D5E42886B17C09A4E2D6F8135B0C7A2",
                ],
            ),
            (
                &format!(
                    "platform = 'aks'\ncloud = 'china'\ntenant = '00000000-0000-0000-0000-0000000000aa'\n{a}federated-token = 'a.b.c'"
                ),
                vec![
                    "AZURE_CLIENT_ID=00000000-0000-0000-0000-00000000000a",
                    "AZURE_TENANT_ID=00000000-0000-0000-0000-0000000000aa",
                    "AZURE_FEDERATED_TOKEN_FILE=/var/run/secrets/azure/tokens/azure-identity-token",
                    "AZURE_AUTHORITY_HOST=https://login.chinacloudapi.cn/",
                ],
            ),
        ] {
            let set = fake(text).environment().into_iter().map(|(name, value)| format!("{name}={value}"));
            assert_eq!(set.collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn arc_has_a_key_on_disk() {
        let files = |rest: &str| fake(&format!("platform = 'azure-arc'\n{rest}")).files();
        let [(path, key)] = files("").try_into().unwrap();
        assert!(path.starts_with("/var/opt/azcmagent/tokens/") && path.ends_with(".key"), "{path}");
        assert!(key.len() > 40);
        let odd = files("arc-key-path = '/etc/shadow.key'\narc-key = 'k'");
        assert_eq!(odd, [("/etc/shadow.key".to_owned(), "k".to_owned())]);
        for outside in ["/../a.key", "a.key"] {
            assert_eq!(files(&format!("arc-key-path = '{outside}'"))[0].0, path);
        }
        assert!(fake("platform = 'vm'").files().is_empty());
    }
}
