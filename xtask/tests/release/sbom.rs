//! The bills of materials: the crates that `tests/supply-chain/component.toml` lets in, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::components::ALL;
use crate::image::sha256;
use crate::made::{CREATED, VERSION, of};

const ALLOWED: &str = include_str!("../../../tests/supply-chain/component.toml");
const LOCK: &str = include_str!("../../../Cargo.lock");

#[test]
fn each_names_the_crates_that_are_let_in() {
    let by_default = allowed("# Linked.\n");
    let mut with_certificates = allowed("# Linked with the feature `certificate`.\n");
    with_certificates.extend(&by_default);
    let of_p3 = allowed("# Linked with the feature `p3`.\n");
    let [p3, p3_with_certificates] = [&by_default, &with_certificates].map(|crates| crates | &of_p3);
    for (component, package, expected) in [
        ("keyfob-p3", "keyfob-component", &p3),
        ("keyfob-p3-with-certificates", "keyfob-component", &p3_with_certificates),
        ("keyfob", "keyfob-component", &by_default),
        ("keyfob-with-certificates", "keyfob-component", &with_certificates),
        ("keyfob-config", "keyfob-config", &by_default),
    ] {
        let sbom = sbom(component);
        let mut named: BTreeSet<_> = parts(&sbom).iter().map(|part| part["name"].as_str().unwrap()).collect();
        // A component is itself what the bill is of. `keyfob-config` has all of Keyfob in it.
        assert!(named.insert(package));
        let mut expected = expected.clone();
        expected.insert(package);
        assert_eq!(named, expected, "{component}");
    }
}

/// The crates of a group in the list of those that are allowed.
fn allowed(group: &str) -> BTreeSet<&'static str> {
    let (_, crates) = ALLOWED.split_once(group).unwrap();
    let (crates, _) = crates.split_once('#').unwrap();
    crates.split('"').skip(1).step_by(2).collect()
}

#[test]
fn each_is_of_its_component() {
    for component in ALL {
        let (component, package) = match component.name {
            "keyfob-config" => ("keyfob-config", "keyfob-config"),
            name => (name, "keyfob-component"),
        };
        let sbom = sbom(component);
        assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&json!("CycloneDX"), &json!("1.6")));
        let metadata = &sbom["metadata"];
        assert_eq!(metadata["timestamp"], CREATED);
        let of_what = &metadata["component"];
        assert_eq!((&of_what["name"], &of_what["version"]), (&json!(component), &json!(VERSION)));
        assert_eq!(of_what["bom-ref"], format!("{package}@{VERSION}"));
        let digest = sha256(&of(component, "wasm"));
        assert_eq!(of_what["hashes"], json!([{ "alg": "SHA-256", "content": digest }]));
        let serial = sbom["serialNumber"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap();
        assert!(serial.starts_with(&digest[..8]) && serial.len() == 36, "{serial}");
    }
}

#[test]
fn each_part_has_a_licence_and_the_registrys_checksum() {
    let lock: toml::Table = LOCK.parse().unwrap();
    let locked = lock["package"].as_array().unwrap();
    let (with_certificates, config) = (sbom("keyfob-with-certificates"), sbom("keyfob-config"));
    for part in parts(&with_certificates).iter().chain(parts(&config)) {
        let licence = part["licenses"][0]["expression"].as_str().unwrap();
        spdx(licence);
        let text = |field: &str| part[field].as_str().unwrap().to_owned();
        let (name, version) = (text("name"), text("version"));
        let is_it = |it: &&toml::Value| it["name"].as_str() == Some(&name) && it["version"].as_str() == Some(&version);
        let locked = locked.iter().find(is_it).unwrap_or_else(|| panic!("{name} {version} is not in Cargo.lock"));
        match locked.get("checksum") {
            Some(checksum) => {
                assert_eq!(part["hashes"], json!([{ "alg": "SHA-256", "content": checksum.as_str() }]));
                assert_eq!(text("purl"), format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")));
            }
            // Nobody gets it from the registry.
            None => assert!(name == "keyfob-component" && part.get("purl").is_none(), "{part}"),
        }
    }
}

/// One of the alternatives of a licence expression is a licence that is let in.
fn spdx(licence: &str) {
    let allowed = ["Apache-2.0", "Apache-2.0 WITH LLVM-exception", "MIT"];
    assert!(licence.split(" OR ").any(|alternative| allowed.contains(&alternative)), "{licence}");
}

#[test]
fn each_part_is_brought_along_by_another() {
    for component in ["keyfob", "keyfob-with-certificates", "keyfob-config"] {
        let sbom = sbom(component);
        let reference = |part: &Value| part["bom-ref"].as_str().unwrap().to_owned();
        let root = reference(&sbom["metadata"]["component"]);
        let mut all: BTreeSet<_> = parts(&sbom).iter().map(reference).collect();
        assert!(all.insert(root.clone()));

        let mut reached = BTreeSet::from([root]);
        let users = sbom["dependencies"].as_array().unwrap();
        let listed: BTreeSet<_> = users.iter().map(|user| user["ref"].as_str().unwrap().to_owned()).collect();
        assert_eq!(listed, all, "{component}");
        // As many rounds as reach the farthest.
        for _ in 0..users.len() {
            for user in users.iter().filter(|user| reached.contains(user["ref"].as_str().unwrap())).collect::<Vec<_>>()
            {
                reached
                    .extend(user["dependsOn"].as_array().unwrap().iter().map(|used| used.as_str().unwrap().to_owned()));
            }
        }
        assert_eq!(reached, all, "{component}");
    }
}

fn sbom(component: &str) -> Value {
    serde_json::from_slice(&of(component, "cdx.json")).unwrap()
}

fn parts(sbom: &Value) -> &[Value] {
    sbom["components"].as_array().unwrap()
}
