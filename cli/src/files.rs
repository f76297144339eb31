//! Files and folders that other users of the machine must not have prepared.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::NamedTempFile;

/// Bits of a mode: who may write, and that nobody may rename what belongs to others.
#[cfg(unix)]
const OTHERS: u32 = 0o002;
#[cfg(unix)]
const GROUP_AND_OTHERS: u32 = 0o022;
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// The most bytes of a file that is read.
const LARGEST_FILE: u64 = 1 << 16;

/// A folder that belongs to this user, and that nobody else can write to.
#[derive(Debug)]
pub(crate) struct OwnFolder(PathBuf);

impl OwnFolder {
    /// Opens the folder, or creates it and its parents for this user only.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        check_links(path)?;
        create_private(path)?;
        let path = fs::canonicalize(path)?;
        check(&path, &fs::symlink_metadata(&path)?, Writers::OwnerOnly)?;
        // Whoever can rename the folder can put another one in its place.
        for parent in path.ancestors().skip(1) {
            check(parent, &fs::symlink_metadata(parent)?, Writers::NotEverybody)?;
        }
        Ok(Self(path))
    }

    /// A folder that was just created for this user only.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Waits until no other process holds the folder. The lock ends when the value is dropped.
    #[cfg(unix)]
    pub(crate) fn lock(&self) -> Result<impl Drop> {
        let folder = File::open(&self.0)?;
        folder.lock()?;
        Ok(Lock { _folder: folder })
    }

    /// Folders can't be locked here.
    #[cfg(not(unix))]
    pub(crate) fn lock(&self) -> Result<impl Drop> {
        Ok(Lock {})
    }

    /// The text of a file in this folder, if the file exists. Fails if another user can write to it, and for a symlink.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>> {
        let path = self.0.join(name);
        let mut options = OpenOptions::new();
        options.read(true);
        no_follow(&mut options);
        let file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(_) if path.is_symlink() => bail!("{} is a symbolic link", shown(&path)),
            Err(error) => return Err(error).with_context(|| shown(&path)),
        };
        let metadata = file.metadata()?;
        ensure!(metadata.is_file(), "{} is not a regular file", shown(&path));
        check(&path, &metadata, Writers::OwnerOnly)?;
        let mut text = String::new();
        file.take(LARGEST_FILE).read_to_string(&mut text).with_context(|| shown(&path))?;
        Ok(Some(text))
    }

    /// Writes a file at a path within this folder, for this user only. The file is replaced as a whole, and a symlink with it.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<()> {
        let parents = path.parent().into_iter().flat_map(Path::components);
        let mut folder = self.0.clone();
        for part in parents.filter(|part| matches!(part, Component::Normal(_))) {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(there) => ensure!(there.is_dir(), "{} is not a folder", shown(&folder)),
                Err(_) => create_private(&folder)?,
            }
        }
        let name = path.file_name().context("a file name is missing")?;
        let mut file = NamedTempFile::new_in(&folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(folder.join(name)).map_err(|failed| failed.error)?;
        Ok(())
    }
}

/// Writes a file that the user has named, and follows the user's own symlinks. In a folder where everybody can write, such as
/// `/tmp`, a file that another user has prepared is left alone.
pub(crate) fn write_output(path: &Path, bytes: &[u8]) -> Result<()> {
    check_links(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    // The file of the check is the file that is opened.
    #[cfg(unix)]
    if !path.is_symlink() {
        std::os::unix::fs::OpenOptionsExt::custom_flags(
            &mut options,
            rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
        );
    }
    let mut file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        check_output(path, &metadata)?;
        file.set_len(0)?;
    }
    file.write_all(bytes)?;
    Ok(())
}

/// Fails for a file of another user in a folder where everybody can write.
#[cfg(unix)]
fn check_output(path: &Path, metadata: &Metadata) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_shared = fs::metadata(parent)?.mode() & OTHERS != 0;
    let (owner, user) = (metadata.uid(), user());
    ensure!(!is_shared || owner == user, "it belongs to user {owner}, and you are user {user}: remove it first");
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn check_output(_: &Path, _: &Metadata) -> Result<()> {
    Ok(())
}

/// Fails if the path leads through a symlink of another user who is not root.
#[cfg(unix)]
fn check_links(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    let path = std::path::absolute(path)?;
    for part in path.ancestors() {
        let Ok(there) = fs::symlink_metadata(part) else { continue };
        let is_foreign = there.is_symlink() && ![0, user()].contains(&there.uid());
        ensure!(!is_foreign, "{} is a symbolic link of user {}", shown(part), there.uid());
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn check_links(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Unlocks the folder.
struct Lock {
    #[cfg(unix)]
    _folder: File,
}

impl Drop for Lock {
    fn drop(&mut self) {}
}

/// Who may write to a file or folder.
#[derive(Clone, Copy, Debug)]
enum Writers {
    OwnerOnly,
    /// The owner, the group; everybody only in a folder where nobody can rename what belongs to others, such as `/tmp`.
    NotEverybody,
}

/// Fails if another user owns a file or folder, or may write to it.
#[cfg(unix)]
fn check(path: &Path, metadata: &Metadata, writers: Writers) -> Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let (owner, mode) = (metadata.uid(), metadata.permissions().mode());
    let user = user();
    match writers {
        Writers::OwnerOnly => {
            ensure!(owner == user, "{} belongs to user {owner}, and you are user {user}", shown(path));
            let cure = format!("`chmod go-w {}`, if nobody has changed it", crate::shell::quote(&shown(path)));
            ensure!(mode & GROUP_AND_OTHERS == 0, "other users can write to {}: {cure}", shown(path));
        }
        Writers::NotEverybody => {
            ensure!(mode & OTHERS == 0 || mode & STICKY != 0, "everybody can write to {}", shown(path));
        }
    }
    Ok(())
}

/// Access lists decide here; the folder inherits those of its parent.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn check(_: &Path, _: &Metadata, _: Writers) -> Result<()> {
    Ok(())
}

/// Creates a folder and its parents for this user only.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens no symlink, and does not wait for the writer of a pipe.
#[cfg(unix)]
fn no_follow(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;

    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
}

#[cfg(not(unix))]
fn no_follow(_: &mut OpenOptions) {}

fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

#[cfg(all(test, unix))]
mod tests;
