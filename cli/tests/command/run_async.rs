//! `keyfob run` and the library with apps of WASI 0.3.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fake_azure::wire::{Request as AzureRequest, ScriptedResponse, Service};
use fake_azure::{Description, Fake};
use http::{Request, StatusCode};
use keyfob_host_test::app::{App, AppKind, AppResponse};
use keyfob_host_test::compose::compose;
use keyfob_host_test::{Build, Clock, Egress, Host, Recorder};

use crate::apps;
use crate::run::{Output, Run};
use crate::run_http::Server;
use crate::world::{FEDERATED, IMDS, POD, TENANT, USER, VALUE, VAULT, World};

fn explorer<'w>(world: &'w World, words: &[&str]) -> Run<'w> {
    world.keyfob(&["run", apps::async_explorer().to_str().unwrap()]).app_args(words)
}

fn read() -> String {
    format!("{} characters", VALUE.len())
}

#[test]
fn command_runs_to_its_end() {
    let world = World::app_service();
    let run = explorer(&world, &["environment", "preopens"]).env("A", "b").output();
    assert_eq!(run.success(), "environment [\"A=b\"]\npreopens []");
    for (word, status) in [("fail", 1), ("exit", 3)] {
        let run = explorer(&world, &[word]).output();
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (status, "", ""), "{word}");
    }
    let run = explorer(&world, &["trap"]).output();
    assert!(run.stderr.contains("error: the app stopped: wasm trap: wasm `unreachable`"), "{run:?}");
    assert_eq!(run.status, 1);
    let run = explorer(&world, &[]).args(&["--addr", "127.0.0.1:0"]).output();
    assert!(run.usage_error().contains("is a command and does not listen: omit --addr"), "{run:?}");
}

#[test]
fn identity_and_vault_are_keyfobs_alone() {
    let world = World::app_service();
    let (vault, imds) = (format!("get={VAULT}/"), format!("get=http://{IMDS}/"));
    let hosts = [&*vault, &*imds, "get=http://169.254.130.4:8081/", "get=https://login.microsoftonline.com/"];
    let secret = format!("secret={VAULT}");
    let words = [&["sockets", "preopens"][..], &hosts, &[&*secret]].concat();
    let run = explorer(&world, &words).platform().env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", VAULT).output();
    let denied = "get ErrorCode::HttpRequestDenied\n".repeat(4);
    let sockets = "sockets ErrorCode::AccessDenied, ErrorCode::AccessDenied, ErrorCode::PermanentResolverFailure\n";
    assert_eq!((run.status, run.stdout), (0, format!("{sockets}preopens []\n{denied}secret {}\n", read())));
    // Keyfob's two requests, and none of the app's.
    assert_eq!(world.requests().len(), 2, "{:?}", world.requests());
    assert_eq!(run.stderr.matches("hint: a request of the app to ").count(), 4, "{}", run.stderr);
    // The app gets what an option names, and then Keyfob has it too.
    let run = explorer(&world, &[&vault, &secret]).platform().env("AZURE_CLIENT_ID", USER);
    let run = run.args(&["--allow-host", "story-kv.vault.azure.net"]).output();
    assert_eq!(run.success(), format!("get 401\nsecret {}", read()));
}

#[test]
fn keyfob_for_wasi_0_2_in_an_app_of_wasi_0_3() {
    let world = World::app_service();
    let app = apps::blocking_reader();
    let run = world.keyfob(&["run", app.to_str().unwrap()]).platform().env("AZURE_CLIENT_ID", USER);
    assert_eq!(run.env("KEYVAULT_URL", VAULT).app_args(&[VAULT]).output().success(), read());
    assert_eq!(world.requests().len(), 2, "{:?}", world.requests());
}

#[test]
fn token_folder_is_keyfobs_alone() {
    let world = World::on("aks", "");
    let token = world.file("tokens/token", FEDERATED);
    let (file, folder) = (token.to_str().unwrap(), token.parent().unwrap().to_str().unwrap());
    let (look, secret) = (format!("read={file}"), format!("secret={VAULT}"));
    let run = |options: &[&str]| {
        let run = explorer(&world, &["preopens", &look, &secret]).env("AZURE_FEDERATED_TOKEN_FILE", file);
        let run = run.env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", POD).env("KEYVAULT_URL", VAULT);
        run.args(options).output()
    };
    assert_eq!(run(&[]).success(), format!("preopens []\nread nothing\nsecret {}", read()));
    let given = format!("preopens [{folder:?}]\nread {} characters\nsecret {}", FEDERATED.len(), read());
    assert_eq!(run(&["--dir", folder]).success(), given);
}

/// The fake App Service, whose token takes three seconds.
struct SlowToken(Fake);

