//! The resources that tokens are served for.

use http::Uri;

use super::resource::Resource;

/// The resources that a [`Chain`](super::Chain) returns tokens for.
#[derive(Debug, Default)]
pub(crate) enum AllowedResources {
    /// All that the developer's sign-in can get: whoever knows the header of `keyfob dev-identity` may ask for any.
    #[default]
    All,
    /// Those of the command's own vaults, and those that its options name.
    Named {
        /// The hosts of the vaults. A vault's resource is a domain that its host is in.
        vaults: Vec<String>,
        /// Resources, or scopes.
        scopes: Vec<String>,
    },
}

impl AllowedResources {
    pub(super) fn permits(&self, resource: &Resource) -> bool {
        let Self::Named { vaults, scopes } = self else { return true };
        let resource = resource.as_str();
        scopes.iter().any(|scope| as_resource(scope).eq_ignore_ascii_case(as_resource(resource)))
            || vaults.iter().any(|vault| is_resource_of(vault, resource))
    }
}

/// A scope without its `/.default`, and without slashes at its end.
fn as_resource(scope: &str) -> &str {
    scope.strip_suffix("/.default").unwrap_or(scope).trim_end_matches('/')
}

/// Whether a vault may ask for tokens of this resource: that of its cloud, which is the domain around the vault's name, and
/// for a vault outside of Azure's domains any domain around it, as its challenge may name it.
fn is_resource_of(vault: &str, resource: &str) -> bool {
    let Ok(uri) = as_resource(resource).parse::<Uri>() else { return false };
    let (Some("https"), Some(domain), None) = (uri.scheme_str(), uri.host(), uri.port_u16()) else { return false };
    if !["", "/"].contains(&uri.path()) {
        return false;
    }
    let (vault, domain) = (vault.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let is_microsofts = MICROSOFT_DOMAINS.iter().any(|known| is_within(&vault, known));
    match vault.split_once('.') {
        Some((_, parent)) if parent.starts_with("vault.") || parent.starts_with("managedhsm.") => parent == domain,
        _ => {
            !is_microsofts
                && domain.contains('.')
                && vault.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

/// Domains whose hosts are vaults only below `vault` and `managedhsm`. Other names in them are resources of other services,
/// such as `graph.microsoft.com`, of which a vault's URL must not make a vault's resource.
const MICROSOFT_DOMAINS: [&str; 15] = [
    "azure.cn",
    "azure.com",
    "azure.net",
    "azure.us",
    "chinacloudapi.cn",
    "microsoft.com",
    "microsoft.us",
    "microsoftonline.cn",
    "microsoftonline.com",
    "microsoftonline.us",
    "office.com",
    "office365.com",
    "usgovcloudapi.net",
    "visualstudio.com",
    "windows.net",
];

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(allowed: &AllowedResources, resource: &str) -> bool {
        allowed.permits(&Resource::new(resource).expect("a resource"))
    }

    #[test]
    fn a_vault_allows_the_resource_of_its_cloud_only() {
        let vault = |host: &str| AllowedResources::Named { vaults: vec![host.to_owned()], scopes: Vec::new() };
        for (host, resource) in [
            ("my-kv.vault.azure.net", "https://vault.azure.net"),
            ("MY-KV.vault.azure.net", "https://vault.azure.net/"),
            ("my-kv.vault.azure.cn", "https://vault.azure.cn"),
            ("my-hsm.managedhsm.azure.net", "https://managedhsm.azure.net"),
            ("kv.corp.example", "https://corp.example"),
            ("kv.east.corp.example", "https://corp.example"),
        ] {
            assert!(permits(&vault(host), resource), "{host} {resource}");
        }
        for (host, resource) in [
            ("my-kv.vault.azure.net", "https://management.azure.com"),
            ("my-kv.vault.azure.net", "https://azure.net"),
            ("my-kv.vault.azure.net", "https://my-kv.vault.azure.net"),
            ("my-kv.vault.azure.net", "https://vault.azure.cn"),
            ("my-kv.vault.azure.net", "http://vault.azure.net"),
            ("my-kv.vault.azure.net", "https://vault.azure.net:444"),
            ("my-kv.vault.azure.net", "https://vault.azure.net/other"),
            ("my-kvvault.azure.net", "https://vault.azure.net"),
            ("kv.corp.example", "https://example"),
            ("kv.corp.example", "https://orp.example"),
            ("vault.azure.net", "https://vault.azure.net"),
            ("kv.graph.microsoft.com", "https://graph.microsoft.com"),
            ("kv.management.azure.com", "https://management.azure.com"),
            ("a.b.database.windows.net", "https://database.windows.net"),
            ("vault.management.azure.com", "https://management.azure.com"),
        ] {
            assert!(!permits(&vault(host), resource), "{host} {resource}");
        }
    }

    #[test]
    fn named_scopes_are_allowed_as_resources() {
        let scopes = vec!["https://management.azure.com/.default".to_owned(), "api://mine/".to_owned()];
        let allowed = AllowedResources::Named { vaults: Vec::new(), scopes };
        for resource in ["https://management.azure.com", "https://management.azure.com/", "api://mine"] {
            assert!(permits(&allowed, resource), "{resource}");
        }
        for resource in ["https://management.azure.com/other", "https://vault.azure.net", "api://mine2"] {
            assert!(!permits(&allowed, resource), "{resource}");
            assert!(permits(&AllowedResources::All, resource), "{resource}");
        }
    }
}
