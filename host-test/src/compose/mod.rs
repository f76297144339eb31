//! Puts Keyfob into an app that imports it, as `wac plug` does: the result is one component that imports only WASI.

mod apart;
#[cfg(feature = "config")]
mod config;

use anyhow::Result as AnyResult;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PlugError, plug};

pub(crate) use self::apart::set_apart;
#[cfg(feature = "config")]
pub use self::config::compose_config;
#[cfg(feature = "config")]
pub(crate) use self::config::compose_config_apart;
pub use crate::component_types::ComponentTypes;

use crate::app::AppKind;
use crate::component_types::{is_keyfob, list, version};
use crate::error::ComponentError;

/// Puts a Keyfob component into an app, both given as binaries. Returns `None` if the app imports none of Keyfob's interfaces.
///
/// # Errors
/// [`ComponentError`] if either is no component, if the app was built for another version of `keyfob:azure`, and if it is an
/// app of WASI 0.2 that imports the Keyfob for WASI 0.3: it could not wait for it.
///
/// ```no_run
/// use keyfob_host_test::{Build, ComponentTypes, compose::compose};
///
/// let app = std::fs::read("app.wasm")?;
/// let keyfob = Build::fitting(&ComponentTypes::read(&app)?)?;
/// if let Some(composed) = compose(&app, keyfob.bytes())? {
///     std::fs::write("app-with-keyfob.wasm", composed)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compose(app: &[u8], keyfob: &[u8]) -> Result<Option<Vec<u8>>, ComponentError> {
    let app_types = ComponentTypes::read(app)?;
    let Some(wanted) = app_types.keyfob_wasi()? else { return Ok(None) };
    AppKind::check_waiting(&app_types)?;
    let keyfob_types = ComponentTypes::read(keyfob).map_err(|error| ComponentError::InvalidKeyfob(Box::new(error)))?;
    if !keyfob_types.exports_keyfob() {
        return Err(ComponentError::NotKeyfob);
    }
    if let Some(given) = keyfob_types.exported_wasi().filter(|given| *given != wanted) {
        let imports = list(app_types.imports().filter(|name| is_keyfob(name)));
        return Err(ComponentError::OtherWasi { imports, given, wanted });
    }

    let composed = match plugged(app, keyfob) {
        Ok(composed) => composed,
        Err(error) if matches!(error.downcast_ref(), Some(PlugError::NoPlugHappened)) => {
            return Err(mismatch(&app_types, &keyfob_types));
        }
        Err(error) => return Err(ComponentError::Compose(error.into())),
    };

    // wac leaves out what does not fit: it remains an import.
    let composed_types = ComponentTypes::read(&composed)?;
    if composed_types.imports_keyfob() { Err(mismatch(&composed_types, &keyfob_types)) } else { Ok(Some(composed)) }
}

/// Connects a component's imports with another's exports.
fn plugged(app: &[u8], exporter: &[u8]) -> AnyResult<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes: &[u8]| -> AnyResult<_> {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut())?;
        Ok(graph.register_package(package)?)
    };
    let (socket, exporter) = (register("app", app)?, register("exporter", exporter)?);
    plug(&mut graph, vec![exporter], socket)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

/// Why an app's imports are not what Keyfob exports.
fn mismatch(app: &ComponentTypes, keyfob: &ComponentTypes) -> ComponentError {
    let imports: Vec<&str> = app.imports().filter(|name| is_keyfob(name)).collect();
    let exports: Vec<&str> = keyfob.exports().filter(|name| is_keyfob(name)).collect();
    let version = exports.iter().find_map(|name| version(name)).unwrap_or_default().to_owned();
    let same_version = imports.iter().all(|name| exports.contains(name));
    let imports = imports.join(", ");
    if same_version {
        ComponentError::OtherTypes { imports, version }
    } else {
        ComponentError::OtherVersion { imports, version }
    }
}
