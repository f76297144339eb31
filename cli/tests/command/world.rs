//! The fake Azure of a test, served in its own thread, with a record of the requests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use fake_azure::wire::{Request, ScriptedResponse, Service};
use fake_azure::{Description, Fake, Server};
use keyfob_host_test::Build;
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use crate::run::Run;

pub(crate) const VAULT: &str = "https://story-kv.vault.azure.net";
pub(crate) const IMDS: &str = "169.254.169.254:80";
pub(crate) const TENANT: &str = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";

pub(crate) const SYSTEM: &str = "33333333-cccc-4ccc-8ccc-000000000003";
pub(crate) const USER: &str = "11111111-aaaa-4aaa-8aaa-000000000001";
pub(crate) const USER_OBJECT: &str = "11111111-aaaa-4aaa-8aaa-0000000000f1";
pub(crate) const USER_RESOURCE: &str = "/subscriptions/2b0c7f5a-3d41-4e68-9c0b-7a1f5d8e6b32/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a";
pub(crate) const POD: &str = "22222222-bbbb-4bbb-8bbb-000000000002";
pub(crate) const PRINCIPAL: &str = "44444444-dddd-4ddd-8ddd-000000000004";

/// Secrets. Each run's output is searched for them.
pub(crate) const CLIENT_SECRET: &str = "canary~client.secret/1+2";
pub(crate) const WRONG_SECRET: &str = "canary~wrong.secret";
pub(crate) const VALUE: &str = "canary-the-value-of-secret-a";
pub(crate) const FEDERATED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.Y2FuYXJ5LXRva2Vu";
/// The IDENTITY_HEADER of the fake App Service.
pub(crate) const IDENTITY_HEADER: &str = "6c0f2f8e-95ab-4f43-8e1d-2b6b8f3f7d41";
/// The start of every token: `{"` in base64.
pub(crate) const TOKEN: &str = "eyJ";

pub(crate) const OLD_VERSION: &str = "00000000000000000000000000000001";
pub(crate) const NEW_VERSION: &str = "00000000000000000000000000000002";

/// The principal's certificate, with its private key.
pub(crate) const CERTIFICATE: &str = include_str!("../../../tests/certificates/cert-first.pem");

/// The identities and vaults of every test.
const COMMON_IDENTITIES_AND_VAULTS: &str = concat!(
    r#"
[[identity]]
name = "user"
kind = "user-assigned"
client-id = "11111111-aaaa-4aaa-8aaa-000000000001"
object-id = "11111111-aaaa-4aaa-8aaa-0000000000f1"
resource-id = "/subscriptions/2b0c7f5a-3d41-4e68-9c0b-7a1f5d8e6b32/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"

[[identity]]
name = "pod"
kind = "user-assigned"
assigned = false
client-id = "22222222-bbbb-4bbb-8bbb-000000000002"
federated-token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.Y2FuYXJ5LXRva2Vu"

[[identity]]
name = "principal"
kind = "service-principal"
client-id = "44444444-dddd-4ddd-8ddd-000000000004"
client-secret = "canary~client.secret/1+2"
certificate = """
"#,
    include_str!("../../../tests/certificates/no-key.pem"),
    r#"
"""

[[vault]]
url = "https://story-kv.vault.azure.net"
roles = { user = "Key Vault Secrets User", pod = "Key Vault Secrets User", principal = "Key Vault Secrets User" }

[[vault.secret]]
name = "secret-a"
value = "canary-the-value-of-secret-a, once"
version = "00000000000000000000000000000001"

[[vault.secret]]
name = "secret-a"
value = "canary-the-value-of-secret-a"
version = "00000000000000000000000000000002"
content-type = "text/plain"
tags = { owner = "me" }
nbf = 1700000000
exp = 1900000000
created = 1700000001
updated = 1700000002

[[vault]]
url = "https://kv.corp.example"
roles = { user = "Key Vault Secrets User" }

[[vault.secret]]
name = "secret-a"
value = "canary-the-value-of-secret-a"
"#
);

/// A system-assigned identity without access to the secret.
const SYSTEM_ASSIGNED: &str = r#"
[[identity]]
name = "system"
kind = "system-assigned"
client-id = "33333333-cccc-4ccc-8ccc-000000000003"
"#;

