//! Apps that are composed with Keyfob already, and apps run by the library.

use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use fake_azure::{Description, Fake};
use http::{Request, StatusCode};
use keyfob_host_test::app::{App, AppKind, AppResponse, CommandOutput};
use keyfob_host_test::compose::{ComponentTypes, compose};
use keyfob_host_test::{Build, Clock, Egress, Host};

use crate::apps;
use crate::run::Output;
use crate::world::{USER, VALUE, VAULT, World};

#[test]
fn composed_app_imports_only_wasi_and_is_not_composed_again() {
    let app = std::fs::read(apps::server()).unwrap();
    let keyfob = Build::WithoutCertificates.bytes();
    let composed = compose(&app, keyfob).unwrap().expect("it imports Keyfob");
    let (before, after) = (ComponentTypes::read(&app).unwrap(), ComponentTypes::read(&composed).unwrap());
    assert!(before.imports_keyfob() && !before.exports_keyfob());
    assert!(after.imports().all(|name| name.starts_with("wasi:")), "{after:?}");
    assert!(after.exports().eq(before.exports()), "{after:?}");
    assert_eq!(compose(&composed, keyfob).unwrap(), None);
}

#[test]
fn composed_app_runs() {
    let world = World::app_service();
    let keyfob = Build::WithCertificates.bytes();
    let composed = compose(&std::fs::read(apps::readme()).unwrap(), keyfob).unwrap().unwrap();
    std::fs::write(world.folder().join("app.wasm"), composed).unwrap();
    // Its Keyfob has the app's grants, and the app is given no identity endpoint by its variables.
    let run = || world.keyfob(&["run", "app.wasm"]).platform().env("AZURE_CLIENT_ID", USER);
    let denied = run().output();
    assert!(
        denied.stderr.contains("a request of the app to 169.254.130.4:8081 was denied; to allow it: "),
        "{denied:?}"
    );
    assert_eq!(denied.status, 1);
    // The vault is not one of this world. That its host is denied shows that the composed Keyfob has a token.
    let denied = run().args(&["--allow-host", "169.254.130.4:8081"]).output();
    assert!(denied.stderr.contains("--allow-host my-vault.vault.azure.net"), "{denied:?}");
}

#[test]
fn composed_app_gets_a_fake_azure_and_not_the_developers_sign_in() {
    let world = World::app_service();
    let composed =
        compose(&std::fs::read(apps::explorer()).unwrap(), Build::WithCertificates.bytes()).unwrap().unwrap();
    std::fs::write(world.folder().join("app.wasm"), composed).unwrap();
    let fake = |example: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
        command.args(["run", "app.wasm", "--fake-example", example]).env_clear().current_dir(world.folder());
        command.args(["--env", "AZURE_CLIENT_ID=5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"]);
        Output::of(command.args(["--", "secret=https://my-vault.vault.azure.net"]))
    };
    for example in ["app-service", "aks"] {
        assert_eq!(fake(example).success(), "secret 21 characters", "{example}");
    }
    let dev = world.keyfob(&["run", "app.wasm", "--dev"]).output();
    assert!(dev.usage_error().contains("app.wasm does not import Keyfob, and --dev gives your sign-in"), "{dev:?}");
}

#[tokio::test(start_paused = true)]
async fn library_runs_command_apps() {
    let world = format!(
        "platform = 'app-service'\n\
         [[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '{USER}'\n\
         [[vault]]\nurl = 'https://my-vault.vault.azure.net'\nroles = {{ app = 'Key Vault Secrets User' }}\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = '{VALUE}'\n"
    );
    let azure = Arc::new(Fake::new(Description::from_toml(&world).unwrap()).unwrap());
    let clock = Clock::starting_at(Clock::TEST_START);
    let egress = Egress::in_process(azure.clone(), clock).allow_any();
    let requests = egress.recorder();
    let app = App::load(apps::readme()).unwrap();
    assert_eq!(app.kind(), AppKind::Command);

    let host = Host::new(&app).envs(azure.environment()).env("AZURE_CLIENT_ID", USER).clock(clock).egress(egress);
    let ended = host.run(&["app".to_owned()]).await.unwrap();
    let stdout = format!("{} characters\n", VALUE.len()).into_bytes();
    assert_eq!(ended, CommandOutput { status: 0, stdout, stderr: Vec::new() });
    assert_eq!(requests.lines().len(), 2);

    let trap = Host::new(&App::load(apps::probe()).unwrap()).run(&["probe".to_owned()]).await.unwrap_err();
    assert!(trap.to_string().starts_with("the app stopped: wasm trap: "), "{trap}");
    assert_eq!(App::load(apps::server()).unwrap().kind(), AppKind::Http);
    let folder = World::app_service();
    let error = App::load(folder.component(Build::WithCertificates)).err().expect("Keyfob is no app");
    assert!(error.to_string().contains(".wasm is Keyfob itself"), "{error}");
}

