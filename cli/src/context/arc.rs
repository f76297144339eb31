//! Azure Arc's identity endpoint where no variable names it: the agent sets its variables for services only, so that the Azure
//! SDKs look for the agent's program as well.

use std::path::Path;

use super::environment::Environment;

/// The agent's program. The component knows the folder of its keys on Linux only.
const AGENT: &str = "/opt/azcmagent/bin/himds";

/// The agent's endpoints, as the agent sets them.
const ENDPOINTS: [(&str, &str); 2] = [
    ("IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token"),
    ("IMDS_ENDPOINT", "http://localhost:40342"),
];

/// Variables that name another source of managed identities, or a part of one.
const SOURCES: [&str; 5] =
    ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"];

/// The variables of the agent, if it is installed on this machine and nothing names a source.
pub(super) fn variables(environment: &Environment) -> Vec<(String, String)> {
    variables_of(environment, Path::new(AGENT))
}

fn variables_of(environment: &Environment, agent: &Path) -> Vec<(String, String)> {
    if SOURCES.iter().any(|name| environment.get(name).is_some()) || !agent.is_file() {
        return Vec::new();
    }
    ENDPOINTS.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_agent_is_used_where_nothing_else_is_named() {
        let agent = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let found = |variables: &[(&str, &str)], agent: &Path| {
            let found = variables_of(&Environment::from_pairs(variables), agent);
            found.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        let expected = [
            "IDENTITY_ENDPOINT=http://localhost:40342/metadata/identity/oauth2/token",
            "IMDS_ENDPOINT=http://localhost:40342",
        ];
        assert_eq!(found(&[("AZURE_CLIENT_ID", "x"), ("IMDS_ENDPOINT", "")], agent), expected);
        assert!(found(&[], Path::new("no-such-agent")).is_empty());
        assert!(found(&[], agent.parent().expect("a folder")).is_empty());
        for name in SOURCES {
            assert!(found(&[(name, "x")], agent).is_empty(), "{name}");
        }
    }
}
