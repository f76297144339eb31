//! A developer's machine: a PATH with stand-ins of the tools only.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const STAND_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/developer/tool");

/// A folder that serves as PATH. Dropping it removes the folder.
pub(crate) struct DeveloperMachine {
    folder: TempDir,
}

impl DeveloperMachine {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Installs a tool with this output and exit status, or changes them.
    pub(crate) fn tool(&self, name: &str, status: i32, stdout: &str, stderr: &str) {
        for (what, text) in [("status", &*status.to_string()), ("stdout", stdout), ("stderr", stderr)] {
            fs::write(self.file(name, what), text).unwrap();
        }
        if !self.path().join(name).exists() {
            symlink(STAND_IN, self.path().join(name)).unwrap();
        }
    }

    /// Azure CLI, signed in.
    pub(crate) fn az(&self, token: &str, expires_on: u64) {
        let reply = serde_json::json!({ "accessToken": token, "expires_on": expires_on, "tokenType": "Bearer" });
        self.tool("az", 0, &reply.to_string(), "");
    }

    /// Azure CLI, signed out.
    pub(crate) fn az_signed_out(&self) {
        self.tool("az", 1, "", "ERROR: Please run 'az login' to setup account.");
    }

    /// The command line of each run of a tool.
    pub(crate) fn command_lines(&self, name: &str) -> Vec<String> {
        let lines = fs::read_to_string(self.file(name, "starts")).unwrap_or_default();
        lines.lines().map(str::to_owned).collect()
    }

    /// The environment of a tool's last run, as `NAME=value` lines.
    pub(crate) fn environment(&self, name: &str) -> String {
        fs::read_to_string(self.file(name, "env")).unwrap()
    }

    /// Makes a tool block on a named pipe. Opening the pipe for writing waits until the tool has started; closing it lets the
    /// tool continue.
    pub(crate) fn gate(&self, name: &str) -> PathBuf {
        let path = self.file(name, "gate");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    /// The value of PATH.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str, what: &str) -> PathBuf {
        self.path().join(format!("{name}.{what}"))
    }
}
