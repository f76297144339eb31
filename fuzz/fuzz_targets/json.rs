//! JSON, compared with serde_json: Keyfob accepts the documents that serde_json accepts, with the same values. A document
//! that only Keyfob accepts has its error in a value that was not requested.
//!
//! Known differences: Keyfob's reader skips a byte order mark, accepts at most 32 levels of nesting, rejects a requested
//! member that occurs twice, and does not decode values that are not requested: their numbers may be too large for an
//! `f64`, and their strings may contain half a surrogate pair.
#![no_main]

use keyfob_component::fuzzing;
use keyfob_fuzz::Value;
use libfuzzer_sys::fuzz_target;

/// The levels of nesting that Keyfob accepts.
const MAX_NESTING: usize = 32;

/// The requested members. The seeds have members of these names.
const NAMES: [&str; 4] = ["a", "b", "value", "access_token"];

fuzz_target!(|data: &[u8]| {
    let theirs = Value::parse(data);
    let members = match fuzzing::json_members(data, &NAMES) {
        Ok(members) => members,
        Err("it has a member twice") => {
            let count = |name| theirs.as_ref().map_or(2, |value| value.count(name));
            assert!(NAMES.into_iter().any(|name| count(name) > 1), "{:?}", String::from_utf8_lossy(data));
            return;
        }
        Err(_) => {
            let accepted = theirs.filter(|value| value.nesting() <= MAX_NESTING);
            assert_eq!(accepted, None, "rejected: {:?}", String::from_utf8_lossy(data));
            return;
        }
    };
    let Some(theirs) = theirs else {
        let text = String::from_utf8(data.to_vec()).expect("only UTF-8 is accepted");
        let error = Value::error(data);
        let known_differences = ["number out of range", "lone leading surrogate", "unexpected end of hex escape"];
        assert!(known_differences.iter().any(|known| error.contains(known)), "{error}: {text}");
        return;
    };
    assert!(theirs.nesting() <= MAX_NESTING);
    for name in NAMES {
        let ours = members.iter().find(|(member, _)| *member == name).map(|(_, json)| *json);
        assert!(theirs.count(name) <= 1);
        assert_eq!(ours.and_then(|json| Value::parse(json.as_bytes())).as_ref(), theirs.at(&[name]), "{name}");
    }
    check_number(data, &theirs);
    check_text(data, &theirs);
    check_set(data, &theirs);
});

/// Checks that a document that is a string is decoded like serde_json's.
fn check_text(data: &[u8], theirs: &Value) {
    assert_eq!(fuzzing::json_text(data).as_deref(), theirs.text(&[]));
}

/// Checks that setting a member changes no other member.
fn check_set(data: &[u8], theirs: &Value) {
    let Some(changed) = fuzzing::json_with_member(data, &["a", "b"], "[true]") else {
        assert!(!matches!(theirs, Value::Object(_)) || !matches!(theirs.at(&["a"]), None | Some(Value::Object(_))));
        return;
    };
    let mut changed = Value::parse(changed.as_bytes()).expect("it is still JSON");
    assert_eq!(changed.at(&["a", "b"]), Some(&Value::List(vec![Value::Bool(true)])));
    let mut theirs = theirs.clone();
    for value in [&mut theirs, &mut changed] {
        let Value::Object(members) = value else { panic!("a member was set in {value:?}") };
        let at = members.iter().position(|(name, _)| name == "a");
        if let Some(Value::Object(inner)) = at.and_then(|at| members.get_mut(at)).map(|(_, value)| value) {
            let at = inner.iter().position(|(name, _)| name == "b");
            at.map(|at| inner.remove(at));
        } else {
            members.push(("a".to_owned(), Value::Object(Vec::new())));
        }
    }
    assert_eq!(changed, theirs);
}

/// Checks that an integer has the same value, also inside a string, and that nothing else is accepted as an integer.
fn check_number(data: &[u8], theirs: &Value) {
    let ours = fuzzing::json_number(data);
    match theirs {
        Value::Integer(number) => assert_eq!(ours, Some(*number)),
        Value::Number(number) => {
            if let Some(ours) = ours {
                // Keyfob truncates a fraction. serde_json's `f64` is exact only up to 52 bits.
                let near = (0.0..=1.0).contains(&(number - ours as f64));
                assert!(near || ours >> 52 > 0, "{number} is {ours}");
            }
        }
        Value::Text(text) => {
            if let Some(ours) = ours {
                let text = text.trim_ascii();
                assert!(text.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "{text} is {ours}");
                assert_eq!(text.split('.').next().and_then(|whole| whole.parse().ok()), Some(ours));
            } else {
                assert!(text.parse::<u64>().is_err() || text.starts_with('+'), "{text}");
            }
        }
        _ => assert_eq!(ours, None),
    }
}
