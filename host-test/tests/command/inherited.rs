//! An app composed as Spin composes it: what the dependency does not inherit, a component of Spin's denies
//! (<https://github.com/spinframework/spin/blob/main/crates/compose/src/lib.rs>).

use std::sync::Arc;

use keyfob_host_test::app::App;
use keyfob_host_test::compose::compose;
use keyfob_host_test::fake::{Description, Fake};
use keyfob_host_test::{Build, Clock, Egress, Host};
use tempfile::TempDir;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata};

use crate::apps;

const HOSTS: &str = "wasi:http/outgoing-handler";
const ENVIRONMENT: &str = "wasi:cli/environment";
const FILES: &str = "wasi:filesystem/preopens";

/// A pod with workload identity needs all three.
const AKS: &str = include_str!("../../../examples/azure/aks.toml");
const FOLDER: &str = "/var/run/secrets/azure/tokens";
const TOKEN: &str = "ZmFrZQ.c2VydmljZS1hY2NvdW50.dG9rZW4";

#[tokio::test(start_paused = true)]
async fn with_all_of_it_inherited_it_works() {
    assert_eq!(run(&[]).await, ("21 characters\n".to_owned(), String::new()));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_inherited_is_what_the_error_says() {
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
                "hint: The component sees an empty environment",
                "in Spin set them under `environment` of the component and give the dependency \
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
                "Elsewhere: The component sees an empty environment",
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

/// What the README's app writes to stdout and stderr where the Keyfob in it is denied these interfaces.
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
    let host = Host::new(&App::load(app).unwrap()).envs(azure.environment()).folder(tokens, FOLDER);
    let ended = host.clock(clock).egress(egress).run(&["app".to_owned()]).await.unwrap();
    (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
}

/// Keyfob with these of its imports denied.
fn without(keyfob: &[u8], denied: &[&str]) -> Vec<u8> {
    if denied.is_empty() {
        return keyfob.to_vec();
    }
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes: &[u8]| {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let (socket, denier) = (register("keyfob", keyfob), register("deny", &denier(keyfob, denied)));
    plug(&mut graph, vec![denier], socket).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

/// A component that exports these of Keyfob's imports: no host can be reached, and there are no variables and no folders.
fn denier(keyfob: &[u8], denied: &[&str]) -> Vec<u8> {
    let DecodedWasm::Component(mut resolve, world) = wit_component::decode(keyfob).unwrap() else {
        panic!("no component")
    };
    let imports = resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key));
    let exports: Vec<String> = imports.filter(|name| denied.contains(&name.split('@').next().unwrap())).collect();
    assert_eq!(exports.len(), denied.len(), "{exports:?}");

    let functions: String = exports.iter().map(|name| function(name)).collect();
    let text = "\"wasi:http/outgoing-handler\" is not permitted";
    // From 16 on: err(internal-error(some(the text at 64))). From 0 on: the empty list.
    let module = format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 16) "\01") (data (i32.const 24) "\26")
            (data (i32.const 32) "\01\00\00\00\40\00\00\00\{length:02x}\00\00\00")
            (data (i32.const 64) "{text}")
            {functions})"#,
        length = text.len(),
        text = text.escape_default(),
    );
    let mut module = wat::parse_str(module).unwrap();
    let exports: String = exports.iter().map(|name| format!("export {name};")).collect();
    let package = resolve.push_str("deny.wit", &format!("package spin:deny; world deny {{ {exports} }}")).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// The one function of an interface that Keyfob calls.
fn function(interface: &str) -> String {
    let (name, body) = match interface.split('@').next().unwrap() {
        HOSTS => ("handle", "(param i32 i32 i32) (result i32) i32.const 16"),
        ENVIRONMENT => ("get-environment", "(result i32) i32.const 0"),
        FILES => ("get-directories", "(result i32) i32.const 0"),
        other => panic!("{other}"),
    };
    format!(r#"(func (export "{interface}#{name}") {body})"#)
}
