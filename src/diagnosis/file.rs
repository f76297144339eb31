//! Hints for files that can't be read.

use super::{Hint, configuration};
use crate::prelude::*;

/// A file can't be read. `checks` are further things to check, as a sentence that begins with "Check that", and `instead` is the alternative for builds without files.
#[cfg(all(target_family = "wasm", feature = "embedded"))]
pub(crate) fn file_access(checks: &str, path: &str, _instead: &str) -> Hint {
    let path = crate::secret::quote_path(path);
    configuration(&format!("{checks}, and that the user that the program runs as may read {path}"))
}

#[cfg(all(feature = "filesystem", not(all(target_family = "wasm", feature = "embedded"))))]
pub(crate) fn file_access(checks: &str, path: &str, _instead: &str) -> Hint {
    // Shown as in the message: a value that is no path may be a secret.
    let path = crate::secret::quote_path(path);
    let folder = match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "FOLDER",
    };
    configuration(&format!(
        "{checks}, and that the file's folder itself is given to the component. Spin: `files = [{{ source = \"{folder}\", \
         destination = \"{folder}\" }}]` with `spin up --direct-mounts`, for a dependency also `inherit_configuration = [\"files\"]`. \
         wasmCloud: a volume with `mountPath: {folder}`. wasmtime: `--dir {folder}`"
    ))
}

#[cfg(not(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded"))))]
pub(crate) fn file_access(_checks: &str, _path: &str, instead: &str) -> Hint {
    configuration(&format!("Use the build of Keyfob with the cargo feature `filesystem`, or {instead}"))
}
