//! The verbs for secrets, except get-secret with one name.

mod backup_and_restore;
mod delete_recover_purge;
mod dense_replies;
mod forbidden;
mod get_secret_batch;
mod lists;
mod set_secret;

use serde_json::Value;

use crate::run::{Output, Run};
use crate::world::{USER, World};

const TEAM: &str = "https://team-kv.vault.azure.net";

/// A vault where the user-assigned identity has full access. Secrets can be appended.
const TEAM_VAULT: &str = r#"
[[vault]]
url = "https://team-kv.vault.azure.net"
roles = { user = "Key Vault Secrets Officer" }
"#;

fn world(more: &str) -> World {
    World::on("app-service", &format!("{TEAM_VAULT}{more}"))
}

/// The command with the team's vault.
fn team<'w>(world: &'w World, arguments: &[&str]) -> Run<'w> {
    at(TEAM, world, arguments)
}

fn at<'w>(vault: &str, world: &'w World, arguments: &[&str]) -> Run<'w> {
    world.keyfob(arguments).platform().env("AZURE_CLIENT_ID", USER).args(&["--vault-url", vault])
}

/// The JSON of each line of stdout.
#[track_caller]
fn lines(run: &Output) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The same for a run that must succeed.
#[track_caller]
fn success_json_lines(run: &Output) -> Vec<Value> {
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    lines(run)
}

/// The requests to vaults, without those for tokens.
fn vault_requests(world: &World) -> Vec<String> {
    world.requests().into_iter().filter(|request| request.contains(".vault.azure.net/")).collect()
}

/// The query of requests without other parameters.
const SUFFIX: &str = "?api-version=2026-04-01";
