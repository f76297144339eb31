//! An app composed as Spin composes it, whose Keyfob does not inherit everything that it needs.

use std::sync::Arc;

use fake_azure::{Description, Fake};
use keyfob_host_test::app::App;
use keyfob_host_test::compose::compose;
use keyfob_host_test::{Build, Clock, Egress, Host};
use tempfile::TempDir;

use crate::apps;
use crate::spin_compose::{ENVIRONMENT, FILES, HOSTS, without};

/// A pod with workload identity needs all three.
const AKS: &str = include_str!("../../../examples/azure/aks.toml");
const FOLDER: &str = "/var/run/secrets/azure/tokens";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Frcy5leGFtcGxlIn0.ZmFrZS10b2tlbg";

#[tokio::test(start_paused = true)]
async fn works_with_everything_inherited() {
    assert_eq!(run(&[]).await, ("21 characters\n".to_owned(), String::new()));
}

#[tokio::test(start_paused = true)]
async fn errors_name_what_is_not_inherited() {
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &[HOSTS],
            &[
                "Microsoft Entra ID at https://login.microsoftonline.com: the host runtime denied the request",
                "Spin: `allowed_outbound_hosts = [\"https://login.microsoftonline.com\"]`, for a dependency also \
                 `inherit_configuration = [\"allowed_outbound_hosts\"]`",
            ],
        ),
        (
            &[ENVIRONMENT],
            &[
                "Fix:\n  Pass environment variables to the component, which sees an empty environment",
                "Spin: set them under `environment` of the component, and give the dependency\n        \
                 `inherit_configuration = [\"allowed_outbound_hosts\", \"environment\"]`",
            ],
        ),
        (
            &[FILES],
            &[
                "the federated token file /var/run/secrets/azure/tokens/azure-identity-token (from \
                 AZURE_FEDERATED_TOKEN_FILE) is in no folder that the host gives to the component",
                "Spin: `files = [{ source = \"/var/run/secrets/azure/tokens\", destination = \
                 \"/var/run/secrets/azure/tokens\" }]` with `spin up --direct-mounts`, for a dependency also \
                 `inherit_configuration = [\"files\"]`",
            ],
        ),
        (
            &[HOSTS, ENVIRONMENT, FILES],
            &[
                "the Azure metadata service (IMDS) at http://169.254.169.254: the host runtime denied the request",
                "Elsewhere: Pass environment variables to the component, which sees an empty environment",
            ],
        ),
    ];
    for (denied, parts) in cases {
        let (stdout, stderr) = run(denied).await;
        assert_eq!(stdout, "", "{denied:?}");
        for part in parts {
            assert!(stderr.contains(part), "{denied:?}: {part:?} is not in {stderr}");
        }
    }
}

/// stdout and stderr of the README's app if its Keyfob is denied these interfaces.
async fn run(denied: &[&str]) -> (String, String) {
    let folder = TempDir::new().unwrap();
    let keyfob = without(Build::WithoutCertificates.bytes(), denied);
    let app = folder.path().join("app.wasm");
    std::fs::write(&app, compose(&std::fs::read(apps::readme()).unwrap(), &keyfob).unwrap().unwrap()).unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    std::fs::write(tokens.join("azure-identity-token"), TOKEN).unwrap();

    let azure = Arc::new(Fake::new(Description::from_toml(AKS).unwrap()).unwrap());
    let clock = Clock::starting_at(Clock::TEST_START);
    let egress = Egress::in_process(azure.clone(), clock).allow_any();
    let host = Host::new(&App::load(app).unwrap()).envs(azure.environment()).preopened_dir(tokens, FOLDER);
    let ended = host.clock(clock).egress(egress).run(&["app".to_owned()]).await.unwrap();
    (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
}
