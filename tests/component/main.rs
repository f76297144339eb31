//! What the built component is to its hosts: its imports, its exports, its size, and a WIT package that stands alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod imports;

use keyfob_host_test::Build;
use wit_parser::Resolve;

/// "A component is small" as a number: what an app carries at most, by default and with certificates.
const MAX_SIZES: [(Build, usize); 2] =
    [(Build::WithoutCertificates, 272 * 1024), (Build::WithCertificates, 420 * 1024)];

#[test]
fn it_can_do_what_the_list_says_and_nothing_else() {
    if std::env::var_os("UPDATE_IMPORTS").is_some() {
        let lines = imports::of(Build::WithoutCertificates.bytes());
        std::fs::write(imports::FILE, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    for (build, _) in MAX_SIZES {
        imports::same(&format!("{build:?}"), &imports::of(build.bytes()), &imports::listed());
    }
}

#[test]
fn it_exports_its_package() {
    for (build, _) in MAX_SIZES {
        let (resolve, world) = imports::decode(build.bytes());
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
