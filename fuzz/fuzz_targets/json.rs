//! JSON, beside serde_json: the same documents are accepted, with the same values in the same order.
//!
//! Known differences: Keyfob's reader skips a mark of the byte order, nests no deeper than 31 levels, and takes numbers
//! that no `f64` holds, because it leaves them as they are written.
#![no_main]

use keyfob_component::fuzzing;
use keyfob_fuzz::Value;
use libfuzzer_sys::fuzz_target;

/// Levels of nesting, the innermost value included.
const DEEPEST: usize = 32;

fuzz_target!(|data: &[u8]| {
    let theirs = Value::read(data);
    let Some(written) = fuzzing::json(data) else {
        let accepted = theirs.filter(|value| value.depth() <= DEEPEST);
        assert_eq!(accepted, None, "refused: {:?}", String::from_utf8_lossy(data));
        return;
    };
    assert!(!written.chars().any(|c| c < ' '), "in one line: {written:?}");
    assert_eq!(fuzzing::json(written.as_bytes()).as_ref(), Some(&written), "written differently the second time");
    match theirs {
        Some(theirs) => {
            assert!(theirs.depth() <= DEEPEST);
            assert_eq!(Value::read(written.as_bytes()).as_ref(), Some(&theirs), "{written}");
            check_number(data, &theirs);
        }
        None => {
            let error = serde_json::from_slice::<Value>(written.as_bytes()).expect_err("as before");
            assert!(error.to_string().starts_with("number out of range"), "{error}: {written}");
        }
    }
});

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
