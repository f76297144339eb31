//! The options `--fake` and `--fake-example`.

use std::process::Command;

use super::APP;
use crate::run::Output;

fn get_secret(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    Output::of(command.args(["get-secret", "secret-a"]).args(arguments).env_clear())
}

fn example(name: &str) -> String {
    format!("../examples/azure/{name}.toml")
}

#[test]
fn reads_a_secret_on_every_platform() {
    for name in ["vm", "aks", "azure-arc", "azure-ml", "cloud-shell", "service-principal", "us-government"] {
        assert_eq!(get_secret(&["--clean-env", "--fake", &example(name)]).value(), "the value of secret-a", "{name}");
        assert_eq!(get_secret(&["--fake-example", name]).value(), "the value of secret-a", "{name}");
    }
}

#[test]
fn app_service_needs_the_client_id() {
    let told = ["--clean-env", "--fake", &example("app-service")];
    let error = get_secret(&[&told[..], &["--json"]].concat()).error();
    assert_eq!(error["kind"], "credential-unavailable");
    assert!(error["hint"].as_str().unwrap().contains("Set AZURE_CLIENT_ID"), "{error}");
    let cured = get_secret(&[&told[..], &["--env", &format!("AZURE_CLIENT_ID={APP}")]].concat());
    assert_eq!(cured.value(), "the value of secret-a");
}

#[test]
fn unsupported_platforms() {
    for (name, says) in [("service-fabric", "Service Fabric"), ("other-cloud", "not the Azure metadata service")] {
        let error = get_secret(&["--fake", &example(name), "--json"]).error();
        assert!(error["attempts"][2]["message"].as_str().unwrap().contains(says), "{name}: {error}");
    }
}

#[test]
fn no_other_host_can_be_reached() {
    let error =
        get_secret(&["--fake", &example("vm"), "--json", "--vault-url", "https://real.vault.azure.net"]).error();
    assert_eq!(error["kind"], "transport");
    let run = get_secret(&["--fake", &example("vm"), "--trace"]);
    let hosts: Vec<&str> = run.stderr.lines().filter_map(|line| line.split('/').nth(2)).collect();
    assert_eq!((run.status, hosts), (0, vec!["169.254.169.254", "my-vault.vault.azure.net"]), "{}", run.stderr);
}

#[test]
fn callers_platform_variables_are_hidden() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.args(["get-secret", "secret-a", "--fake-example", "vm"]).env_clear();
    command.envs([
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token"),
        ("IDENTITY_HEADER", "x"),
        ("KEYVAULT_URL", "https://x"),
    ]);
    assert_eq!(Output::of(&mut command).value(), "the value of secret-a");
}

#[test]
fn usage_errors() {
    for (arguments, says) in [
        (["--fake", "Cargo.toml"], "--fake: Cargo.toml: the description"),
        (["--fake", "no-such-file"], "no-such-file can't be read"),
        (["--fake-example", "laptop"], "service-principal"),
    ] {
        let run = get_secret(&arguments);
        assert!(run.usage_error().contains(says), "{run:?}");
    }
    let run = get_secret(&["--fake-example", "vm", "--cacert", "x"]);
    assert!(run.usage_error().contains("cannot be used with"), "{run:?}");
}
