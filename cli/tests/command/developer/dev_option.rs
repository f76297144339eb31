//! The option `--dev`.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fake_azure::wire::Service as _;
use http::Request;
use serde_json::Value;

use super::machine::DeveloperMachine;
use crate::apps;
use crate::run::{Output, Run};
use crate::run_command::MY_VAULT;
use crate::world::{CLIENT_SECRET, POD, PRINCIPAL, TENANT, USER, VALUE, VAULT, World};

const SIGNED_IN: &str = "the app asks for a managed identity by client_id, which does not exist on this machine: \
                         your own identity is used\n";

/// A machine where Azure CLI is signed in. Its token was issued by the fake Azure, for an identity with access to the vault.
fn signed_in(world: &World) -> DeveloperMachine {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let variables = world.fake.environment();
    let variable = |name: &str| &variables.iter().find(|(known, _)| known == name).unwrap().1;
    let endpoint = variable("IDENTITY_ENDPOINT");
    let url = format!("{endpoint}?api-version=2019-08-01&resource=https://vault.azure.net&client_id={USER}");
    let request = Request::get(url).header("x-identity-header", variable("IDENTITY_HEADER")).body(Bytes::new());
    let exchange = world.fake.handle(&request.unwrap(), now);
    let body: Vec<u8> = exchange.body.into_iter().flat_map(|(_, piece)| piece).collect();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let machine = DeveloperMachine::new();
    machine.az(body["access_token"].as_str().unwrap(), now + 3600);
    machine
}

fn with_dev<'w>(machine: &DeveloperMachine, run: Run<'w>) -> Run<'w> {
    run.args(&["--dev"]).caller_env("PATH", machine.path().to_str().unwrap())
}

fn get_secret(world: &World) -> Run<'_> {
    world.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT])
}

#[test]
fn secret_and_token_with_the_developers_identity() {
    let world = World::app_service();
    let machine = signed_in(&world);
    assert_eq!(with_dev(&machine, get_secret(&world)).output().value(), VALUE);
    // Only the vault got a request, and the tool was run for its resource.
    assert_eq!(world.requests().len(), 1, "{:?}", world.requests());
    let line = "account get-access-token --output json --resource https://vault.azure.net";
    assert_eq!(machine.command_lines("az"), [line]);

    let run = with_dev(&machine, world.keyfob(&["get-token", "--scope", "https://vault.azure.net/.default", "--json"]))
        .output();
    let token = run.success_json();
    assert_eq!((&token["credential"], &token["source"]), (&"ManagedIdentityCredential".into(), &"App Service".into()));
}

#[test]
fn same_settings_on_azure_and_on_a_laptop() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let file = world.file(".env", &format!("KEYVAULT_URL={VAULT}\nAZURE_CLIENT_ID={USER}\n"));
    let call = || world.keyfob(&["get-secret", "secret-a"]).path("--env-file", &file);
    assert_eq!(call().platform().output().value(), VALUE);
    let run = with_dev(&machine, call()).output();
    assert_eq!((run.status, run.stdout.trim_end(), run.stderr.as_str()), (0, VALUE, SIGNED_IN));
}

#[test]
fn dev_replaces_the_platforms_variables() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let run =
        get_secret(&world).platform().env("IMDS_ENDPOINT", "http://127.0.0.1:1").env("AZURE_TOKEN_CREDENTIALS", "dev");
    let run = with_dev(&machine, run.env("AZURE_FEDERATED_TOKEN_FILE", "/token")).output();
    let note = "note: your own identity replaces IDENTITY_ENDPOINT, IDENTITY_HEADER, IMDS_ENDPOINT, \
                AZURE_FEDERATED_TOKEN_FILE\n";
    assert_eq!((run.status, run.stdout.trim_end(), run.stderr.as_str()), (0, VALUE, note));
}

