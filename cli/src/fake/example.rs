//! Built-in descriptions of a fake Azure, one for each platform.

use clap::ValueEnum;

/// A built-in description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    /// App Service, Functions or Container Apps with a user-assigned identity
    AppService,
    /// A virtual machine or scale set
    Vm,
    /// A pod in AKS with workload identity
    Aks,
    /// A machine outside Azure with the Azure Arc agent
    AzureArc,
    /// Azure Machine Learning compute
    AzureMl,
    /// Cloud Shell
    CloudShell,
    /// No platform: an app registration with a client secret
    ServicePrincipal,
    /// App Service in Azure Government
    UsGovernment,
    /// A Service Fabric cluster, which Keyfob does not support
    ServiceFabric,
    /// A virtual machine of another cloud
    OtherCloud,
}

impl Example {
    /// The TOML text of the description, with comments.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::AppService => include_str!("../../../examples/azure/app-service.toml"),
            Self::Vm => include_str!("../../../examples/azure/vm.toml"),
            Self::Aks => include_str!("../../../examples/azure/aks.toml"),
            Self::AzureArc => include_str!("../../../examples/azure/azure-arc.toml"),
            Self::AzureMl => include_str!("../../../examples/azure/azure-ml.toml"),
            Self::CloudShell => include_str!("../../../examples/azure/cloud-shell.toml"),
            Self::ServicePrincipal => include_str!("../../../examples/azure/service-principal.toml"),
            Self::UsGovernment => include_str!("../../../examples/azure/us-government.toml"),
            Self::ServiceFabric => include_str!("../../../examples/azure/service-fabric.toml"),
            Self::OtherCloud => include_str!("../../../examples/azure/other-cloud.toml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use fake_azure::{Description, Fake};

    use super::*;

    #[test]
    fn every_example_has_a_readable_secret() {
        for example in Example::value_variants() {
            let world = Description::from_toml(example.text()).and_then(Fake::new);
            let world = world.unwrap_or_else(|error| panic!("{example:?}: {error:#}"));
            let vault = &world.description().vaults[0];
            assert!(vault.roles.contains_key("app-identity"), "{example:?}");
            assert!(vault.secrets.iter().any(|secret| secret.name == "secret-a"), "{example:?}");
        }
    }

    #[test]
    fn every_example_names_the_platforms() {
        // The error of an unknown one lists them.
        let error = Description::from_toml("platform = 'moon'").expect_err("no platform").to_string();
        let platforms: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert_eq!((platforms.len(), platforms[0]), (11, "none"), "{error}");
        for example in Example::value_variants() {
            let text = example.text().replace("\n# ", " ");
            assert!(text.contains(&format!("The platforms: {}.", platforms.join(", "))), "{example:?}");
        }
    }

    #[test]
    fn every_file_is_an_example() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/azure");
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("the examples") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
                let example = Example::from_str(name, false).expect("an example of this name");
                assert_eq!(std::fs::read_to_string(&path).expect("a text"), example.text(), "{name}");
                files += 1;
            }
        }
        assert_eq!(files, Example::value_variants().len());
    }
}
