//! Allowed hosts, connections, and `--trace`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

use fake_azure::wire::{Request, ScriptedResponse};

use crate::run::Run;
use crate::world::{TENANT, USER, VALUE, World};

const OTHER_HOST: &str = "evil.example:443";

/// Makes the other host reachable, with a trusted certificate.
fn with_reachable_host<'w>(run: Run<'w>, world: &World) -> Run<'w> {
    run.env("AZURE_CLIENT_ID", USER).connect_to(OTHER_HOST, world.tls)
}

#[track_caller]
fn assert_not_requested(host: &str, world: &World) {
    let requests = world.requests();
    assert!(!requests.is_empty());
    assert!(requests.iter().all(|request| !request.contains(host)), "{requests:?}");
}

fn redirect_from(host: &'static str) -> impl Fn(&Request) -> Option<ScriptedResponse> {
    move |request| {
        let elsewhere =
            ScriptedResponse::reply(307, "text/plain", "").header("location", "https://evil.example/secrets/secret-a");
        (request.uri().host() == Some(host)).then_some(elsewhere)
    }
}

#[test]
fn redirects_are_not_followed() {
    for (host, kind) in [("story-kv.vault.azure.net", "unexpected-reply"), ("169.254.130.4", "unexpected-reply")] {
        let world = World::with_overrides("app-service", "", redirect_from(host));
        // Not even if the host is allowed.
        for allowed in [vec![], vec!["--allow-host", "evil.example"]] {
            let error = with_reachable_host(world.get_secret(), &world).args(&allowed).json().output().error();
            assert_eq!(error["status"], 307, "{error}");
            assert_eq!(error["kind"], kind, "{error}");
        }
        assert_not_requested("//evil.example", &world);
    }
}

fn challenge_with(challenge: String) -> impl Fn(&Request) -> Option<ScriptedResponse> {
    move |request| {
        let asked = ScriptedResponse::reply(401, "text/plain", "").header("www-authenticate", &challenge);
        request.uri().path().starts_with("/secrets/").then_some(asked)
    }
}

#[test]
fn challenges_cannot_redirect_token_requests() {
    let elsewhere =
        format!("Bearer authorization=\"https://evil.example/{TENANT}\", resource=\"https://vault.azure.net\"");
    let world = World::with_overrides("app-service", "", challenge_with(elsewhere));
    let error = with_reachable_host(world.get_secret(), &world).json().output().error();
    assert_eq!(error["status"], 401, "{error}");
    assert_not_requested("//evil.example", &world);

    let somebody = format!(
        "Bearer authorization=\"https://login.microsoftonline.com/{TENANT}\", resource=\"https://evil.example\""
    );
    let world = World::with_overrides("app-service", "", challenge_with(somebody));
    let error = with_reachable_host(world.get_secret(), &world).json().output().error();
    assert_eq!(error["kind"], "unexpected-reply", "{error}");
    assert_not_requested("evil.example", &world);
}

#[test]
fn vault_outside_the_known_clouds_is_allowed_by_its_url() {
    let world = World::app_service();
    let run = || {
        let vault = ["get-secret", "secret-a", "--vault-url", "https://kv.corp.example"];
        with_reachable_host(world.keyfob(&vault).platform(), &world)
    };
    assert_eq!(run().output().value(), VALUE);
    assert_eq!(run().args(&["--allow-host", "kv.corp.example:443"]).output().value(), VALUE);
}

#[test]
fn trace_prints_a_line_for_each_request() {
    let world = World::app_service();
    let run = world.get_secret().args(&["--trace"]).env("AZURE_CLIENT_ID", USER).output();
    assert_eq!((run.status, run.stdout.as_str()), (0, VALUE));
    let lines: Vec<&str> = run.stderr.lines().collect();
    let [token, secret] = lines[..] else { panic!("{lines:?}") };
    let begins =
        "GET http://169.254.130.4:8081/msi/token?api-version=2019-08-01&resource=…&client_id=… -> 200 application/json";
    assert!(token.starts_with(begins) && token.ends_with(" ms"), "{token}");
    let begins = "GET https://story-kv.vault.azure.net/secrets/secret-a?api-version=2026-04-01 -> 200 application/json";
    assert!(secret.starts_with(begins) && secret.ends_with(" ms"), "{secret}");

    // stdout holds only the failure's JSON.
    let run = world.get_secret().args(&["--trace"]).env("AZURE_CLIENT_ID", USER).without_ca().json().output();
    assert_eq!(run.error()["kind"], "transport");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with("GET https://story-kv.vault.azure.net/") && !lines[1].contains("-> 200"), "{lines:?}");
}

#[test]
fn trace_hides_header_values_even_when_echoed() {
    let echo = |request: &Request| {
        let header = request.headers().get("x-identity-header")?.to_str().ok()?;
        Some(ScriptedResponse::reply(200, header, "{}"))
    };
    let world = World::with_overrides("app-service", "", echo);
    // Each run's output is searched for the header's value.
    let run = world.get_secret().args(&["--trace"]).env("AZURE_CLIENT_ID", USER).output();
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("-> 200 another content type in "), "{run:?}");
}

/// A TCP proxy to `address` that counts connections.
fn counting_proxy(address: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let door = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    // The thread ends with the test process.
    thread::spawn(move || {
        for client in listener.incoming() {
            count.fetch_add(1, Ordering::Relaxed);
            let (client, server) = (client.unwrap(), TcpStream::connect(address).unwrap());
            let ways = [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)];
            for (mut from, mut to) in ways {
                thread::spawn(move || {
                    io::copy(&mut from, &mut to).unwrap_or_default();
                    to.shutdown(std::net::Shutdown::Write).unwrap_or_default();
                });
            }
        }
    });
    (door, connections)
}

#[test]
fn requests_to_a_vault_share_a_connection() {
    let challenge = format!(
        "Bearer authorization=\"https://login.microsoftonline.com/{TENANT}\", resource=\"https://vault.azure.net\""
    );
    let (refuses, count) = (challenge_with(challenge), AtomicUsize::new(0));
    let once = move |request: &Request| {
        let refusal = refuses(request)?;
        (count.fetch_add(1, Ordering::Relaxed) == 0).then_some(refusal)
    };
    let world = World::with_overrides("app-service", "", once);
    let (door, connections) = counting_proxy(world.tls);
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).connect_to("story-kv.vault.azure.net:443", door).output();
    assert_eq!(run.value(), VALUE);
    let secrets = world.requests().iter().filter(|request| request.contains("/secrets/")).count();
    assert_eq!((secrets, connections.load(Ordering::Relaxed)), (2, 1));
}