#[test]
fn service_principal_still_comes_first() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let run = get_secret(&world).env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL);
    let run = with_dev(&machine, run.env("AZURE_CLIENT_SECRET", CLIENT_SECRET)).output();
    assert_eq!((run.status, run.stdout.trim_end()), (0, VALUE), "{run:?}");
    assert!(run.stderr.starts_with("note: AZURE_CLIENT_SECRET is set, so "), "{run:?}");
    assert!(machine.command_lines("az").is_empty());
}

#[test]
fn tool_failures_are_reported() {
    let world = World::app_service();
    let machine = DeveloperMachine::new();
    machine.az_signed_out();
    machine.tool("pwsh", 0, "NO_AZ_ACCOUNT_MODULE", "");
    let run = with_dev(&machine, get_secret(&world).json()).output();
    let error = run.error();
    assert_eq!((&error["kind"], run.stderr.as_str()), (&"credential-unavailable".into(), ""));
    let reasons = "AzureCliCredential: Please run 'az login' to set up an account; \
                   AzurePowerShellCredential: Az.Account module >= 2.2.0 is not installed; \
                   AzureDeveloperCliCredential: Azure Developer CLI could not be found";
    assert!(error["attempts"][2]["message"].as_str().unwrap().ends_with(reasons), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("`az login`"), "{error}");
    assert!(world.requests().is_empty());
}

#[test]
fn run_with_dev_logs_token_requests() {
    let world = World::on("app-service", MY_VAULT);
    let machine = signed_in(&world);
    let app = apps::readme();
    let run = || {
        let run = world.keyfob(&["run", app.to_str().unwrap()]).env("AZURE_CLIENT_ID", USER);
        with_dev(&machine, run.env("KEYVAULT_URL", "https://my-vault.vault.azure.net")).output()
    };
    let signed_in = run();
    assert_eq!((signed_in.status, signed_in.stdout), (0, format!("{} characters\n", VALUE.len())));
    let token = signed_in.stderr.strip_prefix(SIGNED_IN).expect("the note, and then");
    assert!(token.starts_with("https://vault.azure.net: AzureCliCredential, until 20"), "{token}");

    machine.az_signed_out();
    let refused = run().stderr;
    let line = "\n400: AzureCliCredential: Please run 'az login' to set up an account; AzurePowerShellCredential: ";
    assert!(refused.contains(line) && refused.contains("\nFix:\n  Sign in on this machine"), "{refused}");
}

#[test]
fn dev_serves_the_vaults_resource_and_named_scopes_only() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let other = "token=https://management.azure.com/.default";
    let run = |options: &[&str]| {
        let app = apps::explorer().display().to_string();
        let run = world.keyfob(&["run", &app]).env("KEYVAULT_URL", VAULT).args(options);
        with_dev(&machine, run).app_args(&[&format!("secret={VAULT}"), other]).output()
    };
    let refused = run(&[]);
    let (secret, token) = refused.stdout.split_once('\n').unwrap();
    assert_eq!((refused.status, secret), (0, &*format!("secret {} characters", VALUE.len())));
    let why = "--dev serves no token for https://management.azure.com, because it is not the resource of this command's \
               vault: add `--dev-scope https://management.azure.com` to allow it";
    assert!(token.starts_with("token ErrorKind::") && token.contains(why), "{token}");
    assert!(refused.stderr.contains(&format!("\n400: {why}\n")), "{refused:?}");
    // No tool was run for it.
    assert_eq!(machine.command_lines("az").len(), 1, "{:?}", machine.command_lines("az"));

    for scope in ["https://management.azure.com", "https://management.azure.com/.default"] {
        let allowed = run(&["--dev-scope", "api://other", "--dev-scope", scope]);
        assert!(allowed.stdout.ends_with("\ntoken by ManagedIdentityCredential\n"), "{allowed:?}");
    }
    // get-token names its scope by itself, and another is none of it.
    let get = |scope: &str| with_dev(&machine, world.keyfob(&["get-token", "--scope", scope])).output();
    assert_eq!(get("https://management.azure.com/.default").status, 0);

    let run = world.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT, "--dev-scope", "s"]).output();
    assert!(run.usage_error().contains("--dev"), "{run:?}");
}

