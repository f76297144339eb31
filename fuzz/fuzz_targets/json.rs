//! JSON: the documents that serde_json accepts whole are accepted, with the same values; and those that are accepted beside
//! them differ in values that nobody asked for.
//!
//! Known differences: Keyfob's reader skips a byte order mark, takes at most 32 lists and objects within each other and a
//! member that is asked for once, and does not look into a value that nobody asks for: its numbers may be too large for an
//! `f64`, its strings hold half a surrogate pair.
#![no_main]

use keyfob_component::fuzzing;
use keyfob_fuzz::Value;
use libfuzzer_sys::fuzz_target;

/// The lists and objects within each other.
const DEEPEST: usize = 32;

/// The seeds have members of these names.
const NAMES: [&str; 4] = ["a", "b", "value", "access_token"];

fuzz_target!(|data: &[u8]| {
    let theirs = Value::read(data);
    let members = match fuzzing::json_members(data, &NAMES) {
        Ok(members) => members,
        Err("it has a member twice") => {
            let count = |name| theirs.as_ref().map_or(2, |value| value.count(name));
            assert!(NAMES.into_iter().any(|name| count(name) > 1), "{:?}", String::from_utf8_lossy(data));
            return;
        }
        Err(_) => {
            let accepted = theirs.filter(|value| value.nesting() <= DEEPEST);
            assert_eq!(accepted, None, "refused: {:?}", String::from_utf8_lossy(data));
            return;
        }
    };
    let Some(theirs) = theirs else {
        let text = String::from_utf8(data.to_vec()).expect("only UTF-8 is accepted");
        let error = Value::error(data);
        let known = ["number out of range", "lone leading surrogate", "unexpected end of hex escape"];
        assert!(known.iter().any(|known| error.contains(known)), "{error}: {text}");
        return;
    };
    assert!(theirs.nesting() <= DEEPEST);
    for name in NAMES {
        let written = members.iter().find(|(member, _)| *member == name).map(|(_, written)| *written);
        assert!(theirs.count(name) <= 1);
        assert_eq!(written.and_then(|written| Value::read(written.as_bytes())).as_ref(), theirs.at(&[name]), "{name}");
    }
    check_number(data, &theirs);
    check_text(data, &theirs);
    check_set(data, &theirs);
});

/// A string is the one that is written.
fn check_text(data: &[u8], theirs: &Value) {
    assert_eq!(fuzzing::json_text(data).as_deref(), theirs.text(&[]));
}

/// The member is set, and every other stays as it is.
fn check_set(data: &[u8], theirs: &Value) {
    let Some(written) = fuzzing::json_with_member(data, &["a", "b"], "[true]") else {
        assert!(!matches!(theirs, Value::Object(_)) || !matches!(theirs.at(&["a"]), None | Some(Value::Object(_))));
        return;
    };
    let mut written = Value::read(written.as_bytes()).expect("it is JSON as before");
    assert_eq!(written.at(&["a", "b"]), Some(&Value::List(vec![Value::Bool(true)])));
    let mut theirs = theirs.clone();
    for value in [&mut theirs, &mut written] {
        let Value::Object(members) = value else { panic!("a member of {value:?}") };
        let at = members.iter().position(|(name, _)| name == "a");
        if let Some(Value::Object(inner)) = at.and_then(|at| members.get_mut(at)).map(|(_, value)| value) {
            let at = inner.iter().position(|(name, _)| name == "b");
            at.map(|at| inner.remove(at));
        } else {
            members.push(("a".to_owned(), Value::Object(Vec::new())));
        }
    }
    assert_eq!(written, theirs);
}

/// A whole number is the one that is written, alone or in a text; what is none is not taken for one.
fn check_number(data: &[u8], theirs: &Value) {
    let ours = fuzzing::json_number(data);
    match theirs {
        Value::Whole(number) => assert_eq!(ours, Some(*number)),
        Value::Number(number) => {
            if let Some(ours) = ours {
                // A fraction is cut off; an `f64` rounds the last of many digits up, and has no more than 52 bits for it.
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
