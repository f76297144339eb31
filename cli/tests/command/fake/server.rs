//! A running `keyfob fake`, and a client that uses plain sockets.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use fake_azure::{Description, Fake};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The command in an environment with nothing but PATH.
pub(crate) fn keyfob(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.arg("fake").args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command
}

/// Reads lines until one contains this text, and appends all of them to the log.
#[track_caller]
pub(crate) fn wait_for_line(stderr: &mut impl BufRead, log: &mut String, text: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "{text:?} was not said: {log}");
        log.push_str(&line);
        if line.contains(text) {
            return line;
        }
    }
}

/// Sends a signal, waits for the end, and appends the rest of stderr to the log. Returns the exit status.
pub(crate) fn stop(child: &mut Child, stderr: &mut impl Read, log: &mut String, signal: &str) -> Option<i32> {
    let id = child.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill \"$0\" \"$1\"", signal, &id]).status().unwrap().success());
    let status = child.wait().unwrap();
    stderr.read_to_string(log).unwrap();
    status.code()
}

/// A running server. Dropping it kills the process.
pub(crate) struct FakeServer {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: BufReader<std::process::ChildStderr>,
    /// The variables that it printed for the app.
    pub(crate) environment: BTreeMap<String, String>,
    /// The lines of stderr that were read so far.
    pub(crate) log: String,
}

impl FakeServer {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = keyfob(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (stdout, stderr) = (BufReader::new(stdout), BufReader::new(stderr));
        let mut server = Self { child, stdout, stderr, environment: BTreeMap::new(), log: String::new() };
        server.wait_for_line("Requests:");
        server.read_environment();
        server
    }

    /// Reads lines of stderr until one contains this text.
    #[track_caller]
    pub(crate) fn wait_for_line(&mut self, text: &str) -> String {
        wait_for_line(&mut self.stderr, &mut self.log, text)
    }

    /// Reads the variables; the vault's URL is the last.
    pub(crate) fn read_environment(&mut self) {
        self.environment.clear();
        while !self.environment.contains_key("KEYVAULT_URL") {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0);
            let variable = line.trim_end().strip_prefix("export ").expect("a line for a shell");
            let (name, value) = variable.split_once('=').unwrap();
            let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).expect("quotes");
            self.environment.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The next line of stdout.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0);
        line.trim_end().to_owned()
    }

    /// `HOST:PORT` of the proxy.
    pub(crate) fn proxy(&self) -> &str {
        self.environment["HTTPS_PROXY"].strip_prefix("http://").unwrap()
    }

    /// Sends a signal and waits for the end: exit status, and the whole log.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let status = stop(&mut self.child, &mut self.stderr, &mut self.log, signal);
        (status, std::mem::take(&mut self.log))
    }

    /// Requests a token from the platform's identity endpoint.
    pub(crate) fn token(&self, client_id: &str) -> String {
        let path = self.environment["IDENTITY_ENDPOINT"].strip_prefix("http://").unwrap();
        let path = path.strip_prefix(self.proxy()).expect("the endpoint on loopback");
        let query = format!("api-version=2019-08-01&resource=https://vault.azure.net&client_id={client_id}");
        let header = ("x-identity-header", self.environment["IDENTITY_HEADER"].as_str());
        let stream = TcpStream::connect(self.proxy()).unwrap();
        let answer = ask(stream, self.proxy(), &format!("{path}?{query}"), &[header]);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str::<serde_json::Value>(body).unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// Requests a secret through the proxy with this token.
    pub(crate) fn secret(&self, host: &str, name: &str, token: &str) -> String {
        self.send("GET", host, name, token, "")
    }

    /// The same with another method and a JSON body.
    pub(crate) fn send(&self, method: &str, host: &str, name: &str, token: &str, body: &str) -> String {
        let (head, tunnel) = connect(self.proxy(), &format!("{host}:443"));
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let ca = std::fs::read(&self.environment["SSL_CERT_FILE"]).unwrap();
        let bearer = format!("Bearer {token}");
        let path = format!("/secrets/{name}?api-version=7.4");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        send(secure(tunnel, host, &ca), method, host, &path, &headers, body)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}

/// Requests a tunnel from a proxy: the response's head, and the stream.
pub(crate) fn connect(proxy: &str, to: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(proxy).unwrap();
    write!(stream, "CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (String::from_utf8(head).unwrap(), stream)
}

/// TLS that trusts only these authorities.
pub(crate) fn secure(stream: TcpStream, host: &str, ca: &[u8]) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

/// Sends a GET request and reads the whole response.
pub(crate) fn ask(stream: impl Read + Write, host: &str, path: &str, headers: &[(&str, &str)]) -> String {
    send(stream, "GET", host, path, headers, "")
}

fn send(
    mut stream: impl Read + Write,
    method: &str,
    host: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    if !body.is_empty() {
        headers.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n{body}").unwrap();
    let mut answer = Vec::new();
    // An error at the end is ignored: the server may close without TLS close_notify.
    stream.read_to_end(&mut answer).unwrap_or_default();
    String::from_utf8(answer).unwrap()
}

/// Every secret of a description.
pub(crate) fn planted(text: &str) -> Vec<String> {
    Fake::new(Description::from_toml(text).unwrap()).unwrap().planted_secrets()
}
