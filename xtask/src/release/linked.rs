//! The crates that are linked into a component, as `cargo tree` lists them for its package, features and target.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::artefact::Artefact;
use crate::WORKSPACE;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Crate {
    pub name: String,
    pub version: String,
    pub licence: String,
    /// SHA-256 of the registry's archive; `None` for a crate of this workspace.
    pub checksum: Option<String>,
}

/// The component's own crate, and each linked crate with its direct dependencies.
pub(super) struct Linked {
    pub own: Crate,
    pub uses: BTreeMap<Crate, BTreeSet<Crate>>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

pub(super) fn linked(artefact: &Artefact) -> Result<Linked> {
    let told = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", artefact.package, "--target", "wasm32-wasip2"])
        // Macros, and what they use, run in the compiler.
        .args(["--edges", "normal,no-proc-macro", "--features", artefact.features])
        .args(["--prefix", "depth", "--no-dedupe", "--format", "|{p}|{l}"])
        .current_dir(WORKSPACE)
        .output()
        .context("cargo can't be started")?;
    ensure!(told.status.success(), "cargo tree: {}", String::from_utf8_lossy(&told.stderr));

    let checksums = checksums()?;
    let mut uses = BTreeMap::<Crate, BTreeSet<Crate>>::new();
    // The crates that lead to the one of this line, outermost first.
    let mut path = Vec::<Crate>::new();
    for line in String::from_utf8(told.stdout)?.lines() {
        let (depth, krate) = parse(line, &checksums).with_context(|| format!("cargo tree says {line:?}"))?;
        path.truncate(depth);
        uses.entry(krate.clone()).or_default();
        if let Some(user) = path.last() {
            uses.entry(user.clone()).or_default().insert(krate.clone());
        }
        path.push(krate);
    }
    let own = path.into_iter().next().context("cargo tree says nothing")?;
    Ok(Linked { own, uses })
}

/// `1|name v1.2.3 (more)|licence`
fn parse(line: &str, checksums: &HashMap<(String, String), String>) -> Option<(usize, Crate)> {
    let mut fields = line.split('|');
    let depth = fields.next()?.parse().ok()?;
    let (name, version) = fields.next()?.split_once(" v")?;
    let version = version.split(' ').next()?;
    let key = (name.to_owned(), version.to_owned());
    let checksum = checksums.get(&key).cloned();
    let (name, version) = key;
    Some((depth, Crate { name, version, licence: fields.next()?.to_owned(), checksum }))
}

fn checksums() -> Result<HashMap<(String, String), String>> {
    let lock: Lock = toml::from_str(&fs::read_to_string(Path::new(WORKSPACE).join("Cargo.lock"))?)?;
    let summed = lock.package.into_iter().filter_map(|it| Some(((it.name, it.version), it.checksum?)));
    Ok(summed.collect())
}
