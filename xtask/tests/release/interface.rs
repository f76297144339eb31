//! The WIT packages: all of `wit/` and of `wit-0.2/`, documentation included, and what the components export is in them.

use std::path::Path;

use wit_component::{DecodedWasm, WitPrinter};
use wit_parser::{PackageId, Resolve, WorldId};

use crate::components::{ALL, says};
use crate::made::{Making, of, read};

/// The file of each interface, the folder that it is made of, and its version.
pub(crate) const FILES: [(&str, &str, &str); 2] =
    [("keyfob-azure-0.1.0.wit.wasm", "wit", "0.1.0"), ("keyfob-azure-0.2.0.wit.wasm", "wit-0.2", "0.2.0")];

#[test]
fn they_are_the_folders() {
    for (file, folder, version) in FILES {
        let bytes = read(Making::First, file);
        let DecodedWasm::WitPackage(released, package) = wit_component::decode(&bytes).unwrap() else {
            panic!("{file} is no WIT package");
        };
        let mut resolve = Resolve::new();
        let (own, _) = resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)).unwrap();
        let released = print(&released, package);
        // Neither is printed where they differ: that is a thousand lines.
        assert!(released == print(&resolve, own), "{file} is not what {folder}/ is");
        assert!(
            released.contains("/// The token, for the header `Authorization: Bearer`. A secret."),
            "no documentation"
        );
        says(&bytes, "keyfob:azure", "The interface of Keyfob: Azure identity and Key Vault secrets", version);
    }
}

fn print(resolve: &Resolve, package: PackageId) -> String {
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &[]).unwrap();
    String::from(printer.output)
}

#[test]
fn the_components_export_it() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for component in ALL {
        let (package, world) = component.world.split_once('/').unwrap();
        let (world, version) = world.split_once('@').unwrap();
        let mut resolve = Resolve::new();
        let folder = match (package, version) {
            ("keyfob:config", _) => "config/wit",
            (_, "0.2.0") => "wit-0.2",
            _ => "wit",
        };
        let (id, _) = resolve.push_dir(wit.join(folder)).unwrap();
        let written = resolve.select_world(&[id], Some(world)).unwrap();
        let (decoded, exporter) = decode(&of(component.name, "wasm"));
        assert_eq!(exports(&decoded, exporter), exports(&resolve, written), "{}", component.name);
    }
}

pub(crate) fn decode(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).unwrap() {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("no component"),
    }
}

/// Each interface with its functions, in alphabetical order.
fn exports(resolve: &Resolve, world: WorldId) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        let wit_parser::WorldItem::Interface { id, .. } = item else { panic!("{key:?} is outside of an interface") };
        let interface = resolve.name_world_key(key);
        lines.extend(resolve.interfaces[*id].functions.keys().map(|function| format!("{interface} {function}")));
        lines.push(interface);
    }
    lines.sort();
    lines
}