#[test]
fn app_does_not_see_the_developers_endpoint() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let app = apps::explorer().display().to_string();
    let run = world.keyfob(&["run", &app]).env("KEYVAULT_URL", VAULT).env("OWN", "value");
    let run = with_dev(&machine, run).app_args(&["environment", &format!("secret={VAULT}")]).output();
    let expected =
        format!("environment [\"KEYVAULT_URL={VAULT}\", \"OWN=value\"]\nsecret {} characters\n", VALUE.len());
    assert_eq!((run.status, run.stdout), (0, expected));
}

#[test]
fn a_refusal_of_the_vault_names_the_sign_in() {
    // The user-assigned identity of AZURE_CLIENT_ID has nothing to do with it.
    let vault = "https://denied-kv.vault.azure.net";
    let world = World::on("app-service", &format!("[[vault]]\nurl = \"{vault}\"\n"));
    let machine = signed_in(&world);
    let run = || {
        let run = world.keyfob(&["get-secret", "a", "--vault-url", vault]).env("AZURE_CLIENT_ID", POD);
        with_dev(&machine, run)
    };
    let error: Value = serde_json::from_str(&run().json().output().stdout).unwrap();
    let (message, hint) = (error["error"]["message"].as_str().unwrap(), error["error"]["hint"].as_str().unwrap());
    let sign_in = format!(" as the developer's sign-in, app {USER} by AzureCliCredential from ");
    assert!(message.contains(&sign_in) && !message.contains(POD), "{message}");
    assert!(!hint.contains("user-assigned") && !hint.contains(POD), "{hint}");
    assert!(hint.contains("az role assignment create --role \"Key Vault Secrets User\" "), "{hint}");
    assert!(run().output().stderr.contains("\n\nFix:\n  Assign the role Key Vault Secrets User on vault"));

    // The same as the app of `keyfob dev-identity`, with a .env file for both.
    let file = world.file(".env", &format!("KEYVAULT_URL={vault}\nAZURE_CLIENT_ID={POD}\n"));
    let inner = world.keyfob(&["get-secret", "a"]).path("--env-file", &file).inherit_env().command();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.args(["dev-identity", "--"]).arg(inner.get_program()).args(inner.get_args());
    let run = Output::of(command.env_clear().env("PATH", machine.path()));
    assert!(run.stderr.contains(&sign_in), "{}", run.stderr);
    assert!(run.stderr.contains("https://vault.azure.net: AzureCliCredential, until 20"), "{}", run.stderr);
    assert!(run.stderr.contains(&format!(", signed in as app {USER}\n")), "{}", run.stderr);
}

#[test]
fn dev_conflicts_with_fake() {
    for (option, value) in [("--fake-example", "vm"), ("--fake", "world.toml")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
        let run = Output::of(command.args(["get-secret", "a", "--dev", option, value]).env_clear());
        assert!(run.usage_error().contains("'--dev' cannot be used with"), "{run:?}");
    }
}

#[test]
fn doctor_reports_the_developers_sign_in() {
    let world = World::app_service();
    let machine = signed_in(&world);
    let run = with_dev(&machine, world.keyfob(&["doctor", "--vault-url", VAULT])).output();
    let said = run.success();
    assert!(said.starts_with("✓ story-kv: token of your own sign-in (AzureCliCredential, signed in as app "), "{said}");
    assert!(said.contains("with --dev, your sign-in with az") && !said.contains("Note:"), "{said}");
    assert!(
        said.ends_with("  list of secrets  allowed, 1 secret\n  reading          allowed; no value was read"),
        "{said}"
    );
    // Without --vault-url no tool is run.
    let run = with_dev(&DeveloperMachine::new(), world.keyfob(&["doctor"])).output();
    assert!(run.success().starts_with("✓ DefaultAzureCredential would use ManagedIdentityCredential."), "{run:?}");
}
