//! Hints for files that can't be read.

use super::{Hint, configuration};
use crate::prelude::*;

/// A file can't be read. `questions` are further things to check, and `instead` is the alternative for builds without files.
#[cfg(all(target_family = "wasm", feature = "embedded"))]
pub(crate) fn file_access(questions: &str, path: &str, _instead: &str) -> Hint {
    let path = crate::secret::quote_path(path);
    configuration(&format!("{questions}, and may the user that the program runs as read {path}?"))
}

#[cfg(all(feature = "filesystem", not(all(target_family = "wasm", feature = "embedded"))))]
pub(crate) fn file_access(questions: &str, path: &str, _instead: &str) -> Hint {
    // Shown as in the message: a value that is no path may be a secret.
    let path = crate::secret::quote_path(path);
    let folder = match crate::text::rsplit_once(&path, b'/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "FOLDER",
    };
    configuration(&format!(
        "{questions}, and is the file's folder itself given to the component? wasmtime: `--dir {folder}`; Spin: \
         `files = [{{ source = \"{folder}\", destination = \"{folder}\" }}]` with `spin up --direct-mounts`, for a dependency also \
         `inherit_configuration = [\"files\"]`; wasmCloud: a volume with `mountPath: {folder}`"
    ))
}

#[cfg(not(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded"))))]
pub(crate) fn file_access(_questions: &str, _path: &str, instead: &str) -> Hint {
    configuration(&format!("Use the build of Keyfob with the cargo feature `filesystem`, or {instead}"))
}
