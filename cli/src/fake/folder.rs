//! The folder with the files for an app: the certificate authority, and the platform's files.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use fake_azure::{CertificateAuthority, Fake};
use tempfile::TempDir;

/// A temporary or persistent folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _temporary: Option<TempDir>,
}

/// A file of the platform.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlatformFile {
    /// Its path on the platform.
    pub(crate) app_path: String,
    /// Where it is on this machine.
    pub(crate) disk_path: PathBuf,
}

impl Folder {
    /// A temporary folder that only its owner can read, removed when the value is dropped.
    pub(crate) fn temporary() -> Result<Self> {
        let folder = TempDir::with_prefix("keyfob-fake-").context("can't create a temporary folder")?;
        Ok(Self { path: folder.path().to_owned(), _temporary: Some(folder) })
    }

    /// A persistent folder, created if it does not exist.
    pub(crate) fn persistent(path: &Path) -> Result<Self> {
        let created = fs::create_dir_all(path).and_then(|()| fs::canonicalize(path));
        let path = created.with_context(|| format!("--dir {} can't be used", path.display()))?;
        Ok(Self { path, _temporary: None })
    }

    /// The path of the authority's certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    /// The authority stored in this folder, or a new one, which is stored.
    pub(crate) fn authority(&self) -> Result<CertificateAuthority> {
        let (certificate, key) = (self.ca_file(), self.path.join("ca-key.pem"));
        let advice = || {
            format!(
                "{} and {} can't be used: remove both, and a new authority is created",
                certificate.display(),
                key.display()
            )
        };
        match (read_if_present(&certificate).with_context(advice)?, read_if_present(&key).with_context(advice)?) {
            (Some(certificate), Some(key)) => CertificateAuthority::from_pem(&certificate, &key).with_context(advice),
            (None, None) => {
                let created = CertificateAuthority::new()?;
                write_private(&key, &created.key_pem())?;
                write_private(&certificate, created.pem())?;
                Ok(created)
            }
            _ => bail!("one of the two files is missing: {}", advice()),
        }
    }

    /// The place of an absolute path within this folder.
    pub(crate) fn resolve(&self, app_path: &str) -> PathBuf {
        let parts = Path::new(app_path).components().filter(|part| matches!(part, Component::Normal(_)));
        self.path.join(parts.collect::<PathBuf>())
    }

    /// Writes the platform's files, each at its path within this folder.
    pub(crate) fn write_platform_files(&self, fake: &Fake) -> Result<Vec<PlatformFile>> {
        let mut platform_files = Vec::new();
        for (app_path, content) in fake.files().into_iter().chain(fake.federated_token_file()) {
            let disk_path = self.resolve(&app_path);
            write_private(&disk_path, &content)?;
            platform_files.push(PlatformFile { app_path, disk_path });
        }
        Ok(platform_files)
    }
}

fn read_if_present(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes a file that is created with access for its owner only.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let write = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    };
    write().with_context(|| format!("{} can't be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::super::example::Example;
    use super::super::source::Source;
    use super::*;

    #[test]
    fn authority_is_stored_and_validated() {
        let parent = TempDir::new().unwrap();
        let path = parent.path().join("a/b");
        let first = Folder::persistent(&path).unwrap().authority().unwrap();
        let again = Folder::persistent(&path).unwrap().authority().unwrap();
        assert_eq!(first.pem(), again.pem());
        #[cfg(unix)]
        {
            let mode = fs::metadata(path.join("ca-key.pem")).unwrap();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
        }
        let broken = || format!("{:#}", Folder::persistent(&path).unwrap().authority().unwrap_err());
        fs::write(path.join("ca-key.pem"), "nonsense").unwrap();
        let message = broken();
        assert!(message.contains("remove both") && message.contains("the key is not a PEM key"), "{message}");
        fs::remove_file(path.join("ca-key.pem")).unwrap();
        assert!(broken().contains("one of the two files is missing"), "{}", broken());
    }

    #[test]
    fn platform_files_are_within_the_folder() {
        let folder = Folder::temporary().unwrap();
        let aks = folder.write_platform_files(&Source::Example(Example::Aks).load().unwrap()).unwrap();
        let app_path = "/var/run/secrets/azure/tokens/azure-identity-token";
        let disk_path = folder.path.join(&app_path[1..]);
        assert_eq!(
            fs::read_to_string(&disk_path).unwrap(),
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.ZmFrZS10b2tlbg"
        );
        assert_eq!(aks, [PlatformFile { app_path: app_path.to_owned(), disk_path }]);
        let arc = folder.write_platform_files(&Source::Example(Example::AzureArc).load().unwrap()).unwrap();
        assert!(
            arc[0].app_path.starts_with("/var/opt/azcmagent/tokens/") && arc[0].disk_path.starts_with(&folder.path),
            "{arc:?}"
        );
        let path = folder.path.clone();
        drop(folder);
        assert!(!path.exists());
    }
}
