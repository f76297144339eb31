//! A tar archive of a few files, the same bytes wherever it is made: the ustar format of POSIX.

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;

const BLOCK: usize = 512;
/// Where a header's checksum stands; it is summed up with blanks in its place.
const CHECKSUM: usize = 148;

pub(super) struct Archive {
    bytes: Vec<u8>,
    modified: i64,
}

impl Archive {
    /// All files get the same date.
    pub(super) fn new(modified: Timestamp) -> Self {
        Self { bytes: Vec::new(), modified: modified.as_second() }
    }

    pub(super) fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        ensure!(name.len() <= 100, "{name} is too long a name for the archive");
        let mut header = Vec::with_capacity(BLOCK);
        let mut field = |text: &str, width: usize| {
            header.extend_from_slice(text.as_bytes());
            header.resize(header.len() + width - text.len(), 0);
        };
        field(name, 100);
        field("0000644", 8);
        // Of nobody in particular.
        field("0000000", 8);
        field("0000000", 8);
        field(&format!("{:011o}", content.len()), 12);
        field(&format!("{:011o}", self.modified), 12);
        field("        ", 8);
        // A plain file, no link.
        field("0", 1);
        field("", 100);
        field("ustar", 6);
        field("00", BLOCK - 263);
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header
            .get_mut(CHECKSUM..CHECKSUM + 8)
            .context("a header is longer than that")?
            .copy_from_slice(format!("{sum:06o}\0 ").as_bytes());

        self.bytes.extend(header);
        self.bytes.extend_from_slice(content);
        self.bytes.resize(self.bytes.len().next_multiple_of(BLOCK), 0);
        Ok(())
    }

    /// Two empty blocks are the end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }
}
