//! What the built component is to its hosts: its imports, its exports, its size, and a WIT package that stands alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use keyfob_host_test::Build;
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem, WorldKey};

/// "A component is small" as a number: what an app carries at most, by default and with certificates.
const MAX_SIZES: [(Build, usize); 2] =
    [(Build::WithoutCertificates, 200 * 1024), (Build::WithCertificates, 400 * 1024)];

/// All that the component may ask of a host. No sockets.
const ALLOWED_IMPORTS: &[&str] = &[
    "wasi:cli/environment",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/",
    "wasi:random/",
    // What the standard library on wasm32-wasip2 drags in, and the log.
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-",
];

fn interfaces<'a>(resolve: &Resolve, items: impl Iterator<Item = (&'a WorldKey, &'a WorldItem)>) -> Vec<String> {
    items.map(|(key, _)| resolve.name_world_key(key)).collect()
}

#[test]
fn it_imports_nothing_beyond_its_need_and_exports_its_package() {
    for (build, _) in MAX_SIZES {
        let DecodedWasm::Component(resolve, world) = wit_component::decode(build.bytes()).unwrap() else {
            panic!("no component")
        };
        let world = &resolve.worlds[world];
        let imports = interfaces(&resolve, world.imports.iter());
        let allowed = |name: &&String| ALLOWED_IMPORTS.iter().any(|allowed| name.starts_with(allowed));
        let foreign: Vec<_> = imports.iter().filter(|name| !allowed(name)).collect();
        assert!(foreign.is_empty(), "{build:?}: {foreign:?}");
        let mut exports = interfaces(&resolve, world.exports.iter());
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
