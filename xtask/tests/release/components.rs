//! The components themselves: what is built in, and behind it what they are.

use keyfob_host_test::{Build, CredentialSpec, Host, Keyfob, config_component};
use wasm_metadata::Payload;

use crate::made::{Making, REVISION, VERSION, folder, of};

pub(crate) struct Component {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) world: &'static str,
    built: fn() -> &'static [u8],
}

pub(crate) const ALL: [Component; 5] = [
    Component {
        name: "keyfob",
        description: "Azure identity and Key Vault secrets for WebAssembly components",
        world: "keyfob:azure/keyfob@0.1.0",
        built: || Build::WithoutCertificates.bytes(),
    },
    Component {
        name: "keyfob-with-certificates",
        description: "Azure identity, by certificate too, and Key Vault secrets for WebAssembly components",
        world: "keyfob:azure/keyfob@0.1.0",
        built: || Build::WithCertificates.bytes(),
    },
    Component {
        name: "keyfob-p3",
        description: "Azure identity and Key Vault secrets for WebAssembly components of WASI 0.3",
        world: "keyfob:azure/keyfob@0.2.0",
        built: || Build::P3WithoutCertificates.bytes(),
    },
    Component {
        name: "keyfob-p3-with-certificates",
        description: "Azure identity, by certificate too, and Key Vault secrets for WebAssembly components of WASI 0.3",
        world: "keyfob:azure/keyfob@0.2.0",
        built: || Build::P3WithCertificates.bytes(),
    },
    Component {
        name: "keyfob-config",
        description: "Key Vault secrets as wasi:config, for apps with no Azure in them",
        world: "keyfob:config/config@0.1.0",
        built: config_component,
    },
];

#[test]
fn they_are_those_that_the_command_carries_and_say_what_they_are() {
    for component in ALL {
        let released = of(component.name, "wasm");
        assert!(released.starts_with((component.built)()), "{}", component.name);
        says(&released, component.name, component.description, VERSION);
    }
}

/// The metadata of a component or package, as other tools read it.
pub(crate) fn says(wasm: &[u8], name: &str, description: &str, version: &str) {
    let payload = Payload::from_binary(wasm).unwrap();
    let metadata = payload.metadata();
    let told = [
        metadata.name.clone(),
        metadata.description.as_ref().map(ToString::to_string),
        metadata.version.as_ref().map(ToString::to_string),
        metadata.revision.as_ref().map(ToString::to_string),
        metadata.licenses.as_ref().map(ToString::to_string),
    ];
    let expected = [name, description, version, REVISION, "Apache-2.0 OR MIT"];
    assert_eq!(told, expected.map(|text| Some(text.to_owned())));
    // Nobody's address is made up.
    assert!(metadata.source.is_none() && metadata.homepage.is_none() && metadata.authors.is_none());
}

#[tokio::test]
async fn they_run() {
    for name in ["keyfob", "keyfob-with-certificates", "keyfob-p3", "keyfob-p3-with-certificates"] {
        let keyfob = Keyfob::load(folder(Making::First).join(format!("{name}-{VERSION}.wasm"))).unwrap();
        let mut instance = Host::new(&keyfob).instantiate().await.unwrap();
        let credential = instance.create_credential(&CredentialSpec::default()).await.unwrap();
        assert!(!instance.explain(credential).await.unwrap().is_empty(), "{name}");
    }
}
