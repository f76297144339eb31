//! Azure's clouds: where each has Microsoft Entra ID, and where its vaults are.

use crate::text::trim_end;

/// A cloud, whole and apart from the others: its Entra knows nobody else's vaults.
pub(crate) struct Cloud {
    pub(crate) name: &'static str,
    /// The hosts that may get a client secret or an assertion, the preferred one first. A host that stands in no cloud
    /// could be anybody's: the Azure SDKs ask the public cloud about it, we ask the developer.
    /// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
    pub(crate) authorities: &'static [&'static str],
    /// The DNS suffix of its vaults, where it is known. <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>
    pub(crate) vault_suffix: Option<&'static str>,
}

/// All clouds, the public one first.
pub(crate) const CLOUDS: &[Cloud] = &[
    Cloud {
        name: "the public cloud",
        authorities: &[
            PUBLIC_AUTHORITY,
            "login.microsoft.com",
            "login.windows.net",
            "sts.windows.net",
            "login-us.microsoftonline.com",
        ],
        vault_suffix: Some("vault.azure.net"),
    },
    Cloud {
        name: "Azure Government",
        authorities: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
        vault_suffix: Some("vault.usgovcloudapi.net"),
    },
    Cloud {
        name: "Azure China",
        authorities: &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
        vault_suffix: Some("vault.azure.cn"),
    },
    // Closed in 2021; the names are still Microsoft's.
    Cloud {
        name: "Azure Germany",
        authorities: &["login.microsoftonline.de"],
        vault_suffix: Some("vault.microsoftazure.de"),
    },
    Cloud {
        name: "Bleu (France)",
        authorities: &["login.sovcloud-identity.fr"],
        vault_suffix: Some("vault.sovcloud-api.fr"),
    },
    Cloud { name: "Delos (Germany)", authorities: &["login.sovcloud-identity.de"], vault_suffix: None },
    Cloud {
        name: "the sovereign cloud of Singapore",
        authorities: &["login.sovcloud-identity.sg"],
        vault_suffix: None,
    },
];

pub(crate) const PUBLIC_AUTHORITY: &str = "login.microsoftonline.com";

/// The cloud of an authority's host.
pub(crate) fn by_authority(host: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.authorities.contains(&host))
}

/// The cloud of a vault's resource, such as `https://vault.azure.net`.
pub(crate) fn by_resource(resource: &str) -> Option<&'static Cloud> {
    let host = trim_end(resource.strip_prefix("https://")?, b'/');
    CLOUDS.iter().find(|cloud| cloud.vault_suffix == Some(host))
}
