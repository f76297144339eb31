//! What a component can do with its host, function by function, whatever its code says.

use std::collections::BTreeSet;

use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldId, WorldItem};

/// The list of the builds that stand on WASI, for reviewers: both import the same.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../component/imports.txt");

pub fn listed() -> BTreeSet<String> {
    std::fs::read_to_string(FILE).unwrap().lines().map(str::to_owned).collect()
}

/// A line for each interface that a component imports, and one for each function that it can call there.
pub fn of(component: &[u8]) -> BTreeSet<String> {
    let (resolve, world) = decode(component);
    let mut lines = BTreeSet::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else { panic!("{key:?} is outside of an interface") };
        let interface = resolve.name_world_key(key);
        lines.extend(resolve.interfaces[*id].functions.keys().map(|function| format!("{interface} {function}")));
        lines.insert(interface);
    }
    lines
}

pub fn decode(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).unwrap() {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("no component"),
    }
}

/// Fails with what differs.
pub fn same(component: &str, found: &BTreeSet<String>, listed: &BTreeSet<String>) {
    let (more, less): (Vec<_>, Vec<_>) = (found.difference(listed).collect(), listed.difference(found).collect());
    assert!(
        found == listed,
        "{component} imports {more:#?}, which tests/component does not list, and not {less:#?}, which it lists. \
         If this is meant, `UPDATE_IMPORTS=1 cargo test --test component` writes the list anew."
    );
}
