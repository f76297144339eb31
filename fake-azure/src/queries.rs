//! Look-ups in a description.

use http::Uri;

use super::cloud::Cloud;
use super::description::{Description, Vault};
use super::identity::Identity;

impl Description {
    /// Whether the Entra of the description's cloud has the tenant.
    pub(super) fn has_tenant(&self, tenant: &str) -> bool {
        let vaults = self.vaults.iter().map(|vault| &vault.tenant);
        let others = self.identities.iter().flat_map(|identity| &identity.other_tenants);
        let mut all = vaults.chain(others).chain([&self.tenant]);
        all.any(|known| known.eq_ignore_ascii_case(tenant))
    }

    /// Whether the Entra of the description's cloud issues tokens for the resource. Not for vaults of other clouds.
    pub(super) fn has_resource(&self, resource: &str) -> bool {
        let mut here = self.vaults.iter().filter(|vault| self.cloud_of(vault) == self.cloud);
        self.cloud.has_resource(resource) || here.any(|vault| vault.resource == resource)
    }

    /// The cloud of a vault: that of its host's DNS suffix, else the description's.
    pub(super) fn cloud_of(&self, vault: &Vault) -> Cloud {
        let uri: Option<Uri> = vault.url.parse().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default().to_ascii_lowercase();
        Cloud::of_vault(&host).map_or(self.cloud, |(cloud, _)| cloud)
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

impl Vault {
    /// The name of the vault in Azure: the host's first label.
    pub(super) fn short_name(&self) -> String {
        let host = self.url.trim_start_matches("https://");
        host.split(['.', ':', '/']).next().unwrap_or_default().to_ascii_lowercase()
    }
}
