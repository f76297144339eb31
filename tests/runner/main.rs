//! Runs every file of `tests/cases` five times against the fake Azure, in virtual time: with the native core, and in wasmtime
//! with the component for WASI 0.2 and for WASI 0.3, each with and without certificates. A new case is a new file and needs no Rust.

// Tests may panic, and their modules are private to the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod coverage;
mod language;

use std::path::Path;
use std::sync::Arc;

use keyfob_test_support::case::Case;
use keyfob_test_support::player::{PlayerKind, play_case};
use keyfob_test_support::runs::check_search;
use keyfob_test_support::{files, run};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folder = tests.join("cases");
    let mut trials = Vec::new();
    let mut cases = Vec::new();
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        let case = std::fs::read_to_string(&file).unwrap();
        let case = Arc::new(Case::from_toml(&case).unwrap_or_else(|error| panic!("{name}: {error}")));
        cases.push(Arc::clone(&case));
        for player in PlayerKind::ALL {
            if case.build.is_none_or(|build| player.plays(build)) {
                let case = Arc::clone(&case);
                trials.push(Trial::test(format!("{player}/{name}"), move || test(&case, player)));
            }
        }
    }
    trials.push(Trial::test("search for parts of secrets", || Ok(check_search()?)));
    trials.push(Trial::test("worlds", move || Ok(shared_worlds(&tests)?)));
    for name in language::LANGUAGES {
        let cases = cases.clone();
        trials.push(Trial::test(format!("language/{name}"), move || Ok(language::check(name, &cases)?)));
    }
    trials.push(Trial::test("coverage", move || Ok(run(coverage::check(cases))?)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Fails for a file of `tests/worlds` that fewer than two files name: it belongs into that one case.
fn shared_worlds(tests: &Path) -> Result<(), String> {
    let users = [files(&tests.join("cases")), files(&tests.join("faults/requests"))].concat();
    let users: Vec<String> = users.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for file in files(&tests.join("worlds")) {
        let line = format!("world = \"{}\"", file.file_stem().unwrap().display());
        let count = users.iter().filter(|text| text.lines().any(|other| other == line)).count();
        if count < 2 {
            return Err(format!("{line} is in {count} files"));
        }
    }
    Ok(())
}

fn test(case: &Case, player: PlayerKind) -> Result<(), Failed> {
    run(play_case(case, player))?;
    Ok(())
}
