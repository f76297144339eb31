//! Files with a secret in them: written as a whole or not at all, for their owner only.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::NamedTempFile;

/// Checks that the file of this option can be written, before a request is sent.
pub(super) fn check(option: &str, path: &Path) -> Result<()> {
    let shown = path.display();
    ensure!(parent_folder(path).is_dir(), "{option} {shown}: the folder does not exist");
    // Persisting would replace a device by a file.
    let is_file = path.symlink_metadata().map_or(true, |there| there.is_file());
    ensure!(is_file, "{option} {shown} is not a regular file and can't be replaced");
    Ok(())
}

/// Writes the file atomically, readable by its owner only.
pub(super) fn write(bytes: &[u8], path: &Path, overwrite: bool) -> Result<()> {
    let mut file = NamedTempFile::new_in(parent_folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let kept = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|failed| failed.error)?;
    Ok(())
}

fn parent_folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_atomically() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        write(b"one", &path, false).expect("a new file");
        // The file was created after the check.
        assert!(write(b"two", &path, false).is_err());
        assert_eq!(std::fs::read(&path).expect("the file"), b"one");
        write(b"two", &path, true).expect("the file replaced");
        assert_eq!(std::fs::read(&path).expect("the file"), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }
}