/// What an app does, where it and Keyfob have grants of their own.
async fn explore(app: Egress, azure: &Arc<Fake>, words: &[&str]) -> String {
    let clock = Clock::starting_at(Clock::TEST_START);
    let keyfob = Egress::in_process(azure.clone(), clock).allow_any();
    let folder = World::app_service();
    let keyfob = Host::new(&()).envs(azure.environment()).env("AZURE_CLIENT_ID", USER).egress(keyfob);
    let keyfob = keyfob.preopened_dir(folder.folder(), "/keyfobs");
    let host = Host::new(&App::load(apps::explorer()).unwrap()).env("OWN", "value").clock(clock).egress(app);
    let host = host.keyfob_grants(keyfob);
    let words: Vec<String> = ["app"].iter().chain(words).map(|&word| word.to_owned()).collect();
    let ended = host.run(&words).await.unwrap();
    assert_eq!((ended.status, String::from_utf8(ended.stderr).unwrap()), (0, String::new()));
    String::from_utf8(ended.stdout).unwrap()
}

#[tokio::test(start_paused = true)]
async fn app_has_nothing_of_keyfobs_grants() {
    let world = format!(
        "platform = 'app-service'\n\
         [[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '{USER}'\n\
         [[vault]]\nurl = '{VAULT}'\nroles = {{ app = 'Key Vault Secrets User' }}\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = '{VALUE}'\n"
    );
    let azure = Arc::new(Fake::new(Description::from_toml(&world).unwrap()).unwrap());
    let secret = format!("secret={VAULT}");
    let vault = format!("get={VAULT}/");
    let words = ["environment", "preopens", "read=/keyfobs/ca.pem", "get=http://169.254.130.4:8081/", &vault, &secret];
    let expected = format!(
        "environment [\"OWN=value\"]\npreopens []\nread nothing\nget ErrorCode::HttpRequestDenied\n\
         get ErrorCode::HttpRequestDenied\nsecret {} characters\n",
        VALUE.len()
    );
    assert_eq!(explore(Egress::closed(), &azure, &words).await, expected);
    // The app's own egress sends the app's requests, and none of Keyfob's.
    let own =
        Egress::in_process(azure.clone(), Clock::starting_at(Clock::TEST_START)).allow("story-kv.vault.azure.net");
    let requests = own.recorder();
    let printed = explore(own, &azure, &[&vault, &secret]).await;
    assert_eq!(printed, format!("get 401\nsecret {} characters\n", VALUE.len()));
    assert_eq!(requests.lines(), [format!("GET {VAULT}/")]);
}

#[tokio::test(start_paused = true)]
async fn library_calls_http_apps() {
    let world = format!(
        "platform = 'vm'\n\
         [[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '{USER}'\n\
         [[vault]]\nurl = '{VAULT}'\nroles = {{ app = 'Key Vault Secrets User' }}\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = '{VALUE}'\n"
    );
    let azure = Arc::new(Fake::new(Description::from_toml(&world).unwrap()).unwrap());
    let clock = Clock::starting_at(Clock::TEST_START);
    let egress = Egress::in_process(azure, clock).allow_any();
    let requests = egress.recorder();
    let host = Host::new(&App::load(apps::server()).unwrap()).env("KEYVAULT_URL", VAULT).clock(clock).egress(egress);
    let ask = |path: &str, body: &'static [u8]| {
        host.handle(Request::post(format!("http://my-app{path}")).body(Bytes::from_static(body)).unwrap())
    };

    let answered = ask("/secret", b"").await.unwrap();
    let body = format!("{} characters", VALUE.len()).into_bytes();
    assert_eq!(answered, AppResponse { status: StatusCode::OK, body, stderr: Vec::new() });
    assert_eq!(requests.lines().len(), 2);
    let answered = ask("/request?a=b", b"four").await.unwrap();
    assert_eq!(answered.body, b"Method::Post my-app /request?a=b 4 bytes");
    for (path, why) in [
        ("/error", "the app answered with the error ErrorCode::ConfigurationError"),
        ("/nothing", "the app ended without an answer"),
        ("/trap", "the app stopped: wasm trap: "),
        ("/trap-after-answer", "the app stopped: wasm trap: "),
    ] {
        let error = ask(path, b"").await.unwrap_err().to_string();
        assert!(error.starts_with(why), "{path}: {error}");
    }
    let command = Host::new(&App::load(apps::readme()).unwrap());
    let error = command.handle(Request::new(Bytes::new())).await.unwrap_err();
    assert_eq!(error.to_string(), "the app is a command and serves no HTTP");
}
