//! The Azure clouds. Each has its own Entra and its own services.

use serde::Deserialize;

/// An Azure cloud. The fake has the Entra of all clouds; the identities and tenants are in the description's.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The public cloud.
    #[default]
    Public,
    /// Azure Government.
    UsGovernment,
    /// Azure operated by 21Vianet.
    China,
    /// Bleu.
    France,
    /// Delos.
    Germany,
    /// The sovereign cloud of Singapore.
    Singapore,
}

impl Cloud {
    /// All clouds.
    pub(super) const ALL: [Self; 6] =
        [Self::Public, Self::UsGovernment, Self::China, Self::France, Self::Germany, Self::Singapore];

    /// The hosts of its Entra, the preferred one first. They are one service.
    /// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>; the newer and the older ones
    /// from the list of well-known hosts in MSAL (`authority.py` of msal 1.39).
    pub(super) fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Public => {
                &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
            }
            Self::UsGovernment => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
            Self::France => &["login.sovcloud-identity.fr"],
            Self::Germany => &["login.sovcloud-identity.de"],
            Self::Singapore => &["login.sovcloud-identity.sg"],
        }
    }

    /// The preferred host of its Entra.
    pub(super) fn authority(self) -> &'static str {
        self.hosts().first().copied().unwrap_or_default()
    }

    /// The DNS suffixes of its vaults and managed HSMs; the resource is the suffix as a URL. Those of the newest clouds are
    /// not published.
    /// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers>
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Public => &["vault.azure.net", "managedhsm.azure.net"],
            Self::UsGovernment => &["vault.usgovcloudapi.net", "managedhsm.usgovcloudapi.net"],
            Self::China => &["vault.azure.cn", "managedhsm.azure.cn"],
            Self::France => &["vault.sovcloud-api.fr", "managedhsm.sovcloud-api.fr"],
            Self::Germany | Self::Singapore => &[],
        }
    }

    /// The resources of its Resource Manager and Graph.
    /// <https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure#guidance-for-developers>
    fn others(self) -> &'static [&'static str] {
        match self {
            Self::Public => &[
                "https://graph.microsoft.com",
                "https://management.azure.com",
                "https://management.azure.com/",
                "https://management.core.windows.net/",
            ],
            Self::UsGovernment => &["https://graph.microsoft.us", "https://management.usgovcloudapi.net"],
            Self::China => &["https://microsoftgraph.chinacloudapi.cn", "https://management.chinacloudapi.cn"],
            Self::France | Self::Germany | Self::Singapore => &[],
        }
    }

    /// Whether the resource exists in this cloud without a description of it.
    pub(super) fn has_resource(self, resource: &str) -> bool {
        let vault = resource.strip_prefix("https://").is_some_and(|host| self.suffixes().contains(&host));
        vault || self.others().contains(&resource) || resource == "https://storage.azure.com"
    }

    /// The cloud of a vault's host, and the DNS suffix.
    pub(super) fn of_vault(host: &str) -> Option<(Self, &'static str)> {
        let suffixes = Self::ALL.into_iter().flat_map(|cloud| cloud.suffixes().iter().map(move |it| (cloud, *it)));
        let mut suffixes = suffixes;
        suffixes.find(|(_, suffix)| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::Cloud;

    #[test]
    fn a_vault_is_in_one_cloud() {
        for (host, cloud) in [
            ("a.vault.azure.net", Some(Cloud::Public)),
            ("a.managedhsm.usgovcloudapi.net", Some(Cloud::UsGovernment)),
            ("a.vault.sovcloud-api.fr", Some(Cloud::France)),
            ("vault.azure.net", None),
            ("kv.corp.example.com", None),
        ] {
            assert_eq!(Cloud::of_vault(host).map(|(cloud, _)| cloud), cloud, "{host}");
        }
        assert!(Cloud::China.has_resource("https://vault.azure.cn"));
        assert!(!Cloud::China.has_resource("https://vault.azure.net"));
    }
}
