//! `keyfob run` with commands.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use crate::apps;
use crate::run::{Output, Run};
use crate::world::{CLIENT_SECRET, USER, VALUE, VAULT, World};

/// The vault of the README's app.
pub(crate) const MY_VAULT: &str = r#"
[[vault]]
url = "https://my-vault.vault.azure.net"
roles = { user = "Key Vault Secrets User" }
[[vault.secret]]
name = "secret-a"
value = "canary-the-value-of-secret-a"
"#;

fn readme(world: &World) -> Run<'_> {
    world.keyfob(&["run", apps::readme().to_str().unwrap()]).platform()
}

fn probe<'w>(world: &'w World, words: &[&str]) -> Run<'w> {
    world.keyfob(&["run", apps::probe().to_str().unwrap()]).app_args(words)
}

#[test]
fn readme_app_fails_with_a_hint_and_works_when_fixed() {
    let world = World::on("app-service", MY_VAULT);
    let allowed = || readme(&world).args(&["--allow-host", "my-vault.vault.azure.net"]);

    // The failure has a hint.
    let run = allowed().output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{run:?}");
    assert!(run.stderr.contains("\n\nFix:\n  Set AZURE_CLIENT_ID"), "{run:?}");

    let read = format!("{} characters", VALUE.len());
    assert_eq!(allowed().env("AZURE_CLIENT_ID", USER).output().success(), read);
    let named = readme(&world).env("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    let file = world.file(".env", &format!("AZURE_CLIENT_ID={USER}\n"));
    assert_eq!(named.path("--env-file", &file).output().success(), read);
}

#[test]
fn denied_vault_is_reported_with_allow_host() {
    let world = World::on("app-service", MY_VAULT);
    let run = readme(&world).env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", VAULT).output();
    let told = "hint: a request of Keyfob to my-vault.vault.azure.net:443 was denied; \
                to allow it: `--allow-host my-vault.vault.azure.net:443`\n";
    assert!(run.stderr.starts_with(told), "{run:?}");
    assert!(!world.requests().iter().any(|request| request.contains("my-vault")), "{:?}", world.requests());
}

#[test]
fn component_option_replaces_the_built_in_component() {
    let world = World::on("app-service", MY_VAULT);
    let other = world.component(keyfob_host_test::Build::WithoutCertificates);
    let run = readme(&world).env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    assert_eq!(run.path("--component", &other).output().success(), format!("{} characters", VALUE.len()));
}

#[test]
fn app_gets_arguments_streams_and_exit_status() {
    let world = World::app_service();
    let app = apps::probe();
    let run = probe(&world, &["arguments", "--env", "x y", ""]).output();
    assert_eq!(run.success(), format!("{:?}", [app.to_str().unwrap(), "arguments", "--env", "x y", ""]));

    let mut command = probe(&world, &["stdin"]).command();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&[b'x'; 100_000]).unwrap();
    assert_eq!(Output::from(child.wait_with_output().unwrap()).success(), "100000 bytes");

    let run = probe(&world, &["exit"]).output();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, "", ""));

    let run = probe(&world, &["trap"]).output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("on purpose"), "{run:?}");
    assert!(run.stderr.contains("\nerror: the app stopped: wasm trap: wasm `unreachable` instruction executed\n"));
}

#[test]
fn app_environment_follows_the_options() {
    let world = World::app_service();
    let file = world.file(".env", &format!("FROM_FILE=file\nBOTH=file\nSECRET={CLIENT_SECRET}\n"));
    let run = probe(&world, &["environment"]).env("GIVEN", "given").env("BOTH", "given").path("--env-file", &file);
    let run = run.caller_env("CALLER", "caller");
    // The app prints a secret here, so the output is not searched.
    let shown = |run: Run<'_>| {
        let run = Output::of(&mut run.command());
        let mut lines: Vec<String> = run.success().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let secret = format!("SECRET={CLIENT_SECRET}");
    assert_eq!(shown(run), ["BOTH=given", "FROM_FILE=file", "GIVEN=given", &secret]);
    let run = probe(&world, &["environment"]).inherit_env().caller_env("CALLER", "caller");
    assert_eq!(shown(run), ["CALLER=caller"]);
}

#[test]
fn app_sees_only_granted_folders() {
    let world = World::app_service();
    world.file("data/in.txt", "content");
    let said = |words: &[&str], options: &[&str]| probe(&world, words).args(options).output().success().to_owned();

    assert_eq!(said(&["read", "data/in.txt"], &["--dir", "data"]), "\"content\"");
    assert_eq!(said(&["read", "/in/in.txt"], &["--dir", "data::/in"]), "\"content\"");
    assert!(said(&["read", "data/in.txt"], &[]).starts_with("error: "));
    assert!(said(&["read", "data/../ca.pem"], &["--dir", "data"]).starts_with("error: "));

    assert!(said(&["write", "data/out.txt"], &["--dir", "data"]).starts_with("error: "));
    assert!(!world.folder().join("data/out.txt").exists());
    assert_eq!(said(&["write", "/out/out.txt"], &["--dir-rw", "data::/out"]), "()");
    assert_eq!(std::fs::read_to_string(world.folder().join("data/out.txt")).unwrap(), "written");

    for (option, name) in [("--dir", "missing"), ("--dir-rw", "data/in.txt::/in"), ("--dir", "")] {
        let run = probe(&world, &["read", "x"]).args(&[option, name]).output();
        assert!(run.usage_error().starts_with(&format!("error: {option} {name}: ")), "{run:?}");
    }
}

#[test]
fn app_requests_need_allow_host_and_sockets_are_denied() {
    let world = World::app_service();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).count();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        (head, listener)
    });
    let denied = probe(&world, &["get", "http", &address]).output();
    assert_eq!(denied.stdout, "error: ErrorCode::HttpRequestDenied\n");
    assert_eq!(
        denied.stderr,
        format!("hint: a request of the app to {address} was denied; to allow it: `--allow-host {address}`\n")
    );
    let allowed = probe(&world, &["get", "http", &address]).args(&["--allow-host", &address, "--trace"]).output();
    assert_eq!(allowed.stdout, "204\n", "{allowed:?}");
    assert!(allowed.stderr.starts_with(&format!("GET http://{address}/ -> 204 ")), "{allowed:?}");

    let _listens = answers.join().unwrap();
    let run = probe(&world, &["connect", &address]).args(&["--allow-host", &address]).output();
    assert!(run.success().starts_with("error: "), "{run:?}");
}
