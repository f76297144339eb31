//! Random replies in random order to the calls of `tests/faults/requests`. Whatever the reply, the built component does
//! not trap, ends within its time and memory limits, sends no request to another host and each secret only to its own
//! host, shows no secret, and leaves none in its memory.
//!
//! The seed is fixed. `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=7 cargo test --test random -- --nocapture` runs more and
//! other sequences.

// Tests may panic, and their modules are private to the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]

mod replies;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyfob_test_support::case;
use keyfob_test_support::fake::{Fake, Fault};
use keyfob_test_support::fault_table::{self, TargetRequest};
use keyfob_test_support::host::egress::RecordedRequest;
use keyfob_test_support::host::{Build, Clock};
use keyfob_test_support::player::{Player, PlayerKind};
use keyfob_test_support::world::{self, World};
use keyfob_test_support::{checks, run};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

/// Headers that hold a secret, and the only host that may get each.
const HEADERS: [(&str, &str); 2] = [("x-identity-header", "169.254.130.4:8081"), ("secret", "127.0.0.1:46808")];
/// Form fields that hold a client's secret. Only `AUTHORITY` may get them.
const PROOFS: [&str; 2] = ["client_secret=", "client_assertion="];
const AUTHORITY: &str = "login.microsoftonline.com";

fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 3_000;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_261_125);
    }
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Direct("tests/random/regressions.txt")));
    config
}

#[test]
fn random_replies() {
    let requests = fault_table::target_requests(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults"));
    let hosts: Vec<Vec<String>> = requests.iter().map(|request| run(hosts_without_faults(request))).collect();
    let mut runner = proptest::test_runner::TestRunner::new(config());
    let strategy = (0..requests.len(), replies::sequence());
    let ends = RefCell::new(BTreeMap::new());
    let one = |(request, replies): (usize, _)| {
        run(play_with_replies(&requests[request], replies, &hosts[request], &ends)).map_err(TestCaseError::fail)
    };
    if let Err(problem) = runner.run(&strategy, one) {
        panic!("{problem}");
    }
    println!("{} sequences of replies; how their calls ended: {:?}", runner.config().cases, ends.into_inner());
}

/// The hosts that get the requests of a call without faults.
async fn hosts_without_faults(request: &TargetRequest) -> Vec<String> {
    let (world, recorder) = World::of(&request.case, Clock::starting_at(Clock::TEST_START));
    let mut player = Player::new(world, PlayerKind::Wasm(Build::WithoutCertificates)).await;
    for step in &request.case.steps {
        player.step(&request.case, &world::vault_url(&request.case), step).await.unwrap();
    }
    recorder.requests().iter().map(host).collect()
}

fn host(request: &RecordedRequest) -> String {
    request.url.split('/').nth(2).unwrap().to_owned()
}

/// Runs the steps of a request's case, and the last one again, with these replies in place of the first ones.
async fn play_with_replies(
    request: &TargetRequest,
    replies: Vec<Fault>,
    hosts: &[String],
    ends: &RefCell<BTreeMap<String, usize>>,
) -> Result<(), String> {
    let mut case = request.case.clone();
    case.faults.extend(replies);
    case.env.insert("AZURE_LOG_LEVEL".to_owned(), "verbose".to_owned());
    let clock = Clock::starting_at(Clock::TEST_START);
    let planted = Fake::new(case.azure.clone()).unwrap().planted_secrets();
    let (world, recorder) = World::of(&case, clock);
    let visible = Arc::clone(&world.visible);
    let mut player = Player::new(world, PlayerKind::Wasm(Build::WithoutCertificates)).await;

    let vault = world::vault_url(&case);
    for step in case.steps.iter().chain(case.steps.last()) {
        let start = clock.elapsed();
        let result = player.step(&case, &vault, step).await;
        let took = clock.elapsed() - start;
        let end = result.as_ref().map_or_else(|problem| problem.kind.clone(), |_| "ok".to_owned());
        *ends.borrow_mut().entry(end).or_default() += 1;
        let limit = if case.credential.kind == case::Kind::ManagedIdentity { 100 } else { 30 };
        // Three requests: two pages, and the end of the list.
        let limit = if step.list_secrets.is_some() { 3 * limit } else { limit };
        if took > Duration::from_secs(limit) {
            return Err(format!("it took {took:?}: {result:?}"));
        }
        let secrets = checks::secrets_of(&case, &planted, &recorder);
        checks::check_no_leak(&secrets, &result, &[&player.log(), &visible.lock().unwrap()])?;
    }
    recorder.requests().iter().try_for_each(|request| check_destination(request, hosts, &vault))?;
    let secrets = checks::secrets_of(&case, &planted, &recorder);
    checks::check_memory_zeroed(&case, &secrets, player.end(&case).await.as_deref())
}

/// Fails if a request goes to another host than those of an hosts_without_faults call, or holds a secret that is for
/// another host.
fn check_destination(request: &RecordedRequest, hosts: &[String], vault: &str) -> Result<(), String> {
    let host = host(request);
    if !hosts.contains(&host) {
        return Err(format!("a request was sent to {host}"));
    }
    for (header, owner) in HEADERS {
        if request.headers.contains_key(header) && host != owner {
            return Err(format!("{header} was sent to {host}"));
        }
    }
    let form = String::from_utf8_lossy(&request.body);
    let proof = PROOFS.into_iter().find(|proof| form.contains(proof));
    if let Some(proof) = proof.filter(|_| host != AUTHORITY) {
        return Err(format!("{proof} was sent to {host}"));
    }
    let bearer = request.headers.get("authorization").is_some_and(|value| value.as_bytes().starts_with(b"Bearer"));
    if bearer && vault != format!("https://{host}") {
        return Err(format!("a token was sent to {host}"));
    }
    Ok(())
}
