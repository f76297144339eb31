//! The WIT package: all of `wit/`, documentation included, and what the components export is in it.

use std::path::Path;

use wit_component::{DecodedWasm, WitPrinter};
use wit_parser::{PackageId, Resolve, WorldId};

use crate::components::{ALL, says};
use crate::made::{Making, of, read};

pub(crate) const FILE: &str = "keyfob-azure-0.1.0.wit.wasm";

#[test]
fn it_is_the_wit_folder() {
    let bytes = read(Making::First, FILE);
    let DecodedWasm::WitPackage(released, package) = wit_component::decode(&bytes).unwrap() else {
        panic!("{FILE} is no WIT package");
    };
    let mut resolve = Resolve::new();
    let (own, _) = resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")).unwrap();
    let released = print(&released, package);
    // Neither is printed where they differ: that is a thousand lines.
    assert!(released == print(&resolve, own), "{FILE} is not what wit/ is");
    assert!(released.contains("/// The token, for the header `Authorization: Bearer`. A secret."), "no documentation");
    says(&bytes, "keyfob:azure", "The interface of Keyfob: Azure identity and Key Vault secrets");
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
        let (world, _) = world.split_once('@').unwrap();
        let mut resolve = Resolve::new();
        let folder = if package == "keyfob:config" { "config/wit" } else { "wit" };
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
