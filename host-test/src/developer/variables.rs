//! What an app's environment has to become, so that it finds the developer's identity and no other by accident.

use super::chain::tool;
use super::server::Server;

const TOKEN_CREDENTIALS: &str = "AZURE_TOKEN_CREDENTIALS";

/// Variables by which the Azure SDKs would find another managed identity, or none: Service Fabric's, Azure Arc's, those of
/// Azure ML and Cloud Shell, and workload identity, which stands before managed identity in the chain.
const IN_THE_WAY: [&str; 5] =
    ["IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "AZURE_FEDERATED_TOKEN_FILE"];

/// Variables of which each, with `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`, makes the app a service principal.
const PRINCIPAL: [&str; 2] = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"];

/// What to do to an app's environment.
#[derive(Debug)]
pub struct Changes {
    /// Variables to set. `IDENTITY_HEADER` is a secret.
    pub set: Vec<(&'static str, String)>,
    /// Variables to unset, whether or not they are set.
    pub unset: Vec<&'static str>,
    /// What the developer should know about the environment as it is.
    pub notes: Vec<String>,
}

impl Changes {
    /// The changes that lead an app to `server`, for an environment that `get` knows.
    pub fn of(server: &Server, get: impl Fn(&str) -> Option<String>) -> Self {
        Self::to(server.endpoint(), server.header().to_owned(), get)
    }

    fn to(endpoint: String, header: String, get: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &&str| get(name).is_some_and(|value| !value.is_empty());
        let mut set = vec![("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", header)];
        let mut notes = Vec::new();
        let replaced: Vec<&str> =
            set.iter().map(|(name, _)| *name).chain(IN_THE_WAY).filter(|name| filled(name)).collect();
        if !replaced.is_empty() {
            notes.push(format!("in the place of {}, your own identity", replaced.join(", ")));
        }
        if let Some(name) = PRINCIPAL.iter().find(|name| filled(name))
            && ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"].iter().all(filled)
        {
            notes.push(format!(
                "{name} is set: DefaultAzureCredential will be that service principal, not you; unset it"
            ));
        }
        match get(TOKEN_CREDENTIALS).as_deref().map(str::trim).unwrap_or_default() {
            // What it means by a developer's credential is here a managed identity.
            value if value.eq_ignore_ascii_case("dev") || tool(value).is_some() => {
                set.push((TOKEN_CREDENTIALS, "ManagedIdentityCredential".to_owned()));
            }
            value if ["", "prod", "ManagedIdentityCredential"].iter().any(|it| value.eq_ignore_ascii_case(it)) => {}
            _ => notes.push(format!(
                "{TOKEN_CREDENTIALS} leaves ManagedIdentityCredential out: unset it, or the app won't be you"
            )),
        }
        Self { set, unset: IN_THE_WAY.to_vec(), notes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(environment: &[(&str, &str)]) -> Changes {
        let get =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Changes::to("http://127.0.0.1:1/msi/token".to_owned(), "secret".to_owned(), get)
    }

    #[test]
    fn an_empty_environment_gets_two_variables() {
        let changes = changes(&[("MSI_ENDPOINT", ""), ("AZURE_CLIENT_ID", "x")]);
        let expected =
            [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token".into()), ("IDENTITY_HEADER", "secret".into())];
        assert_eq!((changes.set, changes.unset), (expected.to_vec(), IN_THE_WAY.to_vec()));
        assert!(changes.notes.is_empty(), "{:?}", changes.notes);
    }

    #[test]
    fn another_identity_does_not_win_in_silence() {
        let principal = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s")];
        let notes = changes(&principal).notes;
        assert!(matches!(&*notes, [note] if note.starts_with("AZURE_CLIENT_SECRET is set")), "{notes:?}");
        assert!(changes(&principal[1..]).notes.is_empty());

        let notes = changes(&[("IDENTITY_HEADER", "x"), ("MSI_ENDPOINT", "y")]).notes;
        assert_eq!(notes, ["in the place of IDENTITY_HEADER, MSI_ENDPOINT, your own identity"]);
    }

    #[test]
    fn a_choice_of_developer_credentials_is_a_managed_identity_here() {
        for value in ["dev", "azureCLIcredential", "AzurePowerShellCredential"] {
            let changes = changes(&[(TOKEN_CREDENTIALS, value)]);
            assert_eq!(changes.set[2], (TOKEN_CREDENTIALS, "ManagedIdentityCredential".to_owned()), "{value}");
        }
        assert_eq!(changes(&[(TOKEN_CREDENTIALS, "prod")]).set.len(), 2);
        let changes = changes(&[(TOKEN_CREDENTIALS, "EnvironmentCredential")]);
        assert!(changes.set.len() == 2 && changes.notes[0].contains("leaves ManagedIdentityCredential out"));
    }
}
