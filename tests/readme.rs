//! The README's code is the code that is built, and its list of crates is what is linked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

const README: &str = include_str!("../README.md");

#[test]
fn the_readmes_app_is_the_example() {
    let example = include_str!("../examples/rust-app/src/main.rs");
    assert!(README.contains(&format!("```rust\n{example}```")));
}

#[derive(Deserialize)]
struct Manifest {
    dependencies: BTreeMap<String, Dependency>,
    target: BTreeMap<String, Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    version: String,
    package: Option<String>,
    #[serde(default)]
    optional: bool,
}

/// A dependency of the component's, as Cargo.toml or the README has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    name: String,
    version: String,
    certificates_only: bool,
}

#[test]
fn the_readmes_crates_are_those_of_the_manifest() {
    let manifest: Manifest = toml::from_str(include_str!("../Cargo.toml")).unwrap();
    let wasm = manifest.target.into_iter().filter(|(target, _)| target.contains("wasm\"") && !target.contains("not("));
    let all = manifest.dependencies.into_iter().chain(wasm.flat_map(|(_, target)| target.dependencies));
    let wanted: BTreeSet<_> = all
        // Of this project, and only in the compiler.
        .filter(|(name, _)| name != "keyfob-bindgen")
        .map(|(name, dependency)| Row {
            name: dependency.package.unwrap_or(name),
            version: dependency.version,
            certificates_only: dependency.optional,
        })
        .collect();
    let told = rows().into_iter().map(|cells| Row {
        name: cells[0].trim_matches('`').to_owned(),
        version: cells[1].to_owned(),
        certificates_only: cells[3] == "–",
    });
    assert_eq!(told.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn the_readmes_crates_are_those_that_are_linked() {
    let rows = rows();
    let (_, along) = README.split_once("They bring along ").unwrap();
    let (along, _) = along.split_once("`. All").unwrap();
    let (default, certificates) = along.split_once(';').unwrap();
    let names = |list: &'static str| list.split('`').skip(1).step_by(2);
    let named = |only_default: bool| {
        let direct = rows.iter().filter(move |cells| !only_default || cells[3] != "–");
        direct.map(|cells| cells[0].trim_matches('`')).collect::<BTreeSet<_>>()
    };

    let linked = linked("");
    let told = names(default).chain(named(true)).collect::<BTreeSet<_>>();
    assert_eq!(told, linked.iter().map(|krate| krate.name.as_str()).collect());
    let linked = self::linked("certificate");
    let told = names(default).chain(names(certificates)).chain(named(false)).collect::<BTreeSet<_>>();
    assert_eq!(told, linked.iter().map(|krate| krate.name.as_str()).collect());

    for cells in &rows {
        let of_this_version = |krate: &&Linked| {
            krate.name == cells[0].trim_matches('`') && krate.version.starts_with(cells[1].trim_start_matches('='))
        };
        let krate = linked.iter().find(of_this_version).unwrap_or_else(|| panic!("{cells:?}"));
        let either = |licence: &str| licence.split(" OR ").map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(either(cells[5]), either(&krate.licence), "{cells:?}");
    }
}

/// The cells of the README's table of crates.
fn rows() -> Vec<Vec<&'static str>> {
    let (_, section) = README.split_once("## What is in it\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// A crate that is linked into the component.
struct Linked {
    name: String,
    version: String,
    licence: String,
}

/// All of them, ours apart, as cargo tells them.
fn linked(features: &str) -> Vec<Linked> {
    let told = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "keyfob-component", "--target", "wasm32-wasip2"])
        .args(["--edges", "normal,no-proc-macro", "--features", features])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let lines = String::from_utf8(told.stdout).unwrap();
    let lines: BTreeSet<_> = lines.lines().filter(|line| !line.starts_with("keyfob-component ")).collect();
    lines
        .into_iter()
        .map(|line| {
            let (krate, licence) = line.split_once('|').unwrap();
            let (name, version) = krate.split_once(" v").unwrap();
            Linked { name: name.to_owned(), version: version.to_owned(), licence: licence.to_owned() }
        })
        .collect()
}
