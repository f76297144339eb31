//! Caching of tokens, and sharing of a tool's run.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::machine::DeveloperMachine;
use super::server::DevIdentityServer;

const VAULT: &str = "https://vault.azure.net";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn tokens_are_cached_by_resource() {
    let machine = DeveloperMachine::new();
    machine.az("canary", 4_070_908_800);
    let mut server = DevIdentityServer::start(&machine, &[]);
    let first = server.token(VAULT);
    assert_eq!(first.0, 200);
    assert_eq!(server.token(VAULT), first);
    assert_eq!(machine.command_lines("az").len(), 1);
    assert_eq!(server.token("https://management.azure.com").0, 200);
    assert_eq!(machine.command_lines("az").len(), 2);

    server.wait_for_line("https://vault.azure.net: AzureCliCredential, until 2099-01-01T00:00:00Z\n");
    server.wait_for_line("https://vault.azure.net: AzureCliCredential, until 2099-01-01T00:00:00Z, from the cache\n");
    let header = server.environment["IDENTITY_HEADER"].clone();
    let (status, said) = server.stop("-INT");
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("canary") && !said.contains(&header), "{said}");
}

#[test]
fn token_near_its_expiry_is_refreshed() {
    let machine = DeveloperMachine::new();
    machine.az("old", now() + 299);
    let server = DevIdentityServer::start(&machine, &[]);
    assert_eq!(server.token(VAULT).1["access_token"], "old");
    machine.az("new", now() + 3600);
    assert_eq!(server.token(VAULT).1["access_token"], "new");
    assert_eq!(server.token(VAULT).1["access_token"], "new");
    assert_eq!(machine.command_lines("az").len(), 2);
}

#[test]
fn old_token_is_used_when_the_refresh_fails() {
    let machine = DeveloperMachine::new();
    machine.az("old", now() + 299);
    let server = DevIdentityServer::start(&machine, &[]);
    assert_eq!(server.token(VAULT).0, 200);
    machine.az_signed_out();
    assert_eq!(server.token(VAULT).1["access_token"], "old");
    assert_eq!(machine.command_lines("az").len(), 2);
}

#[test]
fn failures_are_not_cached() {
    let machine = DeveloperMachine::new();
    machine.az_signed_out();
    let server = DevIdentityServer::start(&machine, &[]);
    assert_eq!(server.token(VAULT).0, 400);
    machine.az("token", 4_070_908_800);
    assert_eq!(server.token(VAULT).0, 200);
}

#[test]
fn concurrent_requests_share_one_tool_run() {
    let machine = DeveloperMachine::new();
    machine.az("token", 4_070_908_800);
    let gate = machine.gate("az");
    let server = DevIdentityServer::start(&machine, &[]);

    let impatient = server.send_token_request(VAULT);
    let az = OpenOptions::new().write(true).open(&gate).unwrap();
    drop(impatient);
    // A second run of the tool would block.
    std::fs::remove_file(&gate).unwrap();
    thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| server.token(VAULT))).collect();
        // A request for another resource does not wait for the first.
        assert_eq!(server.token("https://management.azure.com").0, 200);
        drop(az);
        for answer in asking {
            assert_eq!(answer.join().unwrap().1["access_token"], "token");
        }
    });
    assert_eq!(
        machine.command_lines("az").iter().filter(|line| line.ends_with(VAULT)).count(),
        1,
        "{:?}",
        machine.command_lines("az")
    );
}

#[test]
fn stopping_the_server_stops_the_tool() {
    let machine = DeveloperMachine::new();
    machine.az("token", 4_070_908_800);
    let gate = machine.gate("az");
    let server = DevIdentityServer::start(&machine, &[]);
    let asks = server.send_token_request(VAULT);
    let mut az = OpenOptions::new().write(true).open(&gate).unwrap();
    assert_eq!(server.stop("-TERM").0, Some(0));
    drop(asks);
    // The tool reads until it is killed.
    while az.write_all(b".").is_ok() {
        thread::yield_now();
    }
    assert_eq!(machine.command_lines("az").len(), 1);
}