impl Service for SlowToken {
    fn handle(&self, request: &AzureRequest, now: u64) -> ScriptedResponse {
        let mut response = self.0.handle(request, now);
        if request.uri().path().starts_with("/msi") {
            response.first_byte = Some(Duration::from_secs(3));
        }
        response
    }
}

fn description() -> Description {
    let world = format!(
        "platform = 'app-service'\n\
         [[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '{USER}'\n\
         [[vault]]\nurl = '{VAULT}'\nroles = {{ app = 'Key Vault Secrets User' }}\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = '{VALUE}'\n"
    );
    Description::from_toml(&world).unwrap()
}

/// A host for an app that shares its grants with Keyfob.
fn host(app: &App) -> (Host<App>, Recorder) {
    let fake = Fake::new(description()).unwrap();
    let clock = Clock::starting_at(Clock::TEST_START);
    let host = Host::new(app).envs(fake.environment()).env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", VAULT);
    let egress = Egress::in_process(Arc::new(SlowToken(fake)), clock).allow_any();
    let requests = egress.recorder();
    (host.clock(clock).egress(egress), requests)
}

async fn explore(host: &Host<App>, words: &[&str]) -> String {
    let words: Vec<String> = ["app"].iter().chain(words).map(|&word| word.to_owned()).collect();
    let ended = host.run(&words).await.unwrap();
    assert_eq!((ended.status, String::from_utf8(ended.stderr).unwrap()), (0, String::new()));
    String::from_utf8(ended.stdout).unwrap()
}

/// How many of the requests are for a token, and how many for the vault.
fn count(requests: &Recorder) -> (usize, usize) {
    let lines = requests.lines();
    let tokens = lines.iter().filter(|line| line.contains("/msi/")).count();
    (tokens, lines.len() - tokens)
}

#[tokio::test(start_paused = true)]
async fn calls_go_on_when_another_is_abandoned() {
    let app = App::load(apps::async_explorer()).unwrap();
    assert_eq!(app.kind(), AppKind::Command);
    let read = read();
    // The second call waits for the token that the first one requests.
    let (host_a, requests) = host(&app);
    let said = explore(&host_a, &[&format!("abandon-second={VAULT}")]).await;
    assert_eq!(said, format!("abandon-second {read}, abandoned, {read}, then {read}\n"));
    assert_eq!(count(&requests).0, 1, "{:?}", requests.lines());
    // The request of the first one ends with it, and another call makes its own.
    let (host_b, requests) = host(&app);
    let said = explore(&host_b, &[&format!("abandon-first={VAULT}")]).await;
    assert_eq!(said, format!("abandon-first abandoned, {read}, {read}, then {read}\n"));
    assert_eq!(count(&requests).0, 2, "{:?}", requests.lines());
}

#[tokio::test(start_paused = true)]
async fn app_has_nothing_of_keyfobs_grants() {
    let azure = Arc::new(Fake::new(description()).unwrap());
    let clock = Clock::starting_at(Clock::TEST_START);
    let folder = World::app_service();
    let app = App::load(apps::async_explorer()).unwrap();
    let host = |own: Egress| {
        let keyfob = Egress::in_process(azure.clone(), clock).allow_any();
        let keyfob = Host::new(&()).envs(azure.environment()).env("AZURE_CLIENT_ID", USER).egress(keyfob);
        let keyfob = keyfob.preopened_dir(folder.folder(), "/keyfobs");
        Host::new(&app).env("OWN", "value").clock(clock).egress(own).keyfob_grants(keyfob)
    };
    let (secret, vault) = (format!("secret={VAULT}"), format!("get={VAULT}/"));
    let words = ["environment", "preopens", "read=/keyfobs/ca.pem", "get=http://169.254.130.4:8081/", &vault, &secret];
    let expected = format!(
        "environment [\"OWN=value\"]\npreopens []\nread nothing\nget ErrorCode::HttpRequestDenied\n\
         get ErrorCode::HttpRequestDenied\nsecret {}\n",
        read()
    );
    assert_eq!(explore(&host(Egress::closed()), &words).await, expected);
    // The app's own egress sends the app's requests, and none of Keyfob's.
    let own = Egress::in_process(azure.clone(), clock).allow("story-kv.vault.azure.net");
    let requests = own.recorder();
    assert_eq!(explore(&host(own), &[&vault, &secret]).await, format!("get 401\nsecret {}\n", read()));
    assert_eq!(requests.lines(), [format!("GET {VAULT}/")]);
}

