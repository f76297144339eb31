//! What each crate weighs in the component, for docs/dependencies.md: `cargo xtask weights`.
//!
//! The component is built again with the names of its functions, in Rust's v0 mangling, which contains the crate. The
//! functions then have another order, and some bytes of padding and indices move; nothing else may differ from the component
//! that is shipped. Inlined code counts for its caller. Generic code counts for the crate that defines it, not for its user.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use component_build::{TARGET, shrink};
use keyfob_host_test::Build;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::WORKSPACE;

/// In bytes. The other order of the functions made up to 413 of difference.
const MAX_DIFFERENCE: usize = 600;
const BINDINGS: &str = "keyfob, in what wit-bindgen's macro writes";
const OTHER: &str = "(no crate: C library, linker)";
const REST: &str = "(types, names and wiring)";
const DATA: &str = "(data: texts and tables)";

/// A crate's bytes in the two builds.
#[derive(Default)]
struct Weight {
    default: usize,
    with_certificates: usize,
}

/// The bytes of one build.
type Column = fn(&mut Weight) -> &mut usize;

/// Measures and prints the table.
///
/// # Errors
/// If the component does not build, or its size differs from that of the one that is shipped.
pub fn print() -> Result<()> {
    let mut weights = BTreeMap::<String, Weight>::new();
    let builds: [(_, _, Column); 2] = [
        (Build::WithoutCertificates, "", |weight| &mut weight.default),
        (Build::WithCertificates, "certificate,languages", |weight| &mut weight.with_certificates),
    ];
    for (build, features, column) in builds {
        let named = named(features)?;
        let shrunk = shrink(&named, None).map_err(|error| anyhow!("{error}"))?;
        let difference = shrunk.len().abs_diff(build.bytes().len());
        ensure!(difference <= MAX_DIFFERENCE, "{build:?}: {difference} bytes away from what is shipped");
        for (owner, bytes) in weigh(&shrunk, &names(&named)?)? {
            *column(weights.entry(owner).or_default()) += bytes;
        }
    }
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by_key(|(_, weight)| std::cmp::Reverse((weight.with_certificates, weight.default)));
    println!("| crate | bytes by default | with certificates |\n| --- | ---: | ---: |");
    let mut all = Weight::default();
    for (owner, weight) in &weights {
        println!("| {owner} | {} | {} |", weight.default, weight.with_certificates);
        all.default += weight.default;
        all.with_certificates += weight.with_certificates;
    }
    println!("| all | {} | {} |", all.default, all.with_certificates);
    Ok(())
}

/// The component as build scripts build it, but with names, and not shrunk.
fn named(features: &str) -> Result<Vec<u8>> {
    // Beside this program, and so in the target directory: later runs build only what changed.
    let folder = env::current_exe()?.with_extension("target");
    let done = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--locked", "--package", "keyfob-component", "--lib", "--profile", "component"])
        .args(["--target", TARGET, "--crate-type", "cdylib", "--features", features])
        // Flags and not the profile's `strip`, which is part of each crate's hash.
        .args(["--config", "target.wasm32-wasip2.rustflags = ['-Cstrip=none', '-Csymbol-mangling-version=v0']"])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(WORKSPACE)
        .status()
        .context("cargo can't be started")?;
    ensure!(done.success(), "the component does not build");
    Ok(fs::read(folder.join(TARGET).join("component/keyfob_component.wasm"))?)
}

/// The name of each function, by its module and its index.
fn names(component: &[u8]) -> Result<HashMap<(usize, u32), String>> {
    let mut names = HashMap::new();
    let mut module = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } => module += 1,
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(functions) = subsection? else { continue };
                    for function in functions {
                        let function = function?;
                        names.insert((module, function.index), function.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// The bytes of a component by owner. Their sum is its size.
fn weigh(component: &[u8], names: &HashMap<(usize, u32), String>) -> Result<BTreeMap<String, usize>> {
    let mut weights = BTreeMap::<String, usize>::new();
    let (mut module, mut index) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } => (module, index) = (module + 1, 0),
            // Imported functions have the first indices.
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    index += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let owner = names.get(&(module, index)).map_or(OTHER, |name| owner(name));
                *weights.entry(owner.to_owned()).or_default() += body.range().len();
                index += 1;
            }
            Payload::DataSection(data) => *weights.entry(DATA.to_owned()).or_default() += data.range().len(),
            _ => {}
        }
    }
    let rest = component.len() - weights.values().sum::<usize>();
    weights.insert(REST.to_owned(), rest);
    Ok(weights)
}

/// The crate that defines a function: the first in its mangled name, see
/// <https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>. A demangler's text names the implementing type instead.
fn owner(name: &str) -> &str {
    // The exports of an interface, and the functions that free their results.
    if name.contains("keyfob:azure/") || name.contains("8bindings") {
        return BINDINGS;
    }
    let Some(mut rest) = name.strip_prefix("_R") else { return OTHER };
    loop {
        let mut characters = rest.chars();
        let tag = characters.next();
        rest = characters.as_str();
        match tag {
            None => return OTHER,
            // A namespace follows, which may be a `C` too: a closure's.
            Some('N') => rest = rest.get(1..).unwrap_or_default(),
            Some('C') => break,
            Some('s') => rest = after_disambiguator(rest),
            Some(_) => {}
        }
    }
    if let Some(disambiguated) = rest.strip_prefix('s') {
        rest = after_disambiguator(disambiguated);
    }
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or_default();
    let length = rest[..digits].parse().unwrap_or(0);
    let name = &rest[digits..];
    name.strip_prefix('_').unwrap_or(name).get(..length).unwrap_or(OTHER)
}

fn after_disambiguator(rest: &str) -> &str {
    rest.split_once('_').map_or("", |(_, rest)| rest)
}
