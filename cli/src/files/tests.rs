use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn error<T>(result: Result<T>) -> String {
    format!("{:#}", result.err().expect("an error"))
}

#[test]
fn new_folders_and_files_are_for_their_owner_only() {
    let parent = TempDir::new().unwrap();
    let folder = OwnFolder::open(&parent.path().join("a/b")).unwrap();
    folder.write(Path::new("var/run/token"), "one").unwrap();
    folder.write(Path::new("var/run/token"), "two").unwrap();
    for (path, expected) in
        [("a", 0o700), ("a/b", 0o700), ("a/b/var", 0o700), ("a/b/var/run", 0o700), ("a/b/var/run/token", 0o600)]
    {
        assert_eq!(mode(&parent.path().join(path)), expected, "{path}");
    }
    assert_eq!(folder.read("var/run/token").unwrap().as_deref(), Some("two"));
    assert_eq!(fs::read_dir(parent.path().join("a/b/var/run")).unwrap().count(), 1);
    assert_eq!(folder.read("other").unwrap(), None);
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("dir");
    for (bits, says) in [(0o775, "chmod go-w"), (0o777, "chmod go-w"), (0o1777, "chmod go-w"), (0o755, "")] {
        fs::create_dir_all(&path).unwrap();
        set_mode(&path, bits);
        match OwnFolder::open(&path) {
            Ok(_) => assert_eq!(says, "", "{bits:o}"),
            Err(error) => assert!(!says.is_empty() && format!("{error:#}").contains(says), "{bits:o}: {error:#}"),
        }
    }
    // Somebody can put another folder in its place, but not in a folder like /tmp.
    set_mode(parent.path(), 0o777);
    assert!(error(OwnFolder::open(&path)).contains("everybody can write to"));
    set_mode(parent.path(), 0o1777);
    OwnFolder::open(&path).unwrap();
}

#[test]
fn what_belongs_to_another_user_is_refused() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("dir");
    fs::create_dir(&path).unwrap();
    // Only root can give a folder away, and root's own are foreign to all others.
    let foreign = if user() == 0 {
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
        path
    } else {
        PathBuf::from("/etc")
    };
    let said = error(OwnFolder::open(&foreign));
    assert!(said.contains("belongs to user") && said.contains(&format!("you are user {}", user())), "{said}");
}

#[test]
fn links_pipes_and_files_that_others_can_write_are_not_read() {
    let parent = TempDir::new().unwrap();
    let folder = OwnFolder::open(parent.path()).unwrap();
    let path = |name: &str| parent.path().join(name);
    fs::write(path("real"), "text").unwrap();
    set_mode(&path("real"), 0o600);
    symlink(path("real"), path("link")).unwrap();
    symlink(path("missing"), path("dangling")).unwrap();
    fs::write(path("open"), "text").unwrap();
    set_mode(&path("open"), 0o666);
    let pipe = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(pipe.success());
    for (name, says) in [
        ("link", "is a symbolic link"),
        ("dangling", "is a symbolic link"),
        ("open", "other users can write to"),
        ("pipe", "is not a regular file"),
    ] {
        let said = error(folder.read(name));
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(folder.read("real").unwrap().as_deref(), Some("text"));
}

#[test]
fn a_link_is_replaced_and_not_written_through() {
    let parent = TempDir::new().unwrap();
    let folder = OwnFolder::open(&parent.path().join("dir")).unwrap();
    let outside = parent.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "kept").unwrap();
    symlink(outside.join("file"), folder.path().join("file")).unwrap();
    folder.write(Path::new("file"), "new").unwrap();
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "kept");
    assert_eq!(folder.read("file").unwrap().as_deref(), Some("new"));
    symlink(&outside, folder.path().join("var")).unwrap();
    assert!(error(folder.write(Path::new("var/file"), "new")).contains("var is not a folder"));
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "kept");
}

#[test]
fn output_goes_through_own_links_and_into_no_file_of_others() {
    let parent = TempDir::new().unwrap();
    let path = |name: &str| parent.path().join(name);
    write_output(&path("new"), b"longer text").unwrap();
    symlink("new", path("link")).unwrap();
    write_output(&path("link"), b"text").unwrap();
    assert_eq!(fs::read(path("new")).unwrap(), b"text");
    write_output(Path::new("/dev/null"), b"text").unwrap();
    assert!(write_output(parent.path(), b"text").is_err());
    if user() == 0 {
        // Only root can give files away.
        set_mode(parent.path(), 0o1777);
        std::os::unix::fs::chown(path("new"), Some(65534), None).unwrap();
        std::os::unix::fs::lchown(path("link"), Some(65534), None).unwrap();
        assert!(error(write_output(&path("new"), b"other")).contains("it belongs to user 65534"));
        assert!(error(write_output(&path("link"), b"other")).contains("link is a symbolic link of user 65534"));
        assert!(error(OwnFolder::open(&path("link"))).contains("is a symbolic link of user 65534"));
        assert_eq!(fs::read(path("new")).unwrap(), b"text");
        // In a folder of one's own it is the user's decision.
        set_mode(parent.path(), 0o755);
        write_output(&path("new"), b"other").unwrap();
    }
}
