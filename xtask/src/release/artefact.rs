//! The components that are released.

use keyfob_host_test::{Build, config_component};

/// A released component.
pub(super) struct Artefact {
    pub name: &'static str,
    pub description: &'static str,
    /// The crate that it is built from.
    pub package: &'static str,
    /// Its features, beside the default ones.
    pub features: &'static str,
    /// Where its world is written: a folder of the workspace, and the world's name.
    pub world: (&'static str, &'static str),
    pub bytes: fn() -> &'static [u8],
}

pub(super) const ARTEFACTS: [Artefact; 5] = [
    Artefact {
        name: "keyfob",
        description: "Azure identity and Key Vault secrets for WebAssembly components",
        package: "keyfob-component",
        features: "",
        world: ("wit", "keyfob"),
        bytes: || Build::WithoutCertificates.bytes(),
    },
    Artefact {
        name: "keyfob-with-certificates",
        description: "Azure identity, by certificate too, and Key Vault secrets for WebAssembly components",
        package: "keyfob-component",
        features: "certificate,languages",
        world: ("wit", "keyfob"),
        bytes: || Build::WithCertificates.bytes(),
    },
    Artefact {
        name: "keyfob-p3",
        description: "Azure identity and Key Vault secrets for WebAssembly components of WASI 0.3",
        package: "keyfob-component",
        features: "p3",
        world: ("wit-0.2", "keyfob"),
        bytes: || Build::P3WithoutCertificates.bytes(),
    },
    Artefact {
        name: "keyfob-p3-with-certificates",
        description: "Azure identity, by certificate too, and Key Vault secrets for WebAssembly components of WASI 0.3",
        package: "keyfob-component",
        features: "p3,certificate",
        world: ("wit-0.2", "keyfob"),
        bytes: || Build::P3WithCertificates.bytes(),
    },
    Artefact {
        name: "keyfob-config",
        description: "Key Vault secrets as wasi:config, for apps with no Azure in them",
        package: "keyfob-config",
        features: "",
        world: ("config/wit", "config"),
        bytes: config_component,
    },
];
