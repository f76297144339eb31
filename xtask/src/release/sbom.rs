//! A component's bill of materials: CycloneDX 1.6, <https://cyclonedx.org/docs/1.6/json/>.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::artefact::Artefact;
use super::linked::{Crate, linked};
use super::{LICENCE, VERSION, WORKSPACE, sha256};

pub(super) fn sbom(artefact: &Artefact, component: &[u8], created: Timestamp) -> Result<Vec<u8>> {
    let linked = linked(artefact)?;
    let digest = sha256(component);
    let dependencies = linked.uses.iter().map(
        |(user, used)| json!({ "ref": reference(user), "dependsOn": used.iter().map(reference).collect::<Vec<_>>() }),
    );
    let others = linked.uses.keys().filter(|krate| **krate != linked.own);
    let sbom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&digest)?,
        "version": 1,
        "metadata": {
            "timestamp": created.to_string(),
            "lifecycles": [{ "phase": "build" }],
            // Parts of its standard library and of wasi-libc are in the component.
            "tools": { "components": [{ "type": "application", "name": "rustc", "version": rustc()? }] },
            "component": {
                "type": "library",
                "bom-ref": reference(&linked.own),
                "name": artefact.name,
                "version": VERSION,
                "description": artefact.description,
                "licenses": [{ "expression": LICENCE }],
                "hashes": [{ "alg": "SHA-256", "content": digest }],
            },
        },
        "components": others.map(library).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_vec_pretty(&sbom)?;
    text.push(b'\n');
    Ok(text)
}

fn library(krate: &Crate) -> Value {
    let mut library = Map::from_iter([
        ("type".to_owned(), json!("library")),
        ("bom-ref".to_owned(), json!(reference(krate))),
        ("name".to_owned(), json!(krate.name)),
        ("version".to_owned(), json!(krate.version)),
        ("scope".to_owned(), json!("required")),
        ("licenses".to_owned(), json!([{ "expression": krate.licence }])),
    ]);
    if let Some(checksum) = &krate.checksum {
        library.insert("purl".to_owned(), json!(reference(krate)));
        library.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    Value::Object(library)
}

/// The package URL of a crate from the registry; name and version of one of this workspace.
fn reference(krate: &Crate) -> String {
    match krate.checksum {
        Some(_) => format!("pkg:cargo/{}@{}", krate.name, krate.version.replace('+', "%2B")),
        None => format!("{}@{}", krate.name, krate.version),
    }
}

/// A UUID made of the component's digest (version 8 of RFC 9562), so that the same component has the same one.
fn serial_number(digest: &str) -> Result<String> {
    let part = |from: usize, to: usize| digest.get(from..to).context("the digest is too short");
    let [a, b, c, d, e] = [part(0, 8)?, part(8, 12)?, part(13, 16)?, part(17, 20)?, part(20, 32)?];
    Ok(format!("urn:uuid:{a}-{b}-8{c}-8{d}-{e}"))
}

/// The version of the compiler that cargo takes here.
fn rustc() -> Result<String> {
    let told =
        Command::new("rustc").arg("--version").current_dir(WORKSPACE).output().context("rustc can't be started")?;
    ensure!(told.status.success(), "rustc --version: {}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout)?;
    Ok(told.split(' ').nth(1).context("rustc tells no version")?.to_owned())
}
