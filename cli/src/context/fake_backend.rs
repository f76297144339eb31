//! A fake Azure in this process instead of the real one.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::folders::Folder;
use crate::fake::{self, Placed, Source};
use fake_azure::Fake;
use keyfob_host_test::clock::Clock;
use keyfob_host_test::egress::Egress;

/// The world of a description, and its platform's files for as long as a call takes.
pub(super) struct Invented {
    fake: Arc<Fake>,
    placed: Vec<Placed>,
    _folder: fake::Folder,
}

impl Invented {
    pub(super) fn of(source: &Source) -> Result<Self> {
        let fake = Arc::new(source.load()?);
        let folder = fake::Folder::temporary()?;
        Ok(Self { placed: folder.place(&fake)?, fake, _folder: folder })
    }

    /// What the component finds in its environment.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        fake::environment(&self.fake)
    }

    /// The folders of its platform's files, under the platform's own paths.
    pub(super) fn folders(&self) -> Vec<Folder> {
        let folder = |placed: &Placed| {
            let guest = Path::new(&placed.told).parent()?.to_str()?.to_owned();
            Some(Folder { host: placed.real.parent()?.to_owned(), guest })
        };
        self.placed.iter().filter_map(folder).collect()
    }

    /// The way to it, and to nowhere else.
    pub(super) fn egress(&self) -> Egress {
        Egress::in_process(self.fake.clone(), Clock::real())
    }
}
