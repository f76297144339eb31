//! Properties of the built component: its imports, its exports and its size. And of the WIT package: it needs no other
//! one, and every item of it has documentation.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use keyfob_test_support::host::{Build, embedded_component};
use keyfob_test_support::imports;
use wit_parser::Resolve;

const BUILDS: [Build; 2] = [Build::WithoutCertificates, Build::WithCertificates];
const P3_BUILDS: [Build; 2] = [Build::P3WithoutCertificates, Build::P3WithCertificates];

/// The size of each build when it was last recorded.
const SIZES: &str = include_str!("sizes.toml");

/// The most bytes of each build as it is released, after wasm-opt. For comparison: the official crates (azure_identity and azure_security_keyvault_secrets) make
/// 640,467 bytes of a component that reads a secret.
const MAX_SIZES: [(&str, usize); 5] = [
    ("without-certificates", 320_000),
    ("with-certificates", 480_000),
    ("embedded", 480_000),
    ("p3", 420_000),
    ("p3-with-certificates", 580_000),
];

#[test]
fn it_imports_what_the_list_says_and_nothing_else() {
    update(Build::WithoutCertificates.bytes(), imports::FILE);
    for build in BUILDS {
        imports::same(&format!("{build:?}"), &imports::of(build.bytes()), &imports::listed());
    }
}

#[test]
fn the_builds_for_wasi_0_3_import_what_their_list_says_and_nothing_else() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/component/imports-p3.txt");
    update(Build::P3WithoutCertificates.bytes(), FILE);
    let listed = std::fs::read_to_string(FILE).unwrap();
    for build in P3_BUILDS {
        imports::same(&format!("{build:?}"), &imports::of(build.bytes()), &listed.lines().map(str::to_owned).collect());
    }
    assert!(!listed.contains("wasi:sockets/"), "{listed}");
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
    for build in BUILDS {
        assert_eq!(exports(build.bytes()), ALL.map(of_this_package));
    }
    for build in P3_BUILDS {
        assert_eq!(exports(build.bytes()), ALL.map(|name| format!("keyfob:azure/{name}@0.2.0")));
    }
    let of_embedding = ["backups", "providers"].map(|name| format!("keyfob:embedding/{name}@0.1.0"));
    let embedded = ALL.map(of_this_package).into_iter().chain(of_embedding);
    assert_eq!(exports(embedded_component()), embedded.collect::<Vec<_>>());
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

/// Whether wasm-opt has optimised the builds, as `release/run` does.
const OPTIMIZED: bool = option_env!("KEYFOB_WASM_OPT").is_some();

/// No build grows or shrinks by more than 2 % unnoticed, and none is larger in a release than its limit.
#[test]
fn its_size_is_bounded_and_recorded() {
    let recorded: BTreeMap<String, usize> = toml::from_str(SIZES).unwrap();
    let builds = [
        Build::WithoutCertificates.bytes(),
        Build::WithCertificates.bytes(),
        embedded_component(),
        Build::P3WithoutCertificates.bytes(),
        Build::P3WithCertificates.bytes(),
    ];
    assert_eq!(recorded.len(), builds.len(), "sizes.toml has a size for each build");
    for ((build, limit), bytes) in MAX_SIZES.into_iter().zip(builds) {
        let (size, recorded) = (bytes.len(), recorded[build]);
        println!("the component {build} has {size} bytes, recorded without wasm-opt are {recorded}");
        if OPTIMIZED {
            assert!(size <= limit, "{build}: {size} bytes are more than {limit}");
            continue;
        }
        assert!(
            size.abs_diff(recorded) * 50 <= recorded,
            "{build}: {size} bytes are more than 2 % away from the recorded {recorded}. If that is meant, write {size} into \
             tests/component/sizes.toml and say in a line of CHANGELOG.md what changed the size"
        );
    }
}

#[test]
fn the_wit_package_parses_alone_and_documents_every_item() {
    let mut resolve = Resolve::new();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit")).unwrap();
    assert_eq!(resolve.packages.len(), 1);
    documents_every_item(&resolve);
}

/// Embedding can change without a new version of what apps import: only its package depends on the other.
#[test]
fn the_wit_package_for_embedding_parses_after_it_and_documents_every_item() {
    let mut resolve = Resolve::new();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit")).unwrap();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit-embedding")).unwrap();
    assert_eq!(resolve.packages.len(), 2);
    documents_every_item(&resolve);
}

fn documents_every_item(resolve: &Resolve) {
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
