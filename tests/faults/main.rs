//! Every fault of `faults.toml` at every request of `requests`, with the native core and with the built component, in
//! virtual time. Each call must end as the table says, within its time limit, and must show no secret. After the fault,
//! the same credential and client must work again.
//!
//! `cargo test --test faults -- --table` prints the result and the duration of each call.

// Tests may panic, and their modules are private to the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use keyfob_test_support::case::{self, Case};
use keyfob_test_support::fake::Fake;
use keyfob_test_support::fault_table::{self, FaultRow, Occurrence, TargetRequest};
use keyfob_test_support::host::{Build, Clock};
use keyfob_test_support::player::{Failure, Player, PlayerKind, Success};
use keyfob_test_support::world::{self, World};
use keyfob_test_support::{checks, run};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let requests = fault_table::target_requests(&folder);
    let rows = fault_table::fault_rows(&folder, &requests);
    let print = std::env::args().any(|argument| argument == "--table");
    let (mut count, mut problems) = (0, Vec::new());
    let builds = [Build::WithoutCertificates, Build::P3WithoutCertificates].map(PlayerKind::Wasm);
    for kind in [PlayerKind::Native].into_iter().chain(builds) {
        let mut report = format!("| {kind} |");
        for request in &requests {
            write!(report, " {} |", request.name).unwrap();
        }
        report.push_str(&format!("\n|{}\n", " --- |".repeat(requests.len() + 1)));
        for row in &rows {
            write!(report, "| {} |", row.name).unwrap();
            for request in &requests {
                if row.applies_to(request) {
                    for occurrence in [Occurrence::Once, Occurrence::Always] {
                        count += 1;
                        let cell = run(run_with_fault(kind, request, row, occurrence)).unwrap_or_else(|problem| {
                            problems
                                .push(format!("{kind}: {} at {}, {occurrence:?}: {problem}", row.name, request.name));
                            "?".to_owned()
                        });
                        report.push_str(if occurrence == Occurrence::Once { " " } else { "; " });
                        report.push_str(&cell);
                    }
                }
                report.push_str(" |");
            }
            report.push('\n');
        }
        if print {
            println!("{report}");
        }
    }
    for problem in &problems {
        println!("{problem}");
    }
    println!(
        "{count} combinations of {} faults and {} requests, {} not as expected",
        rows.len(),
        requests.len(),
        problems.len()
    );
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the steps of a case with a fault at one request of the last step. Returns the result of that step and its
/// duration, as a cell of the table.
async fn run_with_fault(
    kind: PlayerKind,
    request: &TargetRequest,
    row: &FaultRow,
    occurrence: Occurrence,
) -> Result<String, String> {
    let mut case = request.case.clone();
    case.faults.extend(row.fault(request, occurrence));
    // The most verbose log, to search it for secrets.
    case.env.insert("AZURE_LOG_LEVEL".to_owned(), "verbose".to_owned());
    let clock = Clock::starting_at(Clock::TEST_START);
    let (world, recorder) = World::of(&case, clock);
    let azure = Arc::clone(&world.azure);
    let wall = world.wall.clone();
    let visible = Arc::clone(&world.visible);
    let mut player = Player::new(world, kind).await;
    let vault = world::vault_url(&case);

    let (last, before) = case.steps.split_last().unwrap();
    for step in before {
        tokio::time::advance(Duration::from_secs(step.after)).await;
        player
            .step(&case, &vault, step)
            .await
            .map_err(|problem| format!("a step before the fault failed: {problem:?}"))?;
    }
    tokio::time::advance(Duration::from_secs(last.after)).await;
    wall.set_ahead(row.clock_ahead);
    let start = clock.elapsed();
    let result = player.step(&case, &vault, last).await.and_then(first_of_batch);
    let took = clock.elapsed() - start;
    azure.set_faults(Vec::new());
    if occurrence == Occurrence::Once {
        wall.set_ahead(0);
    }
    let again = player.step(&case, &vault, last).await.and_then(first_of_batch);

    let secrets = checks::secrets_of(&case, &Fake::new(case.azure.clone()).unwrap().planted_secrets(), &recorder);
    let log = player.log();
    if !log.contains("[info] ") {
        return Err("nothing was logged".to_owned());
    }
    checks::check_no_leak(&secrets, &result, &[&log, &visible.lock().unwrap()])?;
    let given = match &result {
        Ok(got) if is_right(got, &case) => "ok",
        Ok(got) => return Err(format!("the wrong value: {got:?}")),
        Err(problem) if problem.message.is_empty() => return Err("an error without a message".to_owned()),
        Err(problem) => &problem.kind,
    };
    let cell = format!("{given} {:.1} s", took.as_secs_f64());
    let limit = limit(&case);
    if took > limit {
        return Err(format!("{cell}, and the limit is {limit:?}"));
    }
    match again {
        Ok(got) if is_right(&got, &case) => {}
        other => return Err(format!("{cell}, and after the fault the call fails: {other:?}")),
    }
    checks::check_memory_zeroed(&case, &secrets, player.end(&case).await.as_deref())?;
    if given != row.expected(request, occurrence) {
        return Err(format!("{cell} instead of {}: {result:?}", row.expected(request, occurrence)));
    }
    Ok(cell)
}

/// The time limit of a call without a timeout (see `get-token` in wit/identity.wit).
fn limit(case: &Case) -> Duration {
    Duration::from_secs(if case.credential.kind == case::Kind::ManagedIdentity { 100 } else { 30 })
}

/// The first secret of `get-secrets`, or the first failure of any of them; every other result as it is.
#[allow(clippy::result_large_err)]
fn first_of_batch(got: Success) -> Result<Success, Failure> {
    let Success { outcomes, .. } = &got;
    if outcomes.is_empty() {
        return Ok(got);
    }
    let mut all = got.outcomes.into_iter().collect::<Result<Vec<_>, _>>().map_err(|problem| *problem)?;
    Ok(all.remove(0))
}

/// Whether the last step of a case returned what is in the vault.
fn is_right(got: &Success, case: &Case) -> bool {
    let names: Vec<&str> = case.azure.vaults[0].secrets.iter().map(|secret| secret.name.as_str()).collect();
    let step = case.steps.last().unwrap();
    match (step.list_secrets, &step.operation) {
        (Some(_), _) => got.pages.concat() == names,
        (None, Some(_)) => got.fields.contains(&("name", "secret-a".to_owned())),
        (None, None) => got.value == "the-value-of-secret-a",
    }
}
