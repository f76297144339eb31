//! `keyfob run` with an app that serves HTTP.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::apps;
use crate::run::Run;
use crate::world::{USER, VALUE, VAULT, World};

/// A running `keyfob run` of an HTTP server.
pub(crate) struct Server {
    child: Child,
    address: String,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Server {
    fn start(run: &Run<'_>) -> Self {
        Self::start_app(run, &apps::server())
    }

    pub(crate) fn start_app(run: &Run<'_>, app: &Path) -> Self {
        let mut child = run.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = stderr.next().expect("a line").unwrap();
        let address = line.strip_prefix(&format!("serving {} on http://", app.display()));
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address, stderr }
    }

    /// Sends a request, and returns status and body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let length = body.len();
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: my-app\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, "")
    }

    pub(crate) fn send(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        // A chunked response has one chunk.
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { body.lines().nth(1).unwrap_or_default() } else { body };
        (status, body.to_owned())
    }

    pub(crate) fn line(&mut self) -> String {
        self.stderr.next().expect("a line").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}

fn server(world: &World) -> Run<'_> {
    world.keyfob(&["run", apps::server().to_str().unwrap(), "--addr", "127.0.0.1:0"]).platform()
}

#[test]
fn each_request_gets_its_own_instance() {
    let world = World::app_service();
    let server = Server::start(&server(&world).env("KEYVAULT_URL", VAULT).env("AZURE_CLIENT_ID", USER));
    for _ in 0..2 {
        assert_eq!(server.get("/count"), (200, "1".to_owned()));
        assert_eq!(server.get("/secret"), (200, format!("{} characters", VALUE.len())));
    }
    // Caches belong to an instance: token and secret are requested twice.
    assert_eq!(world.requests().len(), 4, "{:?}", world.requests());
}

#[test]
fn failure_reaches_the_response() {
    let world = World::app_service();
    let server = Server::start(&server(&world).env("KEYVAULT_URL", VAULT));
    let (status, body) = server.get("/secret");
    assert!(
        status == 502 && body.contains("DefaultAzureCredential: App Service must be told which identity to use."),
        "{body}"
    );
}

#[test]
fn requests_reach_the_app_complete() {
    let world = World::app_service();
    let server = Server::start(&server(&world));
    let body = "x".repeat(200_000);
    assert_eq!(
        server.ask("POST", "/request?a=b", &body),
        (200, "Method::Post my-app /request?a=b 200000 bytes".to_owned())
    );
    assert_eq!(server.get("/else"), (404, "/else".to_owned()));
    assert_eq!(server.send("GET / HTTP/1.0\r\n\r\n"), (400, "the request has no valid Host header\n".to_owned()));
}

#[test]
fn app_errors_are_reported_on_stderr() {
    let world = World::app_service();
    let mut server = Server::start(&server(&world));
    let failed = (500, "the app gave no answer; the stderr of its host says why\n".to_owned());

    assert_eq!(server.get("/error?code=s3cret"), failed);
    assert_eq!(server.line(), "error: GET /error: the app answered with the error ErrorCode::ConfigurationError");
    assert_eq!(server.get("/nothing"), failed);
    assert_eq!(server.line(), "error: GET /nothing: the app ended without an answer");

    let trapped = |server: &mut Server, path: &str| {
        let wanted = format!("error: GET {path}: the app stopped: wasm trap: wasm `unreachable` instruction executed");
        // The app's own output comes first.
        while server.line() != wanted {}
    };
    assert_eq!(server.get("/trap"), failed);
    trapped(&mut server, "/trap");
    assert_eq!(server.get("/trap-after-answer"), (200, "all of it".to_owned()));
    trapped(&mut server, "/trap-after-answer");
    // The server still works.
    assert_eq!(server.get("/count"), (200, "1".to_owned()));
}

#[test]
#[cfg(unix)]
fn ctrl_c_stops_the_server() {
    let world = World::app_service();
    let mut server = Server::start(&server(&world));
    let interrupt = Command::new("kill").arg("-INT").arg(server.child.id().to_string()).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(server.stderr.next().is_none());
}

#[test]
fn unusable_address_is_a_usage_error() {
    let world = World::app_service();
    let first = Server::start(&server(&world));
    for (address, why) in [(first.address.as_str(), "in use"), ("nonsense", "invalid socket address")] {
        let run = world.keyfob(&["run", apps::server().to_str().unwrap(), "--addr", address]).output();
        let said = run.usage_error();
        assert!(said.starts_with(&format!("error: can't listen on {address} (--addr ADDR:PORT")), "{said}");
        assert!(said.contains(why), "{said}");
    }
}
