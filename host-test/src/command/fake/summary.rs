//! A world in few words.

use serde_json::json;

use crate::fake::{Description, Identity, Kind, Platform};

/// One line: the platform and how much of everything.
pub(super) fn line(world: &Description) -> String {
    let secrets = world.vaults.iter().map(|vault| vault.secrets.len()).sum();
    format!(
        "{}, {}, {} with {}",
        platform(world.platform),
        counted(world.identities.len(), "identity", "identities"),
        counted(world.vaults.len(), "vault", "vaults"),
        counted(secrets, "secret version", "secret versions"),
    )
}

/// A line for each identity (who it is) and each vault (what is in it). No value.
pub(super) fn lines(world: &Description) -> Vec<String> {
    let identities = world.identities.iter().map(identity);
    let vaults = world.vaults.iter().map(|vault| {
        let mut names: Vec<&str> = vault.secrets.iter().map(|secret| secret.name.as_str()).collect();
        names.dedup();
        let roles = vault.roles.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let roles = if roles.is_empty() { "nobody has a role".to_owned() } else { format!("roles: {roles}") };
        format!("vault {}: {} ({roles})", vault.url, names.join(", "))
    });
    identities.chain(vaults).collect()
}

fn identity(identity: &Identity) -> String {
    let kind = match identity.kind {
        Kind::SystemAssigned => "system-assigned",
        Kind::UserAssigned => "user-assigned",
        Kind::ServicePrincipal => "service principal",
    };
    format!("identity {}: {kind}, client id {}", identity.name, identity.client_id)
}

/// As descriptions spell it.
fn platform(platform: Platform) -> String {
    match platform {
        Platform::None => "no platform".to_owned(),
        other => json!(other).as_str().unwrap_or_default().to_owned(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
