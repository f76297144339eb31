//! What each crate weighs in the component, for docs/dependencies.md: `cargo xtask weights`.
//!
//! The component is built again, with its functions' names left in and in a spelling that tells the crate. That puts the
//! functions in another order, and some bytes of padding and of indices elsewhere; nothing else may differ from what is
//! shipped. What the compiler has put into a caller counts there, and generic code where it is written, not where it is
//! used.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use component_build::{TARGET, shrink};
use keyfob_host_test::Build;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::WORKSPACE;

/// The other order of the functions has made up to 413 bytes.
const MAX_DIFFERENCE: usize = 600;
const BINDINGS: &str = "keyfob, in what wit-bindgen's macro writes";
const OTHER: &str = "(no crate: C library, linker)";
const REST: &str = "(types, names and wiring)";
const DATA: &str = "(data: texts and tables)";

/// Measures and prints the table.
///
/// # Errors
/// Where the component does not build, or is not the one that is shipped.
pub fn print() -> Result<()> {
    let mut weights = BTreeMap::<String, [usize; 2]>::new();
    let builds = [(Build::WithoutCertificates, ""), (Build::WithCertificates, "certificate")];
    for (place, (build, features)) in builds.into_iter().enumerate() {
        let named = named(features)?;
        let shrunk = shrink(&named).map_err(|error| anyhow!("{error}"))?;
        let difference = shrunk.len().abs_diff(build.bytes().len());
        ensure!(difference <= MAX_DIFFERENCE, "{build:?}: {difference} bytes away from what is shipped");
        for (owner, bytes) in weigh(&shrunk, &names(&named)?)? {
            weights.entry(owner).or_default()[place] += bytes;
        }
    }
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by_key(|(_, [default, with])| std::cmp::Reverse((*with, *default)));
    println!("| crate | bytes by default | with certificates |\n| --- | ---: | ---: |");
    for (owner, [default, with]) in &weights {
        println!("| {owner} | {default} | {with} |");
    }
    let [default, with] = [0, 1].map(|place| weights.iter().map(|(_, bytes)| bytes[place]).sum::<usize>());
    println!("| all | {default} | {with} |");
    Ok(())
}

/// The component as `build.rs` has it built, but with names, and not shrunk.
fn named(features: &str) -> Result<Vec<u8>> {
    // Beside this program, and so in the target directory: the next time there is little to do.
    let folder = env::current_exe()?.with_extension("target");
    let done = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--locked", "--package", "keyfob-component", "--lib", "--profile", "component"])
        .args(["--target", TARGET, "--crate-type", "cdylib", "--features", features])
        // Not by the profile's `strip`: that is part of each crate's hash.
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

/// The bytes of a component by owner; together they are all of it.
fn weigh(component: &[u8], names: &HashMap<(usize, u32), String>) -> Result<BTreeMap<String, usize>> {
    let mut weights = BTreeMap::<String, usize>::new();
    let (mut module, mut index) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } => (module, index) = (module + 1, 0),
            // The functions of a module count on from those that it imports.
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

/// The crate in which a function is written: the first that its mangled name tells, see
/// <https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>. A demangler's text names the implementing type instead.
fn owner(name: &str) -> &str {
    // What an interface exports, and what frees its results.
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