#[tokio::test(start_paused = true)]
async fn library_calls_http_apps() {
    let app = App::load(apps::async_server()).unwrap();
    assert_eq!(app.kind(), AppKind::Http);
    let (host, requests) = host(&app);
    let ask = |path: &str, body: &'static [u8]| {
        host.handle(Request::post(format!("http://my-app{path}")).body(Bytes::from_static(body)).unwrap())
    };
    let answered = ask("/secret", b"").await.unwrap();
    let body = read().into_bytes();
    assert_eq!(answered, AppResponse { status: StatusCode::OK, body, stderr: Vec::new() });
    assert_eq!(count(&requests), (1, 1));
    // A new instance for each.
    for _ in 0..2 {
        assert_eq!(ask("/count", b"").await.unwrap().body, b"1");
    }
    assert_eq!(ask("/request?a=b", b"four").await.unwrap().body, b"Method::Post my-app /request?a=b 4 bytes");
    assert_eq!(ask("/large", b"").await.unwrap().body.len(), 300_000);
    for (path, why) in [
        ("/error", "the app answered with the error ErrorCode::ConfigurationError"),
        ("/trap", "the app stopped: wasm trap: "),
        ("/trap-after-answer", "the app stopped: wasm trap: "),
    ] {
        let error = ask(path, b"").await.unwrap_err().to_string();
        assert!(error.starts_with(why), "{path}: {error}");
    }
    let nowhere = host.handle(Request::new(Bytes::new())).await.unwrap_err();
    assert_eq!(nowhere.to_string(), "the request can't be handed to the app");
    let error = host.run(&["app".to_owned()]).await.unwrap_err();
    assert_eq!(error.to_string(), "the app serves HTTP and is no command");
}

/// An app composed elsewhere, by a tool that does not look at the versions.
#[tokio::test(start_paused = true)]
async fn trap_of_an_app_that_cannot_wait_names_the_cure() {
    let app = std::fs::read(apps::blocking_caller()).unwrap();
    let refused = compose(&app, Build::P3WithoutCertificates.bytes()).unwrap_err().to_string();
    assert!(refused.contains("which can't wait for the async functions of"), "{refused}");
    let composed = crate::spin_compose::plugged(&app, Build::P3WithoutCertificates.bytes());
    let (host, _) = host(&App::compile(&composed, AppKind::Command).unwrap());
    let stopped = host.run(&["app".to_owned()]).await.unwrap_err().to_string();
    let says =
        "the app stopped: wasm trap: cannot block a synchronous task before returning: an app of WASI 0.2 can't wait";
    assert!(stopped.starts_with(says), "{stopped}");
}

fn server(world: &World) -> Server {
    let app = apps::async_server();
    let run = world.keyfob(&["run", app.to_str().unwrap(), "--addr", "127.0.0.1:0"]).platform();
    Server::start_app(&run.env("KEYVAULT_URL", VAULT).env("AZURE_CLIENT_ID", USER), &app)
}

#[test]
fn requests_share_an_instance_and_its_token() {
    let world = World::app_service();
    let server = server(&world);
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| server.get("/secret"))).collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), (200, read()));
        }
    });
    // An instance that computes takes no further request, so there may be several. None asks twice.
    let tokens = world.requests().iter().filter(|line| line.contains("/msi/token")).count();
    assert!(tokens < 8, "{:?}", world.requests());
}

#[test]
fn requests_reach_the_app_complete() {
    let world = World::app_service();
    let server = server(&world);
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
    let mut server = server(&world);
    let failed = (500, "the app gave no answer; the stderr of its host says why\n".to_owned());
    assert_eq!(server.get("/error?code=s3cret"), failed);
    assert_eq!(server.line(), "error: GET /error: the app answered with the error ErrorCode::ConfigurationError");
    let trap = "error: the app stopped: wasm trap: wasm `unreachable` instruction executed";
    assert_eq!(server.get("/trap"), failed);
    while server.line() != trap {}
    while server.line() != "error: GET /trap: the app stopped before it answered" {}
    server.get("/trap-after-answer");
    while server.line() != trap {}
    // The server still works, with another instance.
    assert_eq!(server.get("/count"), (200, "1".to_owned()));
}

#[test]
fn composed_app_runs() {
    let world = World::app_service();
    let (app, file) = (apps::async_explorer(), world.folder().join("app.wasm"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyfob"));
    let composed = Output::of(command.args(["compose", app.to_str().unwrap(), file.to_str().unwrap()]).env_clear());
    assert_eq!(composed.status, 0, "{composed:?}");
    let run = world.keyfob(&["run", "app.wasm"]).platform().env("AZURE_CLIENT_ID", USER);
    let run = run.args(&["--allow-host", "169.254.130.4:8081", "--allow-host", "story-kv.vault.azure.net"]);
    assert_eq!(run.app_args(&[&format!("secret={VAULT}")]).output().success(), format!("secret {}", read()));
}
