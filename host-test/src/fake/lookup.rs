//! What the services ask of the world.

use super::description::{Description, Identity, Role};

impl Description {
    /// Whether Entra knows the tenant.
    pub(super) fn has_tenant(&self, tenant: &str) -> bool {
        let vaults = self.vaults.iter().map(|vault| &vault.tenant);
        let others = self.identities.iter().flat_map(|identity| &identity.other_tenants);
        let mut all = vaults.chain(others).chain([&self.tenant]);
        all.any(|known| known.eq_ignore_ascii_case(tenant))
    }

    /// Whether Entra issues tokens for the resource.
    pub(super) fn has_resource(&self, resource: &str) -> bool {
        /// Services that are in every tenant.
        const COMMON: [&str; 6] = [
            "https://graph.microsoft.com",
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net/",
            "https://storage.azure.com",
            "https://vault.azure.net",
        ];
        COMMON.contains(&resource) || self.vaults.iter().any(|vault| vault.resource == resource)
    }

    /// The identity with this client id.
    pub(super) fn application(&self, client_id: &str) -> Option<&Identity> {
        self.identities.iter().find(|it| it.client_id.eq_ignore_ascii_case(client_id))
    }
}

impl Identity {
    /// Whether the identity is registered in `tenant`; `home` is the tenant where all are.
    pub(super) fn is_in(&self, tenant: &str, home: &str) -> bool {
        let others = self.other_tenants.iter().map(String::as_str);
        others.chain([home]).any(|known| known.eq_ignore_ascii_case(tenant))
    }
}

impl Role {
    /// Whether it may read a secret's value.
    pub(super) fn reads_secrets(self) -> bool {
        self != Self::Reader
    }
}
