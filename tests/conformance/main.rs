//! Plays every file of `tests/cases` with Keyfob and with the official Python SDK, and compares; see README.md.

// A test may panic, and its modules need no borders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]

mod asked;
#[allow(dead_code)]
#[path = "../runner/case.rs"]
mod case;
#[allow(dead_code)]
#[path = "../runner/expect.rs"]
mod expect;
#[path = "../runner/faults.rs"]
mod faults;
#[allow(dead_code)]
#[path = "../runner/native.rs"]
mod native;
mod outcome;
#[allow(dead_code)]
#[path = "../runner/play.rs"]
mod play;
mod sdk;
#[allow(dead_code)]
#[path = "../runner/wasm.rs"]
mod wasm;

use std::path::{Path, PathBuf};
use std::time::Duration;

use asked::{Asked, Rules};
use keyfob_host_test::Clock;
use sdk::{Played, Sdk};

/// Names the Python interpreter that has the SDK.
const PYTHON: &str = "KEYFOB_CONFORMANCE_PYTHON";

fn main() {
    let Some(python) = std::env::var_os(PYTHON) else {
        println!("conformance: not run; tests/conformance/run runs it, with the official Python SDK");
        return;
    };
    let mut sdk = Sdk::start(&python);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = files(&folder);
    files.sort();
    let filter = std::env::args().nth(1).unwrap_or_default();
    let mut rules = Rules::new();
    for file in files {
        let name = file.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        if !name.contains(&filter) {
            continue;
        }
        println!("== {name}");
        let text = std::fs::read_to_string(&file).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let case: case::Case = toml::from_str(&text).unwrap();
        let keyfob = run(keyfob(&case));
        let spared = !keyfob.iter().flat_map(|(asked, _)| asked).any(Asked::is_challenge);
        match run(sdk.play(&case, &table, spared)) {
            Err(bug) => println!("BUG {bug}"),
            Ok(Played::NotApplicable(reason)) => println!("n/a {reason}"),
            Ok(Played::Steps(steps)) => {
                for (number, ((asked, ours), (theirs_asked, theirs))) in keyfob.iter().zip(&steps).enumerate() {
                    let k = asked::lines(asked, &case, spared, &mut rules);
                    let p = asked::lines(theirs_asked, &case, spared, &mut rules);
                    let o = outcome::of_sdk(theirs, &case);
                    if *ours != o {
                        println!(
                            "  {} outcome K: {ours}\n          P: {o} <{}>",
                            number + 1,
                            theirs.text.replace('\n', " ").chars().take(1300).collect::<String>()
                        );
                    }
                    if !k.iter().map(|l| &l.text).eq(p.iter().map(|l| &l.text)) {
                        println!(
                            "  {} K: {:#?}\n    P: {:#?}",
                            number + 1,
                            k.iter().map(|l| format!("{} x{}", l.text, l.count)).collect::<Vec<_>>(),
                            p.iter().map(|l| format!("{} x{}", l.text, l.count)).collect::<Vec<_>>()
                        );
                    }
                }
            }
        }
    }
    println!("{rules:?}");
}

async fn keyfob(case: &case::Case) -> Vec<(Vec<Asked>, String)> {
    let clock = Clock::starting_at(Clock::TEST_START);
    let (world, recorder) = play::world(case, clock);
    let mut player = native::Native::new(world);
    let mut steps = Vec::new();
    let mut seen = 0;
    for step in &case.steps {
        tokio::time::advance(Duration::from_secs(step.after)).await;
        let result = player.step(case, &play::vault(case), step).await;
        let requests = recorder.requests().split_off(seen);
        seen += requests.len();
        steps.push((requests.iter().map(Asked::from).collect(), outcome::of_keyfob(&result, case, step)));
    }
    steps
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
