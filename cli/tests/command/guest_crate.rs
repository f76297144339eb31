//! The crate `keyfob` of `sdk/rust`: its examples, and each of its credentials.

use std::process::Command;

use crate::apps;
use crate::run::{Output, Run};
use crate::world::{CERTIFICATE, CLIENT_SECRET, FEDERATED, POD, PRINCIPAL, TENANT, USER, VALUE, VAULT, World};

/// A vault that the examples may write to. The client id is the one that `identity` names.
const MY_VAULT: &str = r#"
[[identity]]
name = "app-identity"
kind = "user-assigned"
client-id = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"

[[vault]]
url = "https://my-vault.vault.azure.net"
roles = { app-identity = "Key Vault Administrator" }
[[vault.secret]]
name = "secret-a"
value = "canary-the-value-of-secret-a"
"#;

fn example<'w>(world: &'w World, name: &str) -> Run<'w> {
    // The names of those for WASI 0.3 end so.
    let app = if name.ends_with("_p3") { apps::async_example(name) } else { apps::example(name) };
    let run = world.keyfob(&["run", app.to_str().unwrap()]).platform();
    run.env("KEYVAULT_URL", "https://my-vault.vault.azure.net")
}

fn as_app_identity<'w>(world: &'w World, name: &str) -> Run<'w> {
    example(world, name).env("AZURE_CLIENT_ID", "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08")
}

/// `sdk/rust/wit` and `sdk/rust/wit-0.2` are links, which `cargo package` follows.
#[test]
fn the_package_contains_the_interface_and_the_examples() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline", "--package", "keyfob"]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    for folder in ["wit", "wit-0.2"] {
        for name in ["types", "identity", "secrets", "simple", "worlds"] {
            let file = format!("{folder}/{name}.wit");
            assert!(listed.lines().any(|line| line == file), "{file}: {listed}");
        }
    }
    for file in ["README.md", "examples/get_secret.rs", "src/lib.rs"] {
        assert!(listed.lines().any(|line| line == file), "{file}: {listed}");
    }
}

#[test]
fn an_error_that_main_returns_reads_well() {
    let world = World::on("app-service", MY_VAULT);
    for name in ["get_secret", "get_secret_p3"] {
        assert_reads_well(&example(&world, name).output());
    }
}

fn assert_reads_well(run: &Output) {
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{run:?}");
    let text = "Error: DefaultAzureCredential: App Service must be told which identity to use.\n\
        \n\
        Attempted credentials:\n  \
        EnvironmentCredential       not set: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET\n  \
        WorkloadIdentityCredential  not set: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE\n  \
        ManagedIdentityCredential   App Service answered 400: Unable to load the proper Managed Identity.\n  \
        (SharedTokenCache, VisualStudioCode, AzureCli, AzurePowerShell, AzureDeveloperCli, Broker: not in a component; \
        on a laptop: keyfob dev-identity)\n\
        \n\
        Fix:\n  Set AZURE_CLIENT_ID to the client id of the app's user-assigned identity,\n";
    assert!(run.stderr.starts_with(text), "{}", run.stderr);
    assert_eq!(run.stderr.matches("App Service answered 400").count(), 1);
}

#[test]
fn a_missing_vault_url_is_named() {
    let world = World::on("app-service", MY_VAULT);
    for run in [
        world.keyfob(&["run", apps::example("manage_secrets").to_str().unwrap()]),
        example(&world, "manage_secrets").env("KEYVAULT_URL", ""),
    ] {
        let run = run.output();
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{run:?}");
        let text =
            "Error: KEYVAULT_URL is not set, or is empty.\n\nFix:\n  Set KEYVAULT_URL to the vault's URL, such as ";
        assert!(run.stderr.starts_with(text), "{run:?}");
    }
}

#[test]
fn examples_print_what_the_documentation_leads_to_expect() {
    let world = World::on("app-service", MY_VAULT);
    let output = |name| as_app_identity(&world, name).output().success().to_owned();
    for name in ["get_secret", "get_secret_p3"] {
        assert_eq!(output(name), format!("{} characters", VALUE.len()), "{name}");
    }
    assert_eq!(
        output("get_secrets"),
        format!("secret-a: {} characters\nsecret-b: not there\nfrom the cache: true, shown as [redacted]", VALUE.len())
    );
    assert_eq!(
        output("identity"),
        "WorkloadIdentityCredential: Unavailable\nManagedIdentityCredential: Ready\n\
         SharedTokenCacheCredential: NotSupported\nVisualStudioCodeCredential: NotSupported\n\
         AzureCliCredential: NotSupported\nAzurePowerShellCredential: NotSupported\n\
         AzureDeveloperCliCredential: NotSupported\nBrokerCredential: NotSupported\nEnvironmentCredential: Excluded\n\
         ManagedIdentityCredential of App Service, shown as [redacted]"
    );
}

