//! Puts `keyfob-config` in front of an app that reads its configuration.

use anyhow::{Context, Result};

use super::{ComponentTypes, plugged};
use crate::engine::config_component;

/// The interface, without its version.
const STORE: &str = "wasi:config/store@";

/// The app with `keyfob-config` in front of it; `None` where it reads no wasi:config.
///
/// Fails where it is no component, and where it was made for a version that `keyfob-config` does not have. The error completes
/// a sentence that begins with the app's name.
pub fn compose_config(app: &[u8]) -> Result<Option<Vec<u8>>> {
    let asked = ComponentTypes::read(app)?;
    let Some(version) = asked.imports().find(|name| name.starts_with(STORE)) else { return Ok(None) };
    let plugged = plugged(app, config_component());
    plugged.map(Some).with_context(|| format!("imports {version}, and can't be given keyfob-config, which has another"))
}