/// A fake Azure with its server, and a folder for files. Dropping it stops the server and removes the folder.
pub(crate) struct World {
    pub(crate) fake: Arc<Fake>,
    pub(crate) ca: PathBuf,
    pub(crate) tls: SocketAddr,
    folder: PathBuf,
    routes: Vec<(String, SocketAddr)>,
    requests: Arc<Mutex<Vec<String>>>,
    /// Bound but not listening, so that connections are refused and the port stays reserved.
    _closed: TcpSocket,
    _server: oneshot::Sender<()>,
}

impl World {
    /// App Service with a user-assigned identity that nothing selects.
    pub(crate) fn app_service() -> Self {
        Self::on("app-service", "")
    }

    /// The same with a system-assigned identity, which has no access to the secret.
    pub(crate) fn app_service_with_both() -> Self {
        Self::on("app-service", SYSTEM_ASSIGNED)
    }

    pub(crate) fn on(platform: &str, more: &str) -> Self {
        Self::with_overrides(platform, more, |_| None)
    }

    /// If `overrides` returns a response, it is used instead of the fake's.
    pub(crate) fn with_overrides(
        platform: &str,
        more: &str,
        overrides: impl Fn(&Request) -> Option<ScriptedResponse> + Send + Sync + 'static,
    ) -> Self {
        let text = format!("platform = '{platform}'\n{more}\n{COMMON_IDENTITIES_AND_VAULTS}");
        let fake = Arc::new(Fake::new(Description::from_toml(&text).unwrap()).unwrap());
        let requests = Arc::default();
        let azure = Arc::new(RecordingAzure {
            fake: Arc::clone(&fake),
            requests: Arc::clone(&requests),
            overrides: Box::new(overrides),
        });
        let authorities = fake.authorities();
        let (ready, started) = mpsc::channel();
        let (_server, closed) = oneshot::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::start(azure).await.unwrap();
                let routes = server.connect_to(&authorities);
                ready.send((routes, server.tls_addr(), server.ca_pem().to_owned())).unwrap();
                // Runs until the world is dropped.
                closed.await.unwrap_err();
            });
        });
        let (mut routes, tls, ca_pem) = started.recv().unwrap();

        let _closed = TcpSocket::new_v4().unwrap();
        _closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        if routes.iter().all(|(authority, _)| authority != IMDS) {
            routes.push((IMDS.to_owned(), _closed.local_addr().unwrap()));
        }
        let folder = folder();
        let ca = folder.join("ca.pem");
        std::fs::write(&ca, ca_pem).unwrap();
        Self { fake, ca, tls, folder, routes, requests, _closed, _server }
    }

    /// `keyfob` with these arguments in an empty environment, connected to this fake Azure and trusting its certificate
    /// authority.
    pub(crate) fn keyfob(&self, arguments: &[&str]) -> Run<'_> {
        Run::new(self, arguments)
    }

    /// `keyfob get-secret secret-a` with the vault's URL and the platform's environment.
    pub(crate) fn get_secret(&self) -> Run<'_> {
        self.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT]).platform()
    }

    /// `keyfob get-token` for the vault, with the platform's environment.
    pub(crate) fn get_token(&self) -> Run<'_> {
        self.keyfob(&["get-token", "--scope", "https://vault.azure.net/.default"]).platform()
    }

    /// The addresses of the fake's hosts, for `--connect-to`.
    pub(crate) fn routes(&self) -> &[(String, SocketAddr)] {
        &self.routes
    }

    /// `METHOD URL` of each request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Writes a text file to the test's folder.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        self.write(name, content.as_bytes())
    }

    /// Writes a file to the test's folder.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Writes a build of the component to the test's folder.
    pub(crate) fn component(&self, build: Build) -> PathBuf {
        let path = self.folder.join("mine.wasm");
        std::fs::write(&path, build.bytes()).unwrap();
        path
    }

    /// The test's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for World {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

/// Creates a new folder in cargo's folder for test files.
fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("command-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

type Overrides = Box<dyn Fn(&Request) -> Option<ScriptedResponse> + Send + Sync>;

/// Records each request, and lets the test override the response.
struct RecordingAzure {
    fake: Arc<Fake>,
    requests: Arc<Mutex<Vec<String>>>,
    overrides: Overrides,
}

impl Service for RecordingAzure {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        self.requests.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
        (self.overrides)(request).unwrap_or_else(|| self.fake.handle(request, now))
    }
}