#[test]
fn the_example_of_every_operation_succeeds() {
    let first = "the first version has 15 characters and the tags {\"team\": \"payments\"}\n";
    let lists = "2 versions\napi-key: text/plain\nsecret-a: \n";
    for (name, printed) in [
        ("manage_secrets", format!("{first}{lists}1 deleted: api-key\nrestored api-key")),
        (
            "manage_secrets_p3",
            format!("{first}api-key: 16 characters\nnot there\n{lists}deleted: api-key\nrestored api-key"),
        ),
    ] {
        let world = World::on("app-service", MY_VAULT);
        assert_eq!(as_app_identity(&world, name).output().success(), printed, "{name}");
        assert_every_operation(&world);
    }
}

fn assert_every_operation(world: &World) {
    let sent = world.requests();
    let operations = [
        "PUT https://my-vault.vault.azure.net/secrets/api-key?",
        "GET https://my-vault.vault.azure.net/secrets/api-key/versions?",
        "PATCH https://my-vault.vault.azure.net/secrets/api-key/",
        "GET https://my-vault.vault.azure.net/secrets?",
        "POST https://my-vault.vault.azure.net/secrets/api-key/backup?",
        "DELETE https://my-vault.vault.azure.net/secrets/api-key?",
        "POST https://my-vault.vault.azure.net/deletedsecrets/api-key/recover?",
        "GET https://my-vault.vault.azure.net/deletedsecrets?",
        "GET https://my-vault.vault.azure.net/deletedsecrets/api-key?",
        "DELETE https://my-vault.vault.azure.net/deletedsecrets/api-key?",
        "POST https://my-vault.vault.azure.net/secrets/restore?",
    ];
    let missing = operations.iter().find(|operation| !sent.iter().any(|request| request.starts_with(**operation)));
    assert_eq!(missing, None, "{sent:#?}");
}

/// The test app with what the credentials need.
fn credentials<'w>(world: &'w World, kinds: &[&str]) -> Run<'w> {
    let run = world.keyfob(&["run", apps::credentials().to_str().unwrap()]).platform().app_args(kinds);
    let run =
        run.env("KEYVAULT_URL", VAULT).env("TEST_TENANT", TENANT).env("TEST_CLIENT", PRINCIPAL).env("TEST_POD", POD);
    run.env("TEST_SECRET", CLIENT_SECRET).env("TEST_ASSERTION", FEDERATED)
}

#[test]
fn service_principals_read_the_secret() {
    let world = World::on("none", "");
    let run = credentials(&world, &["secret", "chained", "static", "assertion", "wrong-secret"]).output();
    let read = format!("{} characters by", VALUE.len());
    assert_eq!(
        run.success(),
        format!(
            "secret: {read} ClientSecretCredential\nchained: {read} ClientSecretCredential\n\
             static: {read} StaticTokenCredential\nassertion: {read} ClientAssertionCredential\n\
             wrong-secret: AuthenticationFailed, status Some(401), code Some(\"AADSTS7000215\"), tried 0, \
             with a request id: true"
        )
    );
}

#[test]
fn certificates_arrive_as_bytes_and_by_their_path() {
    let world = World::on("none", "");
    let component = world.component(keyfob_host_test::Build::WithCertificates);
    world.file("app.pem", CERTIFICATE);
    let folder = format!("{}::/certificates", world.folder().display());
    let kinds = ["certificate-bytes", "certificate-path=/certificates/app.pem"];
    let run = credentials(&world, &kinds).env("TEST_CERTIFICATE", CERTIFICATE).args(&["--dir", &folder]);
    let read = format!("{} characters by ClientCertificateCredential", VALUE.len());
    let expected = format!("certificate-bytes: {read}\ncertificate-path: {read}");
    assert_eq!(run.path("--component", &component).output().success(), expected);
}

#[test]
fn identities_of_a_platform_are_selected_in_code() {
    let world = World::app_service_with_both();
    let managed = format!("managed={USER}");
    let run = credentials(&world, &[&managed, "environment", "default"]).env("AZURE_CLIENT_ID", USER).output();
    let read = format!("{} characters by ManagedIdentityCredential", VALUE.len());
    assert_eq!(
        run.success(),
        format!(
            "managed: {read}\nenvironment: CredentialUnavailable, status None, code None, tried 0, with a request id: \
             false\ndefault: {read}"
        )
    );

    let world = World::on("none", "");
    world.file("federated-token", FEDERATED);
    let folder = format!("{}::/tokens", world.folder().display());
    let kinds = ["workload=/tokens/federated-token", "without-environment"];
    let run = credentials(&world, &kinds).args(&["--dir", &folder]).env("AZURE_TENANT_ID", TENANT);
    let run = run.env("AZURE_CLIENT_ID", POD).env("AZURE_FEDERATED_TOKEN_FILE", "/tokens/federated-token");
    let read = format!("{} characters by WorkloadIdentityCredential", VALUE.len());
    assert_eq!(run.output().success(), format!("workload: {read}\nwithout-environment: {read}"));
}
