//! What a release is made of, as those find it who get it. The files are those of `cargo xtask release`, by which
//! `release/run` makes them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod components;
mod image;
mod interface;
mod made;
mod sbom;

use made::{Making, VERSION, names, read};

#[test]
fn twice_the_same_files_with_the_same_bytes() {
    let mut expected = interface::FILES.map(|(file, ..)| file.to_owned()).to_vec();
    for component in components::ALL {
        expected.extend(["wasm", "oci.tar", "cdx.json"].map(|kind| format!("{}-{VERSION}.{kind}", component.name)));
    }
    expected.sort();
    for making in [Making::First, Making::Second] {
        assert_eq!(names(making), expected);
    }
    for name in &expected {
        assert!(read(Making::First, name) == read(Making::Second, name), "{name}");
    }
}

#[test]
fn wkg_cargo_and_the_release_tell_the_same() {
    let parse = |text: &str| text.parse::<toml::Table>().unwrap();
    let [wkg, cargo, config] = [
        include_str!("../../../wkg.toml"),
        include_str!("../../../Cargo.toml"),
        include_str!("../../../config/Cargo.toml"),
    ]
    .map(parse);
    let workspace = &cargo["workspace"]["package"];
    assert_eq!(wkg["metadata"]["licenses"], workspace["license"]);
    assert_eq!(wkg["metadata"]["description"], workspace["description"]);
    let [keyfob, .., keyfob_config] = &components::ALL;
    assert_eq!(workspace["description"].as_str(), Some(keyfob.description));
    assert_eq!(config["package"]["description"].as_str(), Some(keyfob_config.description));
}
