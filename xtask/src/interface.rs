//! The interface for WASI 0.3, `keyfob:azure@0.2.0`, made from the one for WASI 0.2.
//!
//! They differ in the version, and in `async` before the functions that wait for Azure. From 0.2 on the interface may grow;
//! until then it is never edited by hand.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::WORKSPACE;

/// The folders of the interface for WASI 0.2, and of the one that is made from it.
pub(crate) const FOLDERS: [&str; 2] = ["wit", "wit-0.2"];

/// The functions that wait for Azure, as `RESOURCE.FUNCTION` or `FUNCTION`. A function that only reads what it has stays
/// synchronous, so that an app needs no task for it.
const WAITING: [&str; 17] = [
    "credential.get-token",
    "deleted-secret-list.next",
    "deleted-secret-poller.wait",
    "fetch-secret",
    "fetch-token",
    "secret-client.backup-secret",
    "secret-client.begin-delete-secret",
    "secret-client.begin-recover-deleted-secret",
    "secret-client.get-deleted-secret",
    "secret-client.get-secret",
    "secret-client.get-secrets",
    "secret-client.purge-deleted-secret",
    "secret-client.restore-secret-backup",
    "secret-client.set-secret",
    "secret-client.update-secret-properties",
    "secret-list.next",
    "secret-poller.wait",
];

/// Writes the interface for WASI 0.3.
///
/// # Errors
/// If a file can't be read or written, or a function that waits is not there.
pub fn write() -> Result<()> {
    for (path, text) in made()? {
        fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
    }
    Ok(())
}

/// The files of the interface for WASI 0.3, and their content.
///
/// # Errors
/// If a file can't be read, or a function that waits is not there.
pub fn made() -> Result<Vec<(PathBuf, String)>> {
    let [from, to] = FOLDERS.map(|folder| Path::new(WORKSPACE).join(folder));
    let mut found = Vec::new();
    let mut files = Vec::new();
    for entry in fs::read_dir(&from).with_context(|| format!("{} can't be read", from.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let name = path.file_name().context("a file has a name")?;
        files.push((to.join(name), convert(&text, &mut found)));
    }
    found.sort();
    ensure!(found == WAITING, "these functions wait: {WAITING:?}; the interface has {found:?}");
    Ok(files)
}

fn convert(text: &str, found: &mut Vec<String>) -> String {
    let mut resource = "";
    let mut converted = String::new();
    for line in text.lines() {
        let statement = line.trim_start();
        if let Some(rest) = statement.strip_prefix("resource ") {
            resource = rest.trim_end_matches(" {");
        } else if line == "    }" {
            resource = "";
        }
        let line = line.replace("0.1.0", "0.2.0").replace("WASI 0.2", "WASI 0.3");
        let function = statement.split_once(": func(").map(|(name, _)| match resource {
            "" => name.to_owned(),
            resource => format!("{resource}.{name}"),
        });
        match function.filter(|function| WAITING.contains(&function.as_str())) {
            Some(function) => {
                converted += &line.replacen(": func(", ": async func(", 1);
                found.push(function);
            }
            None => converted += &line,
        }
        converted.push('\n');
    }
    converted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_for_wasi_0_3_differs_in_version_and_async_alone() -> Result<()> {
        for (path, text) in made()? {
            assert!(fs::read_to_string(&path)? == text, "{}: run `cargo xtask interface`", path.display());
        }
        let count = |folder: &str| -> Result<usize> { Ok(fs::read_dir(Path::new(WORKSPACE).join(folder))?.count()) };
        let [from, to] = FOLDERS;
        assert_eq!(count(from)?, count(to)?);
        Ok(())
    }
}
