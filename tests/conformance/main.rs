//! Plays every file of `tests/cases` with Keyfob and with the official Python SDK and compares the results; see
//! README.md.

// Tests may panic, and their modules are private to the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]

mod differences;
mod outcome;
mod requests;
mod sdk;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use keyfob_test_support::case::Case;
use keyfob_test_support::fake::{ConnectFault, Fake};
use keyfob_test_support::host::Clock;
use keyfob_test_support::native::NativePlayer;
use keyfob_test_support::player::PlayerKind;
use keyfob_test_support::world::{self, World};
use keyfob_test_support::{files, run};

use differences::Differences;
use requests::{Normalizer, SentRequest};
use sdk::{Playback, Sdk};
use table::{Comparison, Table};

/// The variable with the path of a Python interpreter that has the SDK.
const PYTHON: &str = "KEYFOB_CONFORMANCE_PYTHON";

fn main() -> ExitCode {
    let Some(python) = std::env::var_os(PYTHON) else {
        println!("conformance: not run; tests/conformance/run runs it, with the official Python SDK");
        return ExitCode::SUCCESS;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let differences = std::fs::read_to_string(root.join("tests/conformance/differences.toml")).unwrap();
    let differences = Differences::read(&differences);
    let folder = root.join("tests/cases");
    // A part of the cases' names.
    let filter = std::env::args().nth(1).unwrap_or_default();
    let mut sdk = Sdk::start(&python);
    let mut counts = BTreeMap::new();
    let mut table = Table::default();
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        if name.contains(&filter) {
            let pair = pair(&file, &mut sdk, &differences, &mut counts);
            table.add(&name, &pair, &differences);
        }
    }
    let stale = if filter.is_empty() { differences.stale() } else { Vec::new() };
    let well = table.print(counts.into_iter(), differences.fields(), &stale);
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn pair(
    file: &Path,
    sdk: &mut Sdk,
    differences: &Differences,
    counts: &mut BTreeMap<&'static str, usize>,
) -> Comparison {
    let text = std::fs::read_to_string(file).unwrap();
    let (text, case) = match (toml::from_str::<toml::Table>(&text), Case::from_toml(&text)) {
        (Ok(text), Ok(case)) => (text, case),
        (Err(error), _) => return Comparison::Broken(error.to_string()),
        (_, Err(error)) => return Comparison::Broken(error),
    };
    if let Err(error) = Fake::new(case.azure.clone()) {
        return Comparison::Broken(format!("{error:#}"));
    }
    if case.build.is_some_and(|build| !PlayerKind::Native.plays(build)) {
        return Comparison::NotApplicable("it is about the build without certificates".to_owned());
    }
    // The SDK sees a connection that fails. It tries again, and then meets the permission that the case gives later.
    if case.faults.iter().filter_map(|fault| fault.connect).any(ConnectFault::is_host_denial) {
        return Comparison::NotApplicable("no host denies a request to the SDK, and then allows it".to_owned());
    }
    let keyfob = run(keyfob(&case));
    let spared = !keyfob.iter().flat_map(|(asked, ..)| asked).any(SentRequest::is_challenge);
    let steps = match run(sdk.play(&case, &text, spared)) {
        Ok(Playback::Steps(steps)) => steps,
        Ok(Playback::NotApplicable(reason)) => return Comparison::NotApplicable(reason),
        Err(bug) => return Comparison::Broken(bug),
    };
    let mut side = |side, asked: &[SentRequest], outcome, took| {
        let mut normal = Normalizer { case: &case, side, spared, differences, counts: &mut *counts };
        table::Side { lines: normal.lines(asked), outcome, took }
    };
    let pairs = keyfob.into_iter().zip(steps).map(|((asked, outcome, took), theirs)| {
        let ours = side(requests::Side::Keyfob, &asked, outcome, took);
        let outcome = outcome::of_sdk(&theirs.reported, &case);
        let sdk_error = theirs.reported.text;
        (ours, side(requests::Side::Sdk, &theirs.asked, outcome, theirs.took), sdk_error)
    });
    Comparison::Played(pairs.collect())
}

/// Keyfob's requests in each step, its outcome, and its duration in virtual time.
async fn keyfob(case: &Case) -> Vec<(Vec<SentRequest>, String, Duration)> {
    let clock = Clock::starting_at(Clock::TEST_START);
    let (world, recorder) = World::of(case, clock);
    let wall = world.wall.clone();
    let mut player = NativePlayer::new(world);
    let mut steps = Vec::new();
    let mut seen = 0;
    for step in &case.steps {
        tokio::time::advance(Duration::from_secs(step.after)).await;
        wall.set_ahead(step.clock_ahead);
        let began = clock.elapsed();
        let vault = step.vault_url.clone().unwrap_or_else(|| world::vault_url(case));
        let result = player.step(case, &vault, step).await;
        let took = clock.elapsed() - began;
        let requests = recorder.requests().split_off(seen);
        seen += requests.len();
        steps.push((requests.iter().map(SentRequest::from).collect(), outcome::of_keyfob(&result, case, step), took));
    }
    steps
}
