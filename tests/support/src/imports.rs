//! The functions of its host that a component imports, and so may call.

use std::collections::BTreeSet;

use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldId, WorldItem};

/// The list, for reviewers, of what the builds for WASI import. It is the same for both.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../component/imports.txt");

/// The lines of [`FILE`].
pub fn listed() -> BTreeSet<String> {
    std::fs::read_to_string(FILE).unwrap().lines().map(str::to_owned).collect()
}

/// One line for each interface that a component imports, and one for each function of it that it imports.
pub fn of(component: &[u8]) -> BTreeSet<String> {
    let (resolve, world) = decode(component);
    let mut lines = BTreeSet::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else { panic!("{key:?} is not in an interface") };
        let interface = resolve.name_world_key(key);
        lines.extend(resolve.interfaces[*id].functions.keys().map(|function| format!("{interface} {function}")));
        lines.insert(interface);
    }
    lines
}

/// The WIT of a component, and its world.
pub fn decode(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).unwrap() {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("this is a WIT package and not a component"),
    }
}

/// Panics with the differences between the imports that were found and those that are listed.
pub fn same(component: &str, found: &BTreeSet<String>, listed: &BTreeSet<String>) {
    let (more, less): (Vec<_>, Vec<_>) = (found.difference(listed).collect(), listed.difference(found).collect());
    assert!(
        found == listed,
        "{component} imports {more:#?}, which tests/component does not list, and not {less:#?}, which it lists. \
         If this is meant, `UPDATE_IMPORTS=1 cargo test --test component` writes the list anew."
    );
}
