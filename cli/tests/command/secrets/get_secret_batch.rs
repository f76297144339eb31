//! `keyfob get-secret` with several names.

use serde_json::json;

use super::{TEAM, lines, team, vault_requests, world};
use crate::world::{SYSTEM, World};

const SECRETS: &str = r#"
[[vault.secret]]
name = "user"
value = "me"

[[vault.secret]]
name = "password"
value = "old one"
version = "0000000000000000000000000000000a"

[[vault.secret]]
name = "password"
value = "two\nlines"
version = "0000000000000000000000000000000b"
"#;

const OLD: &str = "0000000000000000000000000000000a";

#[test]
fn prints_values_in_the_order_of_the_names() {
    let world = world(SECRETS);
    let identifier = format!("{TEAM}/secrets/password/{OLD}");
    let short = format!("password/{OLD}");
    let run = team(&world, &["get-secret", "password", "user", &short, &identifier, "user"]).output();
    assert_eq!(run.success(), "two\nlines\nme\nold one\nold one\nme");
    // One token request, and five for secrets.
    assert_eq!(world.requests().len(), 6);

    // A single NAME/VERSION is read as one secret.
    assert_eq!(team(&world, &["get-secret", &short]).output().value(), "old one");
    assert_eq!(team(&world, &["get-secret", &short]).json().output().success_json()["version"], OLD);
}

#[test]
fn prints_one_json_line_per_secret() {
    let world = world(SECRETS);
    let short = format!("password/{OLD}");
    let run = team(&world, &["get-secret", "password", &short, "user"]).json().output();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let found: Vec<_> = lines(&run).into_iter().map(|it| (it["name"].clone(), it["value"].clone())).collect();
    let expected = [("password", "two\nlines"), ("password", "old one"), ("user", "me")];
    assert_eq!(found, expected.map(|(name, value)| (json!(name), json!(value))));
}

#[test]
fn one_failure_leaves_the_others() {
    let world = world(SECRETS);
    let arguments = ["get-secret", "user", "nobody", "a_b", "password"];
    let run = team(&world, &arguments).output();
    assert_eq!((run.status, run.stdout.as_str()), (1, "me\ntwo\nlines\n"));
    let told: Vec<&str> = run.stderr.lines().collect();
    assert!(
        told[0].starts_with("error: nobody: the vault at https://team-kv.vault.azure.net answered 404"),
        "{told:?}"
    );
    assert_eq!((told[1], told[2]), ("", "Fix:"), "{told:?}");
    let second = told.iter().position(|line| line.starts_with("error: a_b: what is given is not a secret name"));
    assert!(second.is_some_and(|at| at > 3), "{told:?}");

    let run = team(&world, &arguments).json().output();
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let lines = lines(&run);
    assert_eq!(lines.len(), 4);
    assert_eq!((&lines[0]["value"], &lines[3]["value"]), (&json!("me"), &json!("two\nlines")));
    for (line, name, kind) in [(&lines[1], "nobody", "not-found"), (&lines[2], "a_b", "invalid-argument")] {
        assert_eq!(line.as_object().unwrap().len(), 2, "{line}");
        assert_eq!((&line["name"], &line["error"]["kind"]), (&json!(name), &json!(kind)), "{line}");
        assert!(line["error"]["message"].is_string() && line["error"]["attempts"].is_array(), "{line}");
    }
}

#[test]
fn common_hint_is_printed_once() {
    let world = World::app_service_with_both();
    let run = world.get_secret().args(&["secret-b"]).output();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    let told = |begin: &str| run.stderr.lines().filter(|line| line.starts_with(begin)).count();
    assert_eq!((told("error: secret-a: "), told("error: secret-b: "), told("Fix:")), (1, 1, 1), "{run:?}");
    assert!(run.stderr.contains(SYSTEM), "{run:?}");
    // The fix is next to the prompt.
    let fix = run.stderr.find("\nFix:\n").expect("a fix");
    assert!(run.stderr.find("error: secret-b: ").is_some_and(|second| second < fix), "{run:?}");
}

#[test]
fn version_option_takes_one_name() {
    let world = world(SECRETS);
    let run = team(&world, &["get-secret", "--version", OLD, "user", "password"]).output();
    assert!(run.usage_error().contains("NAME/VERSION"), "{run:?}");
    assert!(vault_requests(&world).is_empty());
}
