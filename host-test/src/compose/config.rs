//! Puts `keyfob-config` into an app that reads its configuration from wasi:config.

use super::{ComponentTypes, plugged, set_apart};
use crate::component_types::CONFIG;
use crate::engine::config_component;
use crate::error::ComponentError;

/// Puts `keyfob-config` into an app. Returns `None` if the app does not import `wasi:config/store`.
///
/// # Errors
/// [`ComponentError`] if it is no component, and if it imports a version that `keyfob-config` does not export.
///
/// ```no_run
/// use keyfob_host_test::compose::compose_config;
///
/// let app = std::fs::read("app.wasm")?;
/// let with_config = compose_config(&app)?.unwrap_or(app);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compose_config(app: &[u8]) -> Result<Option<Vec<u8>>, ComponentError> {
    plug_config(app, config_component())
}

/// The same with the imports of `keyfob-config` set apart from the app's ([`set_apart`]).
pub(crate) fn compose_config_apart(app: &[u8]) -> Result<Option<Vec<u8>>, ComponentError> {
    plug_config(app, &set_apart(config_component()))
}

fn plug_config(app: &[u8], config: &[u8]) -> Result<Option<Vec<u8>>, ComponentError> {
    let types = ComponentTypes::read(app)?;
    let Some(import) = types.imports().find(|name| name.starts_with(CONFIG)) else { return Ok(None) };
    plugged(app, config)
        .map(Some)
        .map_err(|error| ComponentError::OtherConfigVersion { import: import.to_owned(), cause: error.into() })
}
