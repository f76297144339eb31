//! Tests of the JSON reader and writer.

use super::*;

const NAMES: &[&str] = &["a", "b", "n", "s", "f", "t", "z", "l"];

fn read(text: &str) -> Result<Object<'_>, JsonError> {
    object(text.as_bytes(), NAMES)
}

#[test]
fn requested_members() {
    let json =
        read(r#" {"a": {"b": "x", "n": 12, "s": "34", "f": 5.9, "t": true, "z": null, "l": [1, {}, []]}, "c": 1} "#)
            .unwrap();
    let inner = json.object("a", NAMES).unwrap();
    assert_eq!(inner.text("b").as_deref(), Some("x"));
    assert_eq!((inner.number("n"), inner.number("s"), inner.number("f")), (Some(12), Some(34), Some(5)));
    assert_eq!((inner.bool("t"), inner.text("n"), inner.number("b")), (Some(true), None, None));
    assert!(inner.get("z").unwrap().is_null());
    let items = inner.get("l").unwrap().items().unwrap();
    assert_eq!(items.into_iter().map(Value::as_written).collect::<Vec<_>>(), ["1", "{}", "[]"]);
    assert_eq!(json.get("c"), None, "it was not requested");
    assert_eq!(json.object("b", NAMES), Ok(Object::default()));
}

#[test]
fn values_that_are_not_objects_have_no_members() {
    for text in ["null", "1", "\"a\"", "[\"a\"]", "[{\"a\":1}]"] {
        assert_eq!(read(text), Ok(Object::default()), "{text}");
        assert_eq!(Value::parse(text.as_bytes()).unwrap().texts(), Ok(Vec::new()), "{text}");
    }
    assert_eq!(Value::parse(b"{\"a\":1}").unwrap().items(), Ok(Vec::new()));
}

#[test]
fn a_requested_member_that_occurs_twice_is_refused() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":null}"#] {
        assert_eq!(read(text), Err(JsonError::DuplicateName), "{text}");
    }
    assert_eq!(read(r#"{"c":1,"a":2,"c":3}"#).unwrap().number("a"), Some(2));
}

#[test]
fn escapes_in_strings_are_read() {
    let json = Value::parse(br#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 \u0000""#).unwrap();
    assert_eq!(json.text().as_deref(), Some("\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600} \0"));
    // An unpaired surrogate is not a character.
    for text in [r#""\ud800""#, r#""\ud800\u0041""#, r#""\udc00""#] {
        assert_eq!(Value::parse(text.as_bytes()).unwrap().text(), None, "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(read("\u{feff}{\"n\":1}").unwrap().number("n"), Some(1));
}

#[test]
fn setting_a_member_keeps_the_text_of_the_others() {
    // Only whitespace between members is not kept.
    let set = |text: &str, path: &[&str]| Value::parse(text.as_bytes()).unwrap().with_member(path, "[true]");
    let text = r#"{"a":[0,-2.5e3,10E-7,{}],"b\"":"\\x\u000a é","d":1e400}"#;
    assert_eq!(set(text, &["f", "g"]).unwrap(), format!(r#"{},"f":{{"g":[true]}}}}"#, &text[..text.len() - 1]));
    assert_eq!(set(r#"{"a":{"b":1,"c":2}}"#, &["a", "b"]).unwrap(), r#"{"a":{"b":[true],"c":2}}"#);
    assert_eq!(set("{ }", &["a"]).unwrap(), r#"{"a":[true]}"#);
    assert_eq!(set(r#"{"a":1}"#, &["a", "b"]).or(set("[]", &["a"])), None);
}

#[test]
fn objects_are_written_with_escapes() {
    let mut members = Members::default();
    assert_eq!(Members::default().finish(), "{}");
    members.text("a\"", "\\x\n\u{1f} \u{e9}");
    members.json("n", "1");
    assert_eq!(members.finish(), r#"{"a\"":"\\x\n\u001f é","n":1}"#);
}

#[test]
fn malformed_documents() {
    for text in [
        "",
        " ",
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "\"",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "nul",
        "True",
        "1 1",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1-2",
        "<html>",
        "{} x",
        "'a'",
        "{a:1}",
        "{\"c\":01}",
        "{\"c\":[1,]}",
    ] {
        assert_eq!(Value::parse(text.as_bytes()), Err(JsonError::Malformed), "{text}");
    }
    assert_eq!(Value::parse(b"\"\xff\""), Err(JsonError::Malformed));
}

#[test]
fn invalid_numbers() {
    for text in
        ["-1", "1e5", "1.7e9", "\"\"", "\"+1\"", "\"1.2.3\"", "\"12 34\"", "99999999999999999999", "\"+\"", "true"]
    {
        assert_eq!(read(&format!("{{\"n\":{text}}}")).unwrap().number("n"), None, "{text}");
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::parse("[".repeat(100_000).as_bytes()).is_err());
    assert!(Value::parse(nested(32).as_bytes()).is_ok());
    assert!(Value::parse(nested(33).as_bytes()).is_err());
    assert!(Value::parse(format!("[{}]", "{\"a\":[]},".repeat(99) + "1").as_bytes()).is_ok());
    // Brackets in a string are text.
    assert!(Value::parse(format!("{:?}", "[\"\\[".repeat(99)).as_bytes()).is_ok());
}

#[test]
fn the_number_of_items_is_limited() {
    let list = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    let object = |count: usize| format!("{{{}\"\":\"\"}}", "\"\":\"\",".repeat(count - 1));
    assert_eq!(Value::parse(list(MAX_ITEMS).as_bytes()).unwrap().items().unwrap().len(), MAX_ITEMS);
    assert_eq!(Value::parse(object(MAX_ITEMS).as_bytes()).unwrap().texts().unwrap().len(), MAX_ITEMS);
    let (list, object) = (list(MAX_ITEMS + 1), object(MAX_ITEMS + 1));
    assert_eq!(Value::parse(list.as_bytes()).unwrap().items(), Err(JsonError::TooManyItems));
    assert_eq!(Value::parse(object.as_bytes()).unwrap().texts(), Err(JsonError::TooManyItems));
    assert_eq!(Value::parse(object.as_bytes()).unwrap().object(NAMES), Ok(Object::default()));
}
