//! A running `keyfob dev-identity`, and a client that uses plain sockets.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use super::machine::DeveloperMachine;
use crate::fake::server::{ask, stop, wait_for_line};

/// The command on this machine, in an environment with nothing but PATH.
pub(crate) fn keyfob(machine: &DeveloperMachine, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.arg("dev-identity").args(arguments).env_clear().env("PATH", machine.path());
    command
}

/// A running server. Dropping it kills the process.
pub(crate) struct DevIdentityServer {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// The printed lines for a shell.
    pub(crate) printed: String,
    /// The variables of the lines, if they are those of a .env file.
    pub(crate) environment: BTreeMap<String, String>,
    /// The lines of stderr that were read so far.
    pub(crate) log: String,
}

impl DevIdentityServer {
    pub(crate) fn start(machine: &DeveloperMachine, variables: &[(&str, &str)]) -> Self {
        Self::of(keyfob(machine, &["--shell", "dotenv"]).envs(variables.iter().copied()))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut server =
            Self { child, stderr, printed: String::new(), environment: BTreeMap::new(), log: String::new() };
        server.wait_for_line("Requests:");
        // stdout is written before this line.
        server.printed = String::from_utf8(stdout.fill_buf().unwrap().to_vec()).unwrap();
        let variables = server.printed.lines().filter_map(|line| line.split_once('='));
        server.environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        server
    }

    /// Reads lines of stderr until one contains this text.
    #[track_caller]
    pub(crate) fn wait_for_line(&mut self, text: &str) -> String {
        wait_for_line(&mut self.stderr, &mut self.log, text)
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.environment["IDENTITY_ENDPOINT"].strip_prefix("http://").unwrap().strip_suffix("/msi/token").unwrap()
    }

    /// Requests a token as App Service documents it: status and body.
    pub(crate) fn token(&self, resource: &str) -> (u16, Value) {
        self.get(&format!("/msi/token?api-version=2019-08-01&resource={resource}"))
    }

    /// Requests a path, with the right header.
    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let header = self.environment["IDENTITY_HEADER"].as_str();
        self.ask(self.address(), path, &[("x-identity-header", header)])
    }

    /// Sends a token request, and does not wait for the response.
    pub(crate) fn send_token_request(&self, resource: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let (host, header) = (self.address(), &self.environment["IDENTITY_HEADER"]);
        let path = format!("/msi/token?api-version=2019-08-01&resource={resource}");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nX-IDENTITY-HEADER: {header}\r\n\r\n").unwrap();
        stream
    }

    /// Sends a request with any Host header and other headers.
    pub(crate) fn ask(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let stream = TcpStream::connect(self.address()).unwrap();
        let answer = ask(stream, host, path, headers);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\ncache-control: no-store\r\n"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    /// Sends a signal and waits for the end: exit status, and the whole log.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let status = stop(&mut self.child, &mut self.stderr, &mut self.log, signal);
        (status, std::mem::take(&mut self.log))
    }
}

impl Drop for DevIdentityServer {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}
