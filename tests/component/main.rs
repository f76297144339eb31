//! Properties of the built component: its imports, its exports and its size. And of the WIT package: it needs no other
//! one, and every item of it has documentation.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use keyfob_test_support::host::{Build, embedded_component};
use keyfob_test_support::imports;
use wit_parser::Resolve;

/// The largest size of each build, in bytes.
const MAX_SIZES: [(Build, usize); 2] =
    [(Build::WithoutCertificates, 272 * 1024), (Build::WithCertificates, 420 * 1024)];

/// The largest size of the build for embedding, in bytes. A program loads it once, from its disk.
const MAX_EMBEDDED_SIZE: usize = 408 * 1024;

#[test]
fn it_imports_what_the_list_says_and_nothing_else() {
    update(Build::WithoutCertificates.bytes(), imports::FILE);
    for (build, _) in MAX_SIZES {
        imports::same(&format!("{build:?}"), &imports::of(build.bytes()), &imports::listed());
    }
}

#[test]
fn the_build_for_embedding_imports_nothing_of_wasi() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/component/imports-embedded.txt");
    update(embedded_component(), FILE);
    let listed = std::fs::read_to_string(FILE).unwrap();
    imports::same(
        "the build for embedding",
        &imports::of(embedded_component()),
        &listed.lines().map(str::to_owned).collect(),
    );
    assert!(!listed.contains("wasi:"), "{listed}");
}

fn update(component: &[u8], list: &str) {
    if std::env::var_os("UPDATE_IMPORTS").is_some() {
        let lines = imports::of(component);
        std::fs::write(list, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
}

#[test]
fn it_exports_its_package() {
    const ALL: [&str; 4] = ["identity", "secrets", "simple", "types"];
    for (build, _) in MAX_SIZES {
        assert_eq!(exports(build.bytes()), ALL.map(of_this_package));
    }
    assert_eq!(
        exports(embedded_component()),
        ["identity", "providers", "secrets", "simple", "types"].map(of_this_package)
    );
}

fn of_this_package(name: &str) -> String {
    format!("keyfob:azure/{name}@0.1.0")
}

fn exports(component: &[u8]) -> Vec<String> {
    let (resolve, world) = imports::decode(component);
    let mut exports: Vec<_> = resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
    exports.sort();
    exports
}

#[test]
fn it_is_within_the_size_limits() {
    let builds = MAX_SIZES.map(|(build, limit)| (format!("{build:?}"), build.bytes(), limit));
    for (build, bytes, limit) in
        builds.into_iter().chain([("for embedding".to_owned(), embedded_component(), MAX_EMBEDDED_SIZE)])
    {
        let size = bytes.len();
        println!("the component {build} has {size} bytes");
        assert!(size <= limit, "{build}: {size} bytes are more than {limit}");
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
