//! The folder with the files for an app: the certificate authority, and the platform's files.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use fake_azure::{CertificateAuthority, Fake};
use tempfile::TempDir;

use crate::files::OwnFolder;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

/// A temporary or persistent folder.
#[derive(Debug)]
pub(crate) struct Folder {
    files: OwnFolder,
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
        Ok(Self { files: OwnFolder::new(folder.path().to_owned()), _temporary: Some(folder) })
    }

    /// A persistent folder, created for its owner only if it does not exist. Fails if another user may have prepared it: its
    /// authority's key would be theirs.
    pub(crate) fn persistent(path: &Path) -> Result<Self> {
        let files = OwnFolder::open(path).with_context(|| format!("--dir {} can't be used", path.display()))?;
        Ok(Self { files, _temporary: None })
    }

    /// The path of the authority's certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.files.path().join(CERTIFICATE)
    }

    /// The authority stored in this folder, or a new one for these domains, which is stored.
    pub(crate) fn authority(&self, domains: &[String]) -> Result<CertificateAuthority> {
        let advice = || {
            format!(
                "{} and {} can't be used: remove both, and a new authority is created",
                self.ca_file().display(),
                self.files.path().join(KEY).display()
            )
        };
        // Two processes must not store half an authority each.
        let _lock = self.files.lock().with_context(advice)?;
        let read = |name| self.files.read(name).with_context(advice);
        match (read(CERTIFICATE)?, read(KEY)?) {
            (Some(certificate), Some(key)) => {
                let stored = CertificateAuthority::from_pem(&certificate, &key).with_context(advice)?;
                stored.check_domains(domains).with_context(advice)?;
                Ok(stored)
            }
            (Some(_), None) => bail!("one of the two files is missing: {}", advice()),
            // The certificate is written last: nobody trusts the authority of a key without one.
            (None, _) => {
                let created = CertificateAuthority::for_domains(domains)?;
                self.write(Path::new(KEY), &created.key_pem())?;
                self.write(Path::new(CERTIFICATE), created.pem())?;
                Ok(created)
            }
        }
    }

    /// The place of an absolute path within this folder.
    pub(crate) fn resolve(&self, app_path: &str) -> PathBuf {
        self.files.path().join(relative(app_path))
    }

    /// Writes the platform's files, each at its path within this folder.
    pub(crate) fn write_platform_files(&self, fake: &Fake) -> Result<Vec<PlatformFile>> {
        let mut platform_files = Vec::new();
        for (app_path, content) in fake.files().into_iter().chain(fake.federated_token_file()) {
            self.write(&relative(&app_path), &content)?;
            platform_files.push(PlatformFile { disk_path: self.resolve(&app_path), app_path });
        }
        Ok(platform_files)
    }

    fn write(&self, path: &Path, text: &str) -> Result<()> {
        let written = self.files.write(path, text);
        written.with_context(|| format!("{} can't be written", self.files.path().join(path).display()))
    }
}

/// An absolute path without its root.
fn relative(app_path: &str) -> PathBuf {
    Path::new(app_path).components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::Example;
    use super::super::source::Source;
    use super::*;
    use std::fs;

    fn domains() -> Vec<String> {
        vec!["vault.azure.net".to_owned()]
    }

    #[test]
    fn authority_is_stored_and_validated() {
        let parent = TempDir::new().unwrap();
        let path = parent.path().join("a/b");
        let first = Folder::persistent(&path).unwrap().authority(&domains()).unwrap();
        let again = Folder::persistent(&path).unwrap().authority(&domains()).unwrap();
        assert_eq!(first.pem(), again.pem());
        #[cfg(unix)]
        {
            let mode = fs::metadata(path.join("ca-key.pem")).unwrap();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
        }
        let broken = || format!("{:#}", Folder::persistent(&path).unwrap().authority(&domains()).unwrap_err());
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
        let disk_path = folder.files.path().join(&app_path[1..]);
        assert_eq!(
            fs::read_to_string(&disk_path).unwrap(),
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.ZmFrZS10b2tlbg"
        );
        assert_eq!(aks, [PlatformFile { app_path: app_path.to_owned(), disk_path }]);
        let arc = folder.write_platform_files(&Source::Example(Example::AzureArc).load().unwrap()).unwrap();
        assert!(
            arc[0].app_path.starts_with("/var/opt/azcmagent/tokens/")
                && arc[0].disk_path.starts_with(folder.files.path()),
            "{arc:?}"
        );
        let path = folder.files.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
