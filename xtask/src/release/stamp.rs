//! Puts into a component or WIT package what it is: `wasm-tools metadata show`, `wkg oci push` and registries read it there.

use anyhow::{Context, Result};
use wasm_metadata::{AddMetadata, AddMetadataField, Description, Licenses, Revision, Version};

use super::LICENCE;

pub(super) struct About<'a> {
    pub name: &'a str,
    pub description: &'static str,
    pub version: &'a str,
}

/// Neither address nor author: who publishes it knows theirs, and `wkg.toml` takes them.
pub(super) fn stamp(wasm: &[u8], about: &About<'_>, revision: &str) -> Result<Vec<u8>> {
    let mut add = AddMetadata::default();
    add.name = AddMetadataField::Set(about.name.to_owned());
    add.description = AddMetadataField::Set(Description::new(about.description));
    add.licenses = AddMetadataField::Set(Licenses::new(LICENCE).context(LICENCE)?);
    add.version = AddMetadataField::Set(Version::new(about.version.to_owned()));
    add.revision = AddMetadataField::Set(Revision::new(revision.to_owned()));
    add.to_wasm(wasm)
}
