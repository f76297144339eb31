//! What the built component is to its hosts: its imports, its exports, its size, and a WIT package that stands alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use keyfob_host_test::Build;
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldId, WorldItem};

/// "A component is small" as a number: what an app carries at most, by default and with certificates.
const MAX_SIZES: [(Build, usize); 2] =
    [(Build::WithoutCertificates, 200 * 1024), (Build::WithCertificates, 400 * 1024)];

/// All that the component can do with its host, function by function, whatever its code says. Both builds do the same.
const IMPORTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/imports.txt");

/// A line for each interface that a component imports, and one for each function that it can call there.
fn imports(component: &[u8]) -> BTreeSet<String> {
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

fn decode(component: &[u8]) -> (Resolve, WorldId) {
    match wit_component::decode(component).unwrap() {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("no component"),
    }
}

#[test]
fn it_can_do_what_the_list_says_and_nothing_else() {
    if std::env::var_os("UPDATE_IMPORTS").is_some() {
        let lines = imports(Build::WithoutCertificates.bytes());
        std::fs::write(IMPORTS, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    let listed = std::fs::read_to_string(IMPORTS).unwrap();
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    for (build, _) in MAX_SIZES {
        let found = imports(build.bytes());
        let (more, less): (Vec<_>, Vec<_>) = (found.difference(&listed).collect(), listed.difference(&found).collect());
        assert!(
            found == listed,
            "{build:?}: the component imports {more:#?}, which tests/imports.txt does not list, and not {less:#?}, which it \
             lists. If this is meant, `UPDATE_IMPORTS=1 cargo test --test component` writes the list anew."
        );
    }
}

#[test]
fn it_exports_its_package() {
    for (build, _) in MAX_SIZES {
        let (resolve, world) = decode(build.bytes());
        let mut exports: Vec<_> = resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
        exports.sort();
        assert_eq!(
            exports,
            ["identity", "secrets", "simple", "types"].map(|name| format!("keyfob:azure/{name}@0.1.0"))
        );
    }
}

#[test]
fn it_is_small() {
    for (build, limit) in MAX_SIZES {
        let size = build.bytes().len();
        println!("the component {build:?} has {size} bytes");
        assert!(size <= limit, "{build:?}: {size} bytes are more than {limit}");
    }
}

#[test]
fn the_wit_package_parses_alone_and_documents_every_item() {
    let mut resolve = Resolve::new();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit")).unwrap();
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.clone().unwrap();
        assert!(interface.docs.contents.is_some(), "interface {name}");
        for (function, item) in &interface.functions {
            assert!(item.docs.contents.is_some(), "{name}: {function}");
        }
    }
    for (_, ty) in &resolve.types {
        let Some(name) = &ty.name else { continue };
        let used = matches!(ty.kind, wit_parser::TypeDefKind::Type(_));
        assert!(used || ty.docs.contents.is_some(), "type {name}");
    }
}
