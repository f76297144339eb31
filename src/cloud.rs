//! The Azure clouds, with the hosts of Microsoft Entra ID and the DNS suffix of the vaults in each.

/// An Azure cloud. Clouds are separate: the Entra of one does not issue tokens for vaults of another.
pub(crate) struct Cloud {
    pub(crate) name: &'static str,
    /// The names that tools give it, such as `az cloud list`.
    pub(crate) tool_names: &'static [&'static str],
    /// The Entra hosts that may receive a client secret or an assertion, the preferred one first. For a host outside this
    /// list the Azure SDKs ask the public cloud whether to trust it; here the developer decides by an option.
    /// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
    pub(crate) authorities: &'static [&'static str],
    /// The DNS suffix of the cloud's vaults, if it is published. <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>
    pub(crate) vault_suffix: Option<&'static str>,
}

/// All clouds, the public one first.
pub(crate) const CLOUDS: &[Cloud] = &[
    Cloud {
        name: "the public cloud",
        tool_names: &["AzureCloud", "AzurePublicCloud", "Public"],
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
        tool_names: &["AzureUSGovernment", "AzureUSGovernmentCloud", "AzureGovernment", "USGovernment"],
        authorities: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
        vault_suffix: Some("vault.usgovcloudapi.net"),
    },
    Cloud {
        name: "Azure China",
        tool_names: &["AzureChinaCloud", "AzureChina", "China"],
        authorities: &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
        vault_suffix: Some("vault.azure.cn"),
    },
    // Closed in 2021; Microsoft still owns the names.
    Cloud {
        name: "Azure Germany",
        tool_names: &["AzureGermanCloud", "AzureGermany"],
        authorities: &["login.microsoftonline.de"],
        vault_suffix: Some("vault.microsoftazure.de"),
    },
    Cloud {
        name: "Bleu (France)",
        tool_names: &[],
        authorities: &["login.sovcloud-identity.fr"],
        vault_suffix: Some("vault.sovcloud-api.fr"),
    },
    Cloud {
        name: "Delos (Germany)",
        tool_names: &[],
        authorities: &["login.sovcloud-identity.de"],
        vault_suffix: None,
    },
    Cloud {
        name: "the sovereign cloud of Singapore",
        tool_names: &[],
        authorities: &["login.sovcloud-identity.sg"],
        vault_suffix: None,
    },
];

pub(crate) const PUBLIC_AUTHORITY: &str = "login.microsoftonline.com";

/// The cloud that tools call by this name, in any case.
pub(crate) fn by_tool_name(name: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.tool_names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// The cloud that an Entra host belongs to.
pub(crate) fn by_authority(host: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.authorities.contains(&host))
}

/// The cloud that a vault's resource belongs to, such as `https://vault.azure.net`.
pub(crate) fn by_resource(resource: &str) -> Option<&'static Cloud> {
    let host = resource.strip_prefix("https://")?.trim_end_matches('/');
    CLOUDS.iter().find(|cloud| cloud.vault_suffix == Some(host))
}
