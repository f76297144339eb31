//! `keyfob set-secret`.

use serde_json::json;

use super::{SUFFIX, TEAM, success_json_lines, team, vault_requests, world};
use crate::run::Output;

/// Texts that a conversion could change.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("ascii", (0..0x80).map(char::from).collect()),
        ("lines", "one\r\ntwo\n\nthree\r".to_owned()),
        ("nul", "\0 in front, \0\0 and at the end \0".to_owned()),
        ("unicode", "\u{feff}e\u{301} é ü 🔑 👩\u{200d}🚀 \u{2028}\u{202e} \u{fffd}\u{10ffff}".to_owned()),
        ("spaces", "  \t around \u{a0} ".to_owned()),
        ("quotes", r#""'`$HOME \n %s {} </script>"#.to_owned()),
        // Key Vault's limit of 25,600 bytes, in characters of four bytes.
        ("longest", "🔑".repeat(6400)),
    ]
}

/// The printed identifier, which must end with a version.
#[track_caller]
fn set(run: &Output, name: &str) -> String {
    let printed = run.stdout.strip_suffix('\n').expect("a line");
    let version = printed.strip_prefix(&format!("{TEAM}/secrets/{name}/")).expect("an identifier");
    assert!(run.status == 0 && version.len() == 32 && !version.contains('/'), "{run:?}");
    printed.to_owned()
}

#[test]
fn values_are_stored_byte_for_byte() {
    let world = world("");
    for (index, (name, text)) in texts().into_iter().enumerate() {
        let run = match index % 2 {
            0 => team(&world, &["set-secret", name]).stdin(&text).output(),
            _ => team(&world, &["set-secret", name]).path("--file", &world.file("value", &text)).output(),
        };
        set(&run, name);
        run.success();
    }
    let names: Vec<_> = texts().into_iter().map(|(name, _)| name).collect();
    let read = success_json_lines(&team(&world, &["get-secret"]).args(&names).json().output());
    for ((name, text), read) in texts().into_iter().zip(read) {
        assert_eq!((&read["name"], &read["value"]), (&json!(name), &json!(text)));
    }
}

#[test]
fn final_newline_is_kept_with_a_warning() {
    let world = world("");
    let file = world.file("it", "a\r\n");
    let from_file = format!("printf %s \"$(cat '{}')\" | keyfob set-secret", file.display());
    for (run, value, advice) in [
        (team(&world, &["set-secret", "a"]).stdin("a\n"), "a\n", "printf %s \"$VALUE\" | keyfob set-secret"),
        (team(&world, &["set-secret", "a"]).path("--file", &file), "a\r\n", &from_file),
    ] {
        let run = run.output();
        set(&run, "a");
        assert_eq!(run.stderr.lines().count(), 1);
        assert!(run.stderr.starts_with("warning: the value ends in a newline, which is stored."), "{run:?}");
        assert!(run.stderr.contains(advice), "{run:?}");
        assert_eq!(team(&world, &["get-secret", "a"]).output().value(), value);
    }
    // An empty value is allowed, with a warning.
    let run = team(&world, &["set-secret", "a"]).args(&["--file", "-", "--json"]).output();
    assert_eq!((run.status, run.stderr.as_str()), (0, "warning: the value is empty, because stdin is empty\n"));
    assert_eq!(team(&world, &["get-secret", "a"]).output().value(), "");
}

#[test]
fn sets_properties() {
    let world = world("");
    let run = team(&world, &["set-secret", "a", "--content-type", "text/plain", "--tag", "owner=me"]).args(&[
        "--tag=query=a=b",
        "--not-before=1800000000",
        "--expires-on=2027-01-31T00:00:00Z",
        "--disabled",
    ]);
    let told = run.stdin("v").json().output().success_json();
    assert_eq!((&told["name"], &told["content_type"]), (&json!("a"), &json!("text/plain")));
    assert_eq!(told["tags"], json!({ "owner": "me", "query": "a=b" }));
    let attributes = &told["attributes"];
    assert_eq!((&attributes["enabled"], &attributes["not_before"]), (&json!(false), &json!(1_800_000_000)));
    assert_eq!(attributes["expires_on"], 1_801_353_600);
    // The value is not printed.
    assert!(told.get("value").is_none() && told.get("deleted_on").is_none(), "{told}");
    assert_eq!(vault_requests(&world), [format!("PUT {TEAM}/secrets/a{SUFFIX}")]);

    // A new version does not inherit the properties.
    let told = team(&world, &["set-secret", "a"]).stdin("v").json().output().success_json();
    assert_eq!((&told["content_type"], &told["attributes"]["enabled"]), (&json!(null), &json!(true)));
}

#[test]
fn invalid_values_are_rejected() {
    let world = world("");
    let binary = world.write("binary", b"canary \xff\xfe");
    let large = world.write("large", &vec![b'a'; 1024 * 1024 + 1]);
    let missing = world.folder().join("missing");
    for (path, words) in [
        (&binary, ["binary is not UTF-8 (at byte 7)", "base64"]),
        (&large, ["large has more than 1048576 bytes", "nothing was sent"]),
        (&missing, ["missing can't be read", "No such file"]),
        (&world.folder().to_owned(), ["can't be read", "directory"]),
    ] {
        let run = team(&world, &["set-secret", "a"]).path("--file", path).output();
        assert!(words.iter().all(|word| run.usage_error().contains(word)), "{run:?}");
        assert!(!run.stderr.contains("canary"), "{run:?}");
    }
    let run = team(&world, &["set-secret", "a"]).stdin(b"\xc3").output();
    assert!(run.usage_error().contains("stdin is not UTF-8 (at byte 0)"), "{run:?}");

    // The component reports a value that is slightly too long.
    let error = team(&world, &["set-secret", "a"]).stdin("a".repeat(25_601)).json().output().error();
    assert_eq!(error["kind"], "invalid-argument", "{error}");
    assert!(error["message"].as_str().unwrap().contains("25601 bytes"), "{error}");
    assert!(world.requests().is_empty());
}

#[test]
fn usage_errors() {
    let world = world("");
    for (arguments, word) in [
        (vec!["--value", "canary"], "--value"),
        (vec!["--tag", "owner"], "equals sign"),
        (vec!["--tag", "a=1", "--tag", "b=2", "--tag", "a=3"], "--tag a is given twice"),
        (vec!["--expires-on", "tomorrow"], "2027-01-31T00:00:00Z"),
        (vec!["--not-before", "2027-01-31"], "unix seconds"),
    ] {
        let run = team(&world, &["set-secret", "a"]).args(&arguments).stdin("v").output();
        assert!(run.usage_error().contains(word), "{word}: {run:?}");
    }
    // A missing vault is reported before the value is read.
    let run = world.keyfob(&["set-secret", "a"]).stdin(b"\xff").output();
    assert!(run.usage_error().contains("KEYVAULT_URL"), "{run:?}");
    assert!(world.requests().is_empty());
}
