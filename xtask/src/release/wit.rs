//! The interfaces: `wit/` and `wit-0.2/`, each as one binary file with its documentation, as registries of WIT packages take
//! them.

use std::path::Path;

use anyhow::{Context, Result};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem};

use crate::WORKSPACE;

pub(super) const DESCRIPTION: &str = "The interface of Keyfob: Azure identity and Key Vault secrets";

pub(super) struct Package {
    /// Namespace and name, `keyfob:azure`.
    pub name: String,
    /// Of its own: it moves only when the interface does.
    pub version: String,
    pub bytes: Vec<u8>,
}

pub(super) fn package(folder: &str) -> Result<Package> {
    let mut resolve = Resolve::new();
    let (id, _) = resolve.push_dir(Path::new(WORKSPACE).join(folder))?;
    let name = &resolve.packages.get(id).context("the folder has no package")?.name;
    let version = name.version.as_ref().context("the package has no version")?.to_string();
    Ok(Package {
        name: format!("{}:{}", name.namespace, name.name),
        version,
        bytes: wit_component::encode(&resolve, id)?,
    })
}

/// A world's full name.
pub(super) fn world((folder, name): (&str, &str)) -> Result<String> {
    let mut resolve = Resolve::new();
    let (package, _) = resolve.push_dir(Path::new(WORKSPACE).join(folder))?;
    resolve.select_world(&[package], Some(name))?;
    Ok(resolve.id_of_name(package, name))
}

/// What a component needs and offers, as full names.
pub(super) struct Surface {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

pub(super) fn surface(component: &[u8]) -> Result<Surface> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        anyhow::bail!("a WIT package where a component should be");
    };
    let world = resolve.worlds.get(world).context("the component has no world")?;
    let names =
        |items: &wit_parser::IndexMap<_, WorldItem>| items.keys().map(|key| resolve.name_world_key(key)).collect();
    Ok(Surface { imports: names(&world.imports), exports: names(&world.exports) })
}
