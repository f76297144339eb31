//! The folders that the component may read: the folders of files that its environment names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::environment::Environment;

/// Variables whose value is a file that a credential reads.
const FILE_VARIABLES: [&str; 2] = ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"];

/// Where the Azure Arc agent writes the keys of its challenges
/// (<https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>).
const ARC_KEYS: &str = "/var/opt/azcmagent/tokens";

/// A folder on this machine, and its path in the component.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MappedFolder {
    pub(super) host: PathBuf,
    pub(super) guest: String,
}

/// The folders of an environment, each with the variable that names it. They are mapped instead of the files, because on
/// Kubernetes the token file is a symlink within its folder whose target changes with the token. A folder that does not exist
/// or can't be read is left out: the component reports the missing file. Fails for a file in the root folder.
pub(super) fn named_folders(environment: &Environment) -> Result<Vec<(MappedFolder, &'static str)>> {
    let mut folders = Vec::new();
    for name in FILE_VARIABLES {
        if let Some(file) = environment.get(name) {
            let parent = Path::new(file).parent().unwrap_or(Path::new(""));
            folders.extend(map_folder(parent, name)?.map(|folder| (folder, name)));
        }
    }
    // Only the Azure Arc agent sets this variable.
    if environment.get("IMDS_ENDPOINT").is_some() {
        folders.extend(map_folder(Path::new(ARC_KEYS), "Azure Arc")?.map(|folder| (folder, "IMDS_ENDPOINT")));
    }
    Ok(folders)
}

fn map_folder(path: &Path, why: &str) -> Result<Option<MappedFolder>> {
    // A relative path is the same in the component; `.` is the current folder.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let Ok(real) = fs::canonicalize(path) else {
        return Ok(None);
    };
    // Only root and the group himds may read the keys of Azure Arc.
    if fs::read_dir(&real).is_err() {
        return Ok(None);
    }
    if real.parent().is_none() {
        bail!(
            "{why} names a file directly in {}: the component may not read the whole disk; move the file to a folder",
            real.display()
        );
    }
    Ok(path.to_str().map(|guest| MappedFolder { host: real.clone(), guest: guest.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guests(file: &str) -> Result<Vec<String>> {
        let environment = Environment::from_pairs(&[("AZURE_FEDERATED_TOKEN_FILE", file)]);
        Ok(named_folders(&environment)?.into_iter().map(|(folder, _)| folder.guest).collect())
    }

    #[test]
    fn the_folder_of_a_file_is_mapped() {
        // The working directory of a test is the crate's folder.
        assert_eq!(guests("src/token").expect("a folder"), ["src"]);
        assert_eq!(guests("token").expect("a folder"), ["."]);
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(guests(&format!("{here}/token")).expect("a folder"), [here]);
    }

    #[test]
    fn missing_folders_are_left_out() {
        assert_eq!(guests("no-such-folder/token").expect("no folder"), [""; 0]);
        assert_eq!(guests("Cargo.toml/token").expect("no folder"), [""; 0]);
        assert_eq!(guests("").expect("no folder"), [""; 0]);
    }

    #[test]
    fn the_root_is_rejected() {
        assert!(guests("/token").is_err());
        assert!(guests("/proc/../token").is_err());
    }
}
