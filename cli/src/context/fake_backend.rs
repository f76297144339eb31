//! A fake Azure in this process, instead of the network.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use fake_azure::Fake;
use keyfob_host_test::clock::Clock;
use keyfob_host_test::egress::Egress;

use super::folders::MappedFolder;
use crate::fake::{self, PlatformFile, Source};

/// A fake Azure, and its platform's files in a temporary folder.
pub(super) struct FakeBackend {
    fake: Arc<Fake>,
    platform_files: Vec<PlatformFile>,
    _folder: fake::Folder,
}

impl FakeBackend {
    pub(super) fn start(source: &Source) -> Result<Self> {
        let fake = Arc::new(source.load()?);
        let folder = fake::Folder::temporary()?;
        Ok(Self { platform_files: folder.write_platform_files(&fake)?, fake, _folder: folder })
    }

    /// The variables that the fake platform sets.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        fake::environment(&self.fake)
    }

    /// The folders of the platform's files, mapped to the platform's own paths.
    pub(super) fn folders(&self) -> Vec<MappedFolder> {
        let folder = |file: &PlatformFile| {
            let guest = Path::new(&file.app_path).parent()?.to_str()?.to_owned();
            Some(MappedFolder { host: file.disk_path.parent()?.to_owned(), guest })
        };
        self.platform_files.iter().filter_map(folder).collect()
    }

    /// Sends every request to the fake Azure.
    pub(super) fn egress(&self) -> Egress {
        Egress::in_process(self.fake.clone(), Clock::real())
    }
}
