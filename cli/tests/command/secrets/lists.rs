//! `keyfob list-secrets`, `list-versions`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};

use fake_azure::wire::{Request, ScriptedResponse};
use serde_json::json;

use super::{SUFFIX, TEAM, TEAM_VAULT, lines, success_json_lines, team, vault_requests, world};
use crate::world::World;

/// The description of `count` secrets: secret-00, secret-01, …
fn secrets(count: usize) -> String {
    let secret = |i| format!("[[vault.secret]]\nname = 'secret-{i:02}'\nvalue = 'value {i}'\n");
    (0..count).map(secret).collect()
}

/// A vault whose first page is returned at once, and the others after `next` returns.
fn world_with_pages(next: impl Fn() -> Option<ScriptedResponse> + Send + Sync + 'static) -> World {
    let interferes = move |request: &Request| {
        let later = request.uri().query().is_some_and(|query| query.contains("skiptoken"));
        if later { next() } else { None }
    };
    World::with_overrides("app-service", &format!("{TEAM_VAULT}{}", secrets(30)), interferes)
}

/// A function that blocks until the test sends a message, or drops the sender.
fn gate() -> (mpsc::Sender<()>, impl Fn() -> Option<ScriptedResponse> + Send + Sync + 'static) {
    let (open, opened) = mpsc::channel();
    let opened: Mutex<Receiver<()>> = Mutex::new(opened);
    (open, move || {
        opened.lock().unwrap().recv().unwrap_or_default();
        None
    })
}

#[test]
fn one_line_per_secret() {
    let world = world(concat!(
        "[[vault.secret]]\nname = 'a'\nvalue = 'v'\ncontent-type = \"text\\tand\\u001b[2J\"\n",
        "[[vault.secret]]\nname = 'b'\nvalue = 'v'\nenabled = false\nupdated = 1801353600\n",
    ));
    let run = team(&world, &["list-secrets"]).output();
    assert_eq!(
        run.success(),
        "a\tenabled\t2026-01-01T00:00:00Z\ttext\\tand\\u{1b}[2J\nb\tdisabled\t2027-01-31T00:00:00Z\t-"
    );
    let found = success_json_lines(&team(&world, &["list-secrets"]).json().output());
    assert_eq!((&found[0]["name"], &found[0]["content_type"]), (&json!("a"), &json!("text\tand\u{1b}[2J")));
    assert_eq!((&found[1]["attributes"]["enabled"], found.len()), (&json!(false), 2));
    assert!(found.iter().all(|it| it.get("value").is_none() && it.get("recovery_id").is_none()), "{found:?}");
}

#[test]
fn lists_all_pages() {
    let world = world(&secrets(30));
    let names = |output: &str| -> Vec<String> {
        output.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    };
    let expected: Vec<String> = (0..30).map(|i| format!("secret-{i:02}")).collect();
    assert_eq!(names(team(&world, &["list-secrets"]).output().success()), expected);
    assert_eq!(vault_requests(&world).len(), 2);

    let found = success_json_lines(&team(&world, &["list-secrets", "--max-page-size", "10"]).json().output());
    assert_eq!(found.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(), expected);
    assert_eq!(vault_requests(&world).len(), 5);

    let error = team(&world, &["list-secrets", "--max-page-size", "26"]).json().output().error();
    assert_eq!(error["kind"], "invalid-argument", "{error}");
}

#[test]
fn each_page_is_printed_at_once() {
    let (open, opened) = gate();
    let world = world_with_pages(opened);
    let mut child = team(&world, &["list-secrets"]).command().stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for i in 0..25 {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("secret-{i:02}\t")), "{line}");
    }
    open.send(()).unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.lines().count(), 5);
    assert!(child.wait().unwrap().success());
}

#[test]
fn closed_stdout_stops_the_listing() {
    let (open, opened) = gate();
    let world = world_with_pages(opened);
    let run = team(&world, &["list-secrets", "--max-page-size", "10"]);
    let mut child = run.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    open.send(()).unwrap();
    open.send(()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(vault_requests(&world).len(), 2);
}

#[test]
fn error_after_a_page_comes_last() {
    let refused =
        || Some(ScriptedResponse::json(403, &json!({ "error": { "code": "Forbidden", "message": "not any more" } })));
    let world = world_with_pages(refused);
    let run = team(&world, &["list-secrets"]).json().output();
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let found = lines(&run);
    assert_eq!((found.len(), &found[24]["name"]), (26, &json!("secret-24")));
    assert_eq!((&found[25]["error"]["kind"], &found[25]["error"]["status"]), (&json!("forbidden"), &json!(403)));

    let run = team(&world, &["list-secrets"]).output();
    assert_eq!((run.status, run.stdout.lines().count()), (1, 25));
    assert!(run.stderr.contains("not any more") && run.stderr.contains("\n\nFix:\n  "), "{run:?}");
}

#[test]
fn lists_versions() {
    let world = world("");
    let set = |value: &str| team(&world, &["set-secret", "a", "--content-type", value]).stdin(value).output();
    let ids = ["one", "two", "three"].map(|value| set(value).success().to_owned());
    let run = team(&world, &["list-versions", "a"]).output();
    assert_eq!(run.success().lines().count(), 3);
    for (id, content_type) in ids.iter().zip(["one", "two", "three"]) {
        let version = id.rsplit('/').next().unwrap();
        let line = run.stdout.lines().find(|line| line.starts_with(version)).expect("the version");
        assert!(line.ends_with(&format!("\t{content_type}")) && line.contains("\tenabled\t20"), "{line}");
    }
    let found = success_json_lines(&team(&world, &["list-versions", "a", "--max-page-size", "1"]).json().output());
    assert!(found.len() == 3 && ids.iter().all(|id| found.iter().any(|it| it["id"] == **id)), "{found:?}");
}

#[test]
fn lists_deleted_secrets() {
    let world = world(&secrets(2));
    assert_eq!(team(&world, &["list-secrets", "--deleted"]).output().status, 0);
    let deleted = team(&world, &["delete-secret", "secret-01"]).json().output().success_json();
    let run = team(&world, &["list-secrets", "--deleted"]).output();
    let cells: Vec<&str> = run.success().split('\t').collect();
    assert_eq!(cells[..4], ["secret-01", "enabled", "2026-01-01T00:00:00Z", "-"]);
    assert!(cells[4].starts_with("20") && cells[4].ends_with('Z') && cells[4] < cells[5], "{cells:?}");

    let found = team(&world, &["list-secrets", "--deleted"]).json().output().success_json();
    for member in ["name", "deleted_on", "scheduled_purge_on", "recovery_id"] {
        assert!(!found[member].is_null() && found[member] == deleted[member], "{member}: {found}");
    }
    assert!(team(&world, &["list-secrets"]).output().success().starts_with("secret-00\t"));
    assert_eq!(vault_requests(&world).last(), Some(&format!("GET {TEAM}/secrets{SUFFIX}")));
}
