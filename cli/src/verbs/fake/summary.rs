//! A short summary of a description.

use fake_azure::{Description, Identity, IdentityKind, Platform, Vault};
use serde_json::json;

/// One line: the platform, and the number of identities, vaults and secret versions.
pub(super) fn line(description: &Description) -> String {
    let secrets = description.vaults.iter().map(|vault| vault.secrets.len()).sum();
    format!(
        "{}, {}, {} with {}",
        platform(description.platform),
        counted(description.identities.len(), "identity", "identities"),
        counted(description.vaults.len(), "vault", "vaults"),
        counted(secrets, "secret version", "secret versions"),
    )
}

/// A line for each identity, and for each vault with its secrets' names and who has access. No values.
pub(super) fn lines(description: &Description) -> Vec<String> {
    let identities = description.identities.iter().map(identity);
    let vaults = description.vaults.iter().map(|vault| {
        let mut names: Vec<&str> = vault.secrets.iter().map(|secret| secret.name.as_str()).collect();
        names.dedup();
        let names = if names.is_empty() { "empty".to_owned() } else { names.join(", ") };
        format!("vault {}: {names} ({})", vault.url, access(vault))
    });
    identities.chain(vaults).collect()
}

/// Who has access to the vault, and network restrictions.
fn access(vault: &Vault) -> String {
    let (kind, holders): (_, Vec<&str>) = match &vault.policies {
        Some(policies) => ("policy", policies.keys().map(String::as_str).collect()),
        None => ("role", vault.roles.keys().map(String::as_str).collect()),
    };
    let mut access = match (kind, holders.join(", ")) {
        (kind, holders) if holders.is_empty() => format!("nobody has a {kind}"),
        ("policy", holders) => format!("policies: {holders}"),
        (_, holders) => format!("roles: {holders}"),
    };
    for (closed, why) in [(vault.firewall, "the firewall is on"), (!vault.public_access, "no public access")] {
        if closed {
            access.push_str(&format!("; {why}"));
        }
    }
    access
}

fn identity(identity: &Identity) -> String {
    let kind = match identity.kind {
        IdentityKind::SystemAssigned => "system-assigned",
        IdentityKind::UserAssigned => "user-assigned",
        IdentityKind::ServicePrincipal => "service principal",
    };
    format!("identity {}: {kind}, client id {}", identity.name, identity.client_id)
}

/// The platform's name in descriptions.
fn platform(platform: Platform) -> String {
    match platform {
        Platform::None => "no platform".to_owned(),
        other => json!(other).as_str().unwrap_or_default().to_owned(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vault_lines_show_access() {
        for (options, expected) in [
            ("", "empty (nobody has a role)"),
            ("roles = { A = 'Key Vault Reader' }", "empty (roles: A)"),
            ("policies = {}", "empty (nobody has a policy)"),
            ("policies = { A = ['get'] }\nfirewall = true", "empty (policies: A; the firewall is on)"),
            (
                "public-access = false\n[[vault.secret]]\nname = 'a'\nvalue = 'canary'",
                "a (nobody has a role; no public access)",
            ),
        ] {
            let text = format!(
                "[[identity]]\nname = 'A'\nkind = 'user-assigned'\n[[vault]]\nurl = 'https://a.vault.azure.net'\n{options}"
            );
            let description = Description::from_toml(&text).expect("a valid description");
            assert_eq!(lines(&description)[1], format!("vault https://a.vault.azure.net: {expected}"));
        }
    }
}
