//! Writes the files of a release. For each component: the component with its name, version and licence in it, an OCI image,
//! and a bill of materials. For each interface: the WIT package in one file. The bytes do not depend on when or where this runs.

mod archive;
mod artefact;
mod image;
mod linked;
mod sbom;
mod stamp;
mod wit;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use self::artefact::ARTEFACTS;
use self::stamp::{About, stamp};
use crate::WORKSPACE;
use crate::interface::FOLDERS;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LICENCE: &str = env!("CARGO_PKG_LICENSE");

/// Writes all files into the folder `dist`. `revision` is the commit that is released, and `created` its time.
///
/// # Errors
/// If a component can't be described, or a file can't be written.
pub fn release(dist: &Path, revision: &str, created: Timestamp) -> Result<()> {
    fs::create_dir_all(dist).with_context(|| format!("{} can't be made", dist.display()))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = dist.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} can't be written", path.display()))
    };

    for folder in FOLDERS {
        let interface = wit::package(folder)?;
        let about = About { name: &interface.name, description: wit::DESCRIPTION, version: &interface.version };
        let file = format!("{}-{}.wit.wasm", interface.name.replace(':', "-"), interface.version);
        write(&file, &stamp(&interface.bytes, &about, revision)?)?;
    }

    for artefact in ARTEFACTS {
        let stem = format!("{}-{VERSION}", artefact.name);
        let about = About { name: artefact.name, description: artefact.description, version: VERSION };
        let component = stamp((artefact.bytes)(), &about, revision)?;
        let file = format!("{stem}.wasm");
        write(&file, &component)?;
        write(&format!("{stem}.oci.tar"), &image::image(&artefact, &file, &component, revision, created)?)?;
        write(&format!("{stem}.cdx.json"), &sbom::sbom(&artefact, &component, created)?)?;
    }
    Ok(())
}

/// In lower-case hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
