//! A run of the command, and its output.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::{CERTIFICATE, CLIENT_SECRET, FEDERATED, IDENTITY_HEADER, TOKEN, VALUE, WRONG_SECRET, World};

/// Builds a run of the command. The caller's environment is empty except for what the test sets.
pub(crate) struct Run<'w> {
    world: &'w World,
    arguments: Vec<String>,
    app_args: Vec<String>,
    caller: Vec<(String, String)>,
    routes: Vec<(String, SocketAddr)>,
    stdin: Option<PathBuf>,
    clean: bool,
    trusting: bool,
    tls_routes: bool,
}

impl<'w> Run<'w> {
    pub(crate) fn new(world: &'w World, arguments: &[&str]) -> Self {
        let run = Self {
            world,
            arguments: Vec::new(),
            app_args: Vec::new(),
            caller: Vec::new(),
            routes: Vec::new(),
            stdin: None,
            clean: true,
            trusting: true,
            tls_routes: true,
        };
        run.args(arguments)
    }

    pub(crate) fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// The arguments after `--`.
    pub(crate) fn app_args(mut self, arguments: &[&str]) -> Self {
        self.app_args = arguments.iter().map(|&argument| argument.to_owned()).collect();
        self
    }

    pub(crate) fn path(self, option: &str, path: &Path) -> Self {
        self.args(&[option, path.to_str().unwrap()])
    }

    pub(crate) fn json(self) -> Self {
        self.args(&["--json"])
    }

    /// `--env`.
    pub(crate) fn env(self, name: &str, value: &str) -> Self {
        self.args(&["--env", &format!("{name}={value}")])
    }

    /// The fake platform's variables, each with `--env`.
    pub(crate) fn platform(self) -> Self {
        let variables = self.world.fake.environment();
        variables.iter().fold(self, |run, (name, value)| run.env(name, value))
    }

    /// A variable of the caller's environment.
    pub(crate) fn caller_env(mut self, name: &str, value: &str) -> Self {
        self.caller.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The content of stdin, which is empty by default.
    pub(crate) fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(self.world.write("stdin", content.as_ref()));
        self
    }

    /// Without `--clean-env`, and with `--inherit-env` for an app.
    pub(crate) fn inherit_env(mut self) -> Self {
        self.clean = false;
        self
    }

    /// Without `--cacert`.
    pub(crate) fn without_ca(mut self) -> Self {
        self.trusting = false;
        self
    }

    /// Without the rules of `--connect-to` for hosts that are reached by https.
    pub(crate) fn without_tls_routes(mut self) -> Self {
        self.tls_routes = false;
        self
    }

    /// `--connect-to`; the first rule for a host applies.
    pub(crate) fn connect_to(mut self, authority: &str, address: SocketAddr) -> Self {
        self.routes.push((authority.to_owned(), address));
        self
    }

    pub(crate) fn output(self) -> Output {
        let output = Output::of(&mut self.command());
        output.assert_no_secrets(self.arguments.first().map_or("", String::as_str));
        output
    }

    /// The command, not started yet.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
        let caller = self.caller.iter().map(|(name, value)| (name, value));
        command.args(&self.arguments).env_clear().envs(caller).current_dir(self.world.folder());
        command.stdin(self.stdin.as_ref().map_or_else(Stdio::null, |path| File::open(path).unwrap().into()));
        // An app's environment is empty by default.
        match (self.arguments.first().map(String::as_str), self.clean) {
            (Some("run"), false) => _ = command.arg("--inherit-env"),
            (Some("run"), true) => {}
            (_, true) => _ = command.arg("--clean-env"),
            (_, false) => {}
        }
        if self.trusting {
            command.arg("--cacert").arg(&self.world.ca);
        }
        let routes = self.routes.iter().chain(self.world.routes());
        for (authority, address) in routes.filter(|(authority, _)| self.tls_routes || !authority.ends_with(":443")) {
            command.arg("--connect-to").arg(format!("{authority}={address}"));
        }
        if !self.app_args.is_empty() {
            command.arg("--").args(&self.app_args);
        }
        command
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// stdout of a successful run without its newline. stderr must be empty.
    #[track_caller]
    pub(crate) fn success(&self) -> &str {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        self.stdout.strip_suffix('\n').expect("a newline")
    }

    /// What a successful run printed, exactly.
    #[track_caller]
    pub(crate) fn value(&self) -> &str {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        &self.stdout
    }

    /// The JSON that a successful run printed.
    #[track_caller]
    pub(crate) fn success_json(&self) -> Value {
        serde_json::from_str(self.success()).expect("JSON")
    }

    /// The error that a failed run printed as JSON. It must have the documented members.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        assert_eq!(self.status, 1, "{self:?}");
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        let mut printed: Value = serde_json::from_str(&self.stdout).expect("JSON");
        assert_eq!(keys(&printed), ["error"]);
        let error = printed["error"].take();
        for documented in ["attempts", "code", "hint", "kind", "message", "status"] {
            assert!(keys(&error).contains(&documented), "{documented}: {error}");
        }
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
        assert!(error["hint"].is_null() || error["hint"].is_string(), "{error}");
        assert!(error["status"].is_null() || error["status"].is_u64(), "{error}");
        assert!(error["code"].is_null() || error["code"].is_string(), "{error}");
        for attempt in error["attempts"].as_array().expect("attempts") {
            assert_eq!(keys(attempt), ["credential", "message", "outcome"]);
            assert!(attempt["message"].is_string() && attempt["credential"].is_string(), "{attempt}");
            let outcome = attempt["outcome"].as_str().unwrap();
            assert!(["unavailable", "failed", "not-supported"].contains(&outcome), "{attempt}");
        }
        error
    }

    /// stderr of a run that failed with wrong usage.
    #[track_caller]
    pub(crate) fn usage_error(&self) -> &str {
        assert_eq!((self.status, self.stdout.as_str()), (2, ""), "{self:?}");
        &self.stderr
    }

    /// Searches the output of each run for secrets. Only the stdout of get-secret may contain the value, and only that of
    /// get-token a token.
    #[track_caller]
    fn assert_no_secrets(&self, verb: &str) {
        for canary in [CLIENT_SECRET, WRONG_SECRET, FEDERATED, IDENTITY_HEADER, VALUE, TOKEN] {
            assert!(!self.stderr.contains(canary), "{canary} on stderr: {self:?}");
            let meant = self.status == 0 && [("get-secret", VALUE), ("get-token", TOKEN)].contains(&(verb, canary));
            assert!(meant || !self.stdout.contains(canary), "{canary} on stdout: {self:?}");
        }
        for line in CERTIFICATE.lines() {
            assert!(!self.stdout.contains(line) && !self.stderr.contains(line), "{line}: {self:?}");
        }
    }
}

impl From<std::process::Output> for Output {
    fn from(output: std::process::Output) -> Self {
        Self {
            status: output.status.code().expect("an exit status"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[track_caller]
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn secret_check_detects_leaks() {
    let shown = |status, stdout: &str, stderr: &str| {
        let output = Output { status, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        std::panic::catch_unwind(|| output.assert_no_secrets("get-secret")).is_err()
    };
    assert!(!shown(0, VALUE, "GET https://host/ -> 200"));
    assert!(shown(0, VALUE, &format!("x={IDENTITY_HEADER}")));
    assert!(shown(0, TOKEN, ""));
    assert!(shown(1, VALUE, ""));
    assert!(shown(0, VALUE, CERTIFICATE));
}
