//! Files over wasi:filesystem.

use wasip3::filesystem::preopens;
use wasip3::filesystem::types::{DescriptorFlags, ErrorCode as FsError, OpenFlags, PathFlags};
use wasip3::wit_bindgen::StreamResult;

use super::CHUNK;
use crate::platform::{FileError, granted_folder};
use crate::prelude::*;
use crate::secret::SecretBytes;

/// Reads a file in a folder that the host granted (a preopen).
pub(super) async fn read_file(path: &str, limit: usize) -> Result<SecretBytes, FileError> {
    let folders = preopens::get_directories();
    let (folder, path_in_folder) = granted_folder(&folders, path).ok_or(FileError::NotGranted)?;
    // Kubernetes mounts a token as a symbolic link inside its folder. The host follows no link out of the folder.
    let file = folder
        .open_at(PathFlags::SYMLINK_FOLLOW, path_in_folder, OpenFlags::empty(), DescriptorFlags::READ)
        .await
        .map_err(|code| if matches!(code, FsError::NoEntry) { FileError::NotFound } else { FileError::Unreadable })?;
    let (mut stream, end) = file.read_via_stream(0);
    let mut bytes = SecretBytes::default();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(CHUNK)).await;
        bytes.0.extend_from_slice(&chunk);
        if bytes.0.len() > limit {
            return Err(FileError::TooLarge);
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return end.await.map(|()| bytes).map_err(|_| FileError::Unreadable);
        }
    }
}
