//! Files over wasi:filesystem.

use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{DescriptorFlags, ErrorCode as FsError, OpenFlags, PathFlags};

use crate::platform::{FileError, granted_folder};
use crate::secret::SecretBytes;

/// Reads a file in a folder that the host granted (a preopen).
pub(super) fn read_file(path: &str, limit: usize) -> Result<SecretBytes, FileError> {
    let folders = preopens::get_directories();
    let (folder, path_in_folder) = granted_folder(&folders, path).ok_or(FileError::NotGranted)?;
    // Kubernetes mounts a token as a symbolic link inside its folder. The host follows no link out of the folder.
    let file = folder
        .open_at(PathFlags::SYMLINK_FOLLOW, &path_in_folder, OpenFlags::empty(), DescriptorFlags::READ)
        .map_err(|code| if code == FsError::NoEntry { FileError::NotFound } else { FileError::Unreadable })?;
    let mut bytes = SecretBytes::default();
    loop {
        let (chunk, end) = file.read(16 * 1024, bytes.0.len() as u64).map_err(|_| FileError::Unreadable)?;
        bytes.0.extend_from_slice(&chunk);
        if bytes.0.len() > limit {
            return Err(FileError::TooLarge);
        }
        if end || chunk.is_empty() {
            return Ok(bytes);
        }
    }
}
