//! A tar archive of a few files whose bytes do not depend on where or when it is made.

use anyhow::{Context, Result};
use jiff::Timestamp;
use tar::{Builder, EntryType, Header};

pub(super) struct Archive {
    builder: Builder<Vec<u8>>,
    modified: u64,
}

impl Archive {
    /// An empty archive. `modified` becomes the date of all files; it must not be before 1970.
    pub(super) fn new(modified: Timestamp) -> Result<Self> {
        let modified = modified.as_second().try_into().context("the archive's date is before 1970")?;
        Ok(Self { builder: Builder::new(Vec::new()), modified })
    }

    /// Adds a file that everybody may read, with root as its owner.
    pub(super) fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(content.len().try_into()?);
        header.set_mtime(self.modified);
        self.builder
            .append_data(&mut header, name, content)
            .with_context(|| format!("{name} does not fit into the archive"))
    }

    /// The archive's bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        Ok(self.builder.into_inner()?)
    }
}
