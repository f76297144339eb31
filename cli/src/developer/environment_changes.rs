//! The changes to an app's environment that make it use the developer's identity.

use super::chain::find_tool;
use super::server::Server;
use crate::no_proxy;

const ENDPOINT: &str = "IDENTITY_ENDPOINT";
const HEADER: &str = "IDENTITY_HEADER";
const TOKEN_CREDENTIALS: &str = "AZURE_TOKEN_CREDENTIALS";
const MANAGED_IDENTITY: &str = "ManagedIdentityCredential";

/// Variables that make the Azure SDKs use another identity: those of Service Fabric, Azure Arc, Azure ML and Cloud Shell,
/// and of workload identity, which precedes managed identity in the chain.
const CONFLICTING: [&str; 5] =
    ["IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "AZURE_FEDERATED_TOKEN_FILE"];

/// Each of these, with `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`, configures a service principal.
const SERVICE_PRINCIPAL_SECRETS: [&str; 2] = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"];

/// Variables that send plain HTTP through a proxy. A proxy would see the header, and can't reach loopback of this machine.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Changes to an app's environment.
#[derive(Debug)]
pub(crate) struct EnvironmentChanges {
    /// Variables to set. `IDENTITY_HEADER` is a secret.
    pub(crate) set: Vec<(String, String)>,
    /// Variables to unset.
    pub(crate) unset: Vec<&'static str>,
    /// Notes about the current environment for the developer.
    pub(crate) notes: Vec<String>,
}

impl EnvironmentChanges {
    /// The changes that make an app use `server`. `get` returns a variable of the current environment.
    pub(crate) fn for_server(server: &Server, get: impl Fn(&str) -> Option<String>) -> Self {
        Self::for_endpoint(server.endpoint(), server.header().to_owned(), get)
    }

    fn for_endpoint(endpoint: String, header: String, get: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &&str| get(name).is_some_and(|value| !value.is_empty());
        let mut set = vec![(ENDPOINT.to_owned(), endpoint), (HEADER.to_owned(), header)];
        let mut notes = Vec::new();
        let replaced: Vec<&str> = [ENDPOINT, HEADER].into_iter().chain(CONFLICTING).filter(is_set).collect();
        if !replaced.is_empty() {
            notes.push(format!("your own identity replaces {}", replaced.join(", ")));
        }
        match get(TOKEN_CREDENTIALS).as_deref().map(str::trim).unwrap_or_default() {
            // Here the developer's credential is provided as a managed identity.
            value if value.eq_ignore_ascii_case("dev") || find_tool(value).is_some() => {
                set.push((TOKEN_CREDENTIALS.to_owned(), MANAGED_IDENTITY.to_owned()));
            }
            value if value.eq_ignore_ascii_case(MANAGED_IDENTITY) => {}
            value if value.is_empty() || value.eq_ignore_ascii_case("prod") => {
                notes.extend(service_principal_note(is_set))
            }
            _ => notes.push(format!(
                "{TOKEN_CREDENTIALS} excludes {MANAGED_IDENTITY}, so the app won't use your identity: unset it"
            )),
        }
        let mut unset = CONFLICTING.to_vec();
        // Even if no proxy is set here: the command may set one, from a .env file for example.
        let hosts = no_proxy::with_loopback(no_proxy::VARIABLES.into_iter().filter_map(&get));
        if hosts == no_proxy::ALL_HOSTS {
            // .NET does not know the asterisk, and no other client misses a proxy that it must not use.
            unset.extend(PROXIES);
        }
        set.extend(no_proxy::VARIABLES.map(|name| (name.to_owned(), hosts.clone())));
        Self { set, unset, notes }
    }
}

/// A note if EnvironmentCredential, the first of the chain, is completely configured.
fn service_principal_note(is_set: impl Fn(&&str) -> bool) -> Option<String> {
    let name = SERVICE_PRINCIPAL_SECRETS.into_iter().find(&is_set)?;
    ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"].iter().all(is_set).then(|| {
        format!(
            "{name} is set, so DefaultAzureCredential will use that service principal and not your identity: unset it"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(environment: &[(&str, &str)]) -> EnvironmentChanges {
        let get = |name: &str| {
            environment.iter().find(|(no_proxy, _)| *no_proxy == name).map(|(_, value)| (*value).to_owned())
        };
        EnvironmentChanges::for_endpoint("http://127.0.0.1:1/msi/token".to_owned(), "secret".to_owned(), get)
    }

    fn owned((name, value): (&str, &str)) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn loopback_is_in_both_spellings_of_no_proxy() {
        let hosts = |environment: &[(&str, &str)]| {
            let EnvironmentChanges { set, unset, .. } = changes(environment);
            let values: Vec<_> = set.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("no_proxy")).collect();
            assert!(
                matches!(&*values, [(upper, a), (lower, b)] if upper == "NO_PROXY" && lower == "no_proxy" && a == b)
            );
            (values[0].1.clone(), unset.contains(&"HTTP_PROXY"))
        };
        let loopback = "127.0.0.1,localhost,::1,[::1]";
        assert_eq!(hosts(&[("http_proxy", "http://proxy:1")]), (loopback.to_owned(), false));
        assert_eq!(hosts(&[]), (loopback.to_owned(), false));
        // Only one of the two spellings names loopback, and clients read one or the other.
        for (upper, lower, all) in [
            ("127.0.0.1", "localhost,.corp", "127.0.0.1,localhost,.corp,::1,[::1]"),
            ("localhost,.corp", "127.0.0.1", "localhost,.corp,127.0.0.1,::1,[::1]"),
            ("a b:80,, 127.0.0.1:80", "B:80", "a,b:80,127.0.0.1:80,127.0.0.1,localhost,::1,[::1]"),
            ("*.corp", "", "*.corp,127.0.0.1,localhost,::1,[::1]"),
        ] {
            let environment = [("ALL_PROXY", "http://proxy:1"), ("NO_PROXY", upper), ("no_proxy", lower)];
            assert_eq!(hosts(&environment), (all.to_owned(), false), "{environment:?}");
        }
        // curl and Python know the asterisk only if it is the whole value, .NET does not know it at all.
        assert_eq!(hosts(&[("NO_PROXY", " * "), ("no_proxy", "a")]), ("*".to_owned(), true));
        assert_eq!(hosts(&[("no_proxy", "a,*")]), ("*".to_owned(), true));
    }

    #[test]
    fn the_endpoint_is_set() {
        let changes = changes(&[("MSI_ENDPOINT", ""), ("AZURE_CLIENT_ID", "x")]);
        let expected =
            [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token"), ("IDENTITY_HEADER", "secret")].map(owned);
        assert_eq!((&changes.set[..2], changes.unset), (&expected[..], CONFLICTING.to_vec()));
        assert!(changes.notes.is_empty(), "{:?}", changes.notes);
    }

    #[test]
    fn other_identities_are_noted() {
        let principal = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s")];
        let notes = changes(&principal).notes;
        assert!(matches!(&*notes, [note] if note.starts_with("AZURE_CLIENT_SECRET is set")), "{notes:?}");
        assert!(changes(&principal[1..]).notes.is_empty());
        // The chain is then a single credential.
        for pinned in ["AzureCliCredential", "managedidentitycredential"] {
            assert!(changes(&[&principal[..], &[(TOKEN_CREDENTIALS, pinned)]].concat()).notes.is_empty(), "{pinned}");
        }

        let notes = changes(&[("IDENTITY_HEADER", "x"), ("MSI_ENDPOINT", "y")]).notes;
        assert_eq!(notes, ["your own identity replaces IDENTITY_HEADER, MSI_ENDPOINT"]);
    }

    #[test]
    fn developer_credentials_become_managed_identity() {
        for value in ["dev", "azureCLIcredential", "AzurePowerShellCredential"] {
            let changes = changes(&[(TOKEN_CREDENTIALS, value)]);
            assert_eq!(changes.set[2], owned((TOKEN_CREDENTIALS, MANAGED_IDENTITY)), "{value}");
        }
        assert_eq!(changes(&[(TOKEN_CREDENTIALS, "prod")]).set.len(), 4);
        let changes = changes(&[(TOKEN_CREDENTIALS, "EnvironmentCredential")]);
        assert!(changes.set.len() == 4 && changes.notes[0].contains("excludes ManagedIdentityCredential"));
    }
}
