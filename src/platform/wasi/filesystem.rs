//! Files over wasi:filesystem.

use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{DescriptorFlags, ErrorCode as FsError, OpenFlags, PathFlags};

use crate::platform::FileError;
use crate::prelude::*;
use crate::secret::SecretBytes;

/// Reads a file in a folder that the host granted (a preopen).
pub(super) fn read_file(path: &str, limit: usize) -> Result<SecretBytes, FileError> {
    // The innermost granted folder that contains the path.
    let folders = preopens::get_directories();
    let inside = |folder: &str| {
        if folder == "." {
            return (!path.starts_with('/')).then(|| path.to_owned());
        }
        path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/').map(str::to_owned)
    };
    let (folder, path_in_folder) = folders
        .iter()
        .filter_map(|(folder, name)| Some((name.len(), folder, inside(name)?)))
        .max_by_key(|(length, ..)| *length)
        .map(|(_, folder, path_in_folder)| (folder, path_in_folder))
        .ok_or(FileError::NotGranted)?;
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
