//! What is remembered and what is not, and one search for many who ask.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::desk::Desk;
use super::served::Served;

const VAULT: &str = "https://vault.azure.net";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_token_is_kept_for_its_resource() {
    let desk = Desk::new();
    desk.az("canary", 4_070_908_800);
    let mut served = Served::start(&desk, &[]);
    let first = served.token(VAULT);
    assert_eq!(first.0, 200);
    assert_eq!(served.token(VAULT), first);
    assert_eq!(desk.starts("az").len(), 1);
    assert_eq!(served.token("https://management.azure.com").0, 200);
    assert_eq!(desk.starts("az").len(), 2);

    served.hears("https://vault.azure.net: AzureCliCredential, until 2099-01-01T00:00:00Z\n");
    served.hears("https://vault.azure.net: AzureCliCredential, until 2099-01-01T00:00:00Z, from memory\n");
    let header = served.environment["IDENTITY_HEADER"].clone();
    let (status, said) = served.stops("-INT");
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("canary") && !said.contains(&header), "{said}");
}

#[test]
fn a_token_that_is_due_is_fetched_anew() {
    let desk = Desk::new();
    desk.az("old", now() + 299);
    let served = Served::start(&desk, &[]);
    assert_eq!(served.token(VAULT).1["access_token"], "old");
    desk.az("new", now() + 3600);
    assert_eq!(served.token(VAULT).1["access_token"], "new");
    assert_eq!(served.token(VAULT).1["access_token"], "new");
    assert_eq!(desk.starts("az").len(), 2);
}

#[test]
fn due_is_not_over() {
    let desk = Desk::new();
    desk.az("old", now() + 299);
    let served = Served::start(&desk, &[]);
    assert_eq!(served.token(VAULT).0, 200);
    desk.az_signed_out();
    assert_eq!(served.token(VAULT).1["access_token"], "old");
    assert_eq!(desk.starts("az").len(), 2);
}

#[test]
fn a_sign_in_counts_at_once() {
    let desk = Desk::new();
    desk.az_signed_out();
    let served = Served::start(&desk, &[]);
    assert_eq!(served.token(VAULT).0, 400);
    desk.az("token", 4_070_908_800);
    assert_eq!(served.token(VAULT).0, 200);
}

#[test]
fn one_start_for_many_who_ask_and_for_one_who_left() {
    let desk = Desk::new();
    desk.az("token", 4_070_908_800);
    let gate = desk.gate("az");
    let served = Served::start(&desk, &[]);

    let impatient = served.asks(VAULT);
    let az = OpenOptions::new().write(true).open(&gate).unwrap();
    drop(impatient);
    // A second start would wait for ever.
    std::fs::remove_file(&gate).unwrap();
    thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| served.token(VAULT))).collect();
        // Another resource is another search, which does not wait for the first.
        assert_eq!(served.token("https://management.azure.com").0, 200);
        drop(az);
        for answer in asking {
            assert_eq!(answer.join().unwrap().1["access_token"], "token");
        }
    });
    assert_eq!(desk.starts("az").iter().filter(|line| line.ends_with(VAULT)).count(), 1, "{:?}", desk.starts("az"));
}

#[test]
fn who_stops_it_stops_the_tool() {
    let desk = Desk::new();
    desk.az("token", 4_070_908_800);
    let gate = desk.gate("az");
    let served = Served::start(&desk, &[]);
    let asks = served.asks(VAULT);
    let mut az = OpenOptions::new().write(true).open(&gate).unwrap();
    assert_eq!(served.stops("-TERM").0, Some(0));
    drop(asks);
    // It reads whatever is written, until it is gone.
    while az.write_all(b".").is_ok() {
        thread::yield_now();
    }
    assert_eq!(desk.starts("az").len(), 1);
}
