//! The example edge-app, with the grants of its spin.toml.
//!
//! Ignored by default, because the app is a workspace of its own: `examples/edge-app/run` builds it and runs these tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use fake_azure::{Description, Fake, Platform};
use http::Request;
use keyfob_host_test::app::{App, AppResponse};
use keyfob_host_test::compose::compose;
use keyfob_host_test::{Build, Clock, Egress, Host};
use serde::Deserialize;
use tempfile::TempDir;

use crate::spin_compose::{ENVIRONMENT, FILES, HOSTS, without};

const MANIFEST: &str = include_str!("../../../examples/edge-app/spin.toml");
const AZURE: &str = include_str!("../../../examples/edge-app/azure.toml");

/// HMAC-SHA-256 of the path under the key of azure.toml, as `openssl dgst -sha256 -hmac KEY` prints it.
const SIGNED: &str = "/reports/2026.pdf?signature=2f7917aaf45515e9a0ee7fb67095d4d071649202aef38a71715e704c587fc384\n";

/// The settings that a Spin dependency must inherit, and the interface that Spin denies otherwise.
const INHERITABLE: [(&str, &str); 3] =
    [("allowed_outbound_hosts", HOSTS), ("environment", ENVIRONMENT), ("files", FILES)];

#[derive(Clone, Deserialize)]
struct Manifest {
    component: BTreeMap<String, Component>,
}

#[derive(Clone, Deserialize)]
struct Component {
    allowed_outbound_hosts: Vec<String>,
    environment: BTreeMap<String, String>,
    dependencies: BTreeMap<String, Dependency>,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    inherit_configuration: Vec<String>,
}

impl Component {
    fn from_manifest() -> Self {
        let mut manifest: Manifest = toml::from_str(MANIFEST).unwrap();
        manifest.component.remove("edge-app").unwrap()
    }

    fn inherited(&mut self) -> &mut Vec<String> {
        let package = format!("keyfob:azure@{}", env!("CARGO_PKG_VERSION"));
        &mut self.dependencies.get_mut(&package).unwrap().inherit_configuration
    }

    /// The app's response on a virtual machine in Azure.
    async fn ask(mut self) -> AppResponse {
        let inherited = self.inherited().clone();
        let denied = INHERITABLE.iter().filter(|(key, _)| !inherited.iter().any(|it| it == key));
        let denied: Vec<&str> = denied.map(|(_, interface)| *interface).collect();
        let keyfob = without(Build::WithoutCertificates.bytes(), &denied);
        let app = compose(&std::fs::read(built_app()).unwrap(), &keyfob).unwrap().unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("app.wasm"), app).unwrap();

        let mut world = Description::from_toml(AZURE).unwrap();
        world.platform = Platform::Vm;
        let azure = Arc::new(Fake::new(world).unwrap());
        let clock = Clock::starting_at(Clock::TEST_START);
        let hosts = self.allowed_outbound_hosts.iter().map(|url| url.split_once("://").unwrap().1);
        let egress = hosts.fold(Egress::in_process(azure.clone(), clock), |egress, host| egress.allow(host));
        let host = Host::new(&App::load(folder.path().join("app.wasm")).unwrap());
        let host = host.envs(azure.environment()).envs(self.environment).clock(clock).egress(egress);
        let request = Request::get("http://edge.example/reports/2026.pdf").body(Bytes::new()).unwrap();
        let answered = host.handle(request).await.unwrap();
        for secret in azure.planted_secrets() {
            for said in [&answered.body, &answered.stderr] {
                assert!(!String::from_utf8_lossy(said).contains(&secret), "{answered:?}");
            }
        }
        answered
    }
}

/// The app that `examples/edge-app/run` builds.
fn built_app() -> impl AsRef<Path> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("edge-app/wasm32-wasip2/release/keyfob_edge_app.wasm")
}

#[tokio::test(start_paused = true)]
#[ignore = "examples/edge-app/run builds the app"]
async fn signs_with_the_grants_of_its_manifest() {
    let answered = Component::from_manifest().ask().await;
    assert_eq!((answered.status.as_u16(), String::from_utf8(answered.body).unwrap().as_str()), (200, SIGNED));
    assert_eq!(String::from_utf8(answered.stderr).unwrap(), "");
}

#[tokio::test(start_paused = true)]
#[ignore = "examples/edge-app/run builds the app"]
async fn each_missing_grant_is_named_in_the_hint() {
    let inherit = |key: &'static str| {
        move |component: &mut Component| {
            let before = component.inherited().len();
            component.inherited().retain(|it| it != key);
            assert_eq!(component.inherited().len(), before - 1, "{key}");
        }
    };
    let allow = |part: &'static str| {
        move |component: &mut Component| {
            let before = component.allowed_outbound_hosts.len();
            component.allowed_outbound_hosts.retain(|it| !it.contains(part));
            assert_eq!(component.allowed_outbound_hosts.len(), before - 1, "{part}");
        }
    };
    type Change = Box<dyn Fn(&mut Component)>;
    let cases: [(Change, &str); 5] = [
        (Box::new(inherit("allowed_outbound_hosts")), "`inherit_configuration = [\"allowed_outbound_hosts\"]`"),
        (
            Box::new(inherit("environment")),
            "Spin: set them under `environment` of the component, and give the dependency\n        `inherit_configuration = \
             [\"allowed_outbound_hosts\", \"environment\"]`",
        ),
        (Box::new(allow("169.254.169.254")), "Spin: `allowed_outbound_hosts = [\"http://169.254.169.254\"]`"),
        (Box::new(allow("edge-vault")), "Spin: `allowed_outbound_hosts = [\"https://edge-vault.vault.azure.net\"]`"),
        (
            Box::new(|component| {
                component.environment.remove("AZURE_CLIENT_ID").unwrap();
            }),
            "Set AZURE_CLIENT_ID to",
        ),
    ];
    for (change, hint) in cases {
        let mut component = Component::from_manifest();
        change(&mut component);
        let answered = component.ask().await;
        let (body, stderr) = (String::from_utf8(answered.body).unwrap(), String::from_utf8(answered.stderr).unwrap());
        assert_eq!((answered.status.as_u16(), body.as_str()), (500, "no link can be signed now\n"), "{hint}");
        let (_, hinted) = stderr.split_once("\n\nFix:\n").unwrap();
        assert!(hinted.contains(hint), "{hint:?} is not in {hinted}");
    }
}
