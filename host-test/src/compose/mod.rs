//! Puts Keyfob into an app that imports it, as `wac plug` does: one component comes out, which imports WASI alone.

mod component_types;
mod config;

use anyhow::{Result, anyhow, ensure};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PlugError, plug};

pub use self::component_types::ComponentTypes;
pub use self::config::compose_config;

/// The package that an app imports, without its version.
const KEYFOB: &str = "keyfob:azure";

/// The app with this Keyfob in it, both as binaries; `None` where it imports none of Keyfob's interfaces: it has one
/// already, or needs none.
///
/// Fails where either is no component, and where the app was made for another `keyfob:azure`. The error completes a
/// sentence that begins with the app's name.
pub fn compose(app: &[u8], keyfob: &[u8]) -> Result<Option<Vec<u8>>> {
    let asked = ComponentTypes::read(app)?;
    if !asked.imports_keyfob() {
        return Ok(None);
    }
    let given = ComponentTypes::read(keyfob).map_err(|error| anyhow!("can't be given Keyfob, which {error:#}"))?;
    ensure!(given.exports_keyfob(), "can't be given Keyfob: what is to be put into it exports no {KEYFOB}");

    let composed = match plugged(app, keyfob) {
        Ok(composed) => composed,
        Err(error) if matches!(error.downcast_ref(), Some(PlugError::NoPlugHappened)) => {
            return Err(mismatch(&asked, &given));
        }
        Err(error) => return Err(error.context("can't be given Keyfob")),
    };

    // What does not fit is left out and remains an import.
    let left = ComponentTypes::read(&composed)?;
    if left.imports_keyfob() { Err(mismatch(&left, &given)) } else { Ok(Some(composed)) }
}

/// A component with another's exports for its imports.
fn plugged(app: &[u8], exporter: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes: &[u8]| -> Result<_> {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut())?;
        Ok(graph.register_package(package)?)
    };
    let (socket, exporter) = (register("app", app)?, register("exporter", exporter)?);
    plug(&mut graph, vec![exporter], socket)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

/// Why an app's imports are not what Keyfob exports.
fn mismatch(asked: &ComponentTypes, given: &ComponentTypes) -> anyhow::Error {
    let asked: Vec<&str> = asked.imports().filter(|name| is_keyfob(name)).collect();
    let given: Vec<&str> = given.exports().filter(|name| is_keyfob(name)).collect();
    let version = given.iter().find_map(|name| version(name)).unwrap_or_default();
    let asked_names = asked.join(", ");
    if asked.iter().all(|name| given.contains(name)) {
        return anyhow!(
            "imports {asked_names} in another form than this Keyfob exports it: build the app anew with the WIT files of \
             {KEYFOB}@{version} that this Keyfob was built with"
        );
    }
    anyhow!(
        "imports {asked_names}, and this Keyfob is {KEYFOB}@{version}: build the app with the WIT files of that version, \
         or give the Keyfob component that it was made for"
    )
}

fn is_keyfob(name: &str) -> bool {
    name.strip_prefix(KEYFOB).is_some_and(|rest| rest.starts_with('/'))
}

/// The version in `package:name/interface@version`.
pub(crate) fn version(name: &str) -> Option<&str> {
    name.rsplit_once('@').map(|(_, version)| version)
}
