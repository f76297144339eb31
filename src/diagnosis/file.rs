//! Hints for files that can't be read.

use super::{Hint, configuration};
#[cfg(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded")))]
use crate::language;
use crate::language::Language;
use crate::prelude::*;

/// A file can't be read. `checks` are further things to check, as a sentence that begins with "Check that", and `instead` is
/// the alternative for builds without files.
#[cfg(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded")))]
pub(crate) fn file_access(checks: &str, path: &str, _instead: &str, language: Language) -> Hint {
    // Shown as in the message: a value that is no path may be a secret.
    let path = crate::secret::quote_path(path);
    let folder = match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "FOLDER",
    };
    let access = language.fill(language::FILE_ACCESS, &[("{folder}", folder), ("{path}", &path)]);
    configuration(&format!("{checks},\n{access}"))
}

#[cfg(not(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded"))))]
pub(crate) fn file_access(_checks: &str, _path: &str, instead: &str, _language: Language) -> Hint {
    configuration(&format!("Use the build of Keyfob with the cargo feature `filesystem`, or {instead}"))
}
