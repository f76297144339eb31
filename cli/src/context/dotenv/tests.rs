use serde::Deserialize;

use super::*;

/// The cases that tests/dotenv/run also runs against python-dotenv.
const CASES: &str = include_str!("../../../tests/dotenv/cases.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    read: Vec<Read>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    name: String,
    text: String,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    name: String,
    text: String,
    error: String,
    /// The expectation for python-dotenv.
    #[serde(rename = "python")]
    _python: toml::Value,
}

fn cases() -> Cases {
    toml::from_str(CASES).expect("the cases")
}

#[test]
fn files_parse_as_in_python_dotenv() {
    for case in cases().read {
        let file = parse(&case.text, |name| case.environment.get(name).cloned()).expect(&case.name);
        // The environment overrides the file.
        let all: BTreeMap<_, _> = file.variables.into_iter().chain(case.environment).collect();
        assert_eq!(all, case.variables, "{}", case.name);
        assert_eq!(file.notes, case.notes, "{}", case.name);
    }
}

#[test]
fn lines_that_python_dotenv_skips_are_errors() {
    for case in cases().refused {
        let error = parse(&case.text, |_| None).expect_err(&case.name);
        assert_eq!(error.to_string(), case.error, "{}", case.name);
        assert!(!case.error.contains("s3cret"), "{}", case.name);
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_by_its_line() {
    let latin = b"A=1\r\nAZURE_CLIENT_SECRET=s3cret\xe9\nB=2".to_vec();
    let utf_16 = "\u{feff}A=1".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, line) in [(latin, 2), (utf_16, 1), (b"A=\xff".to_vec(), 1)] {
        let error = decode(bytes).expect_err("not UTF-8").to_string();
        assert_eq!(error, format!("line {line} is not UTF-8; save the file as UTF-8"));
    }
    assert_eq!(decode("A=\u{e9}".into()).expect("UTF-8"), "A=\u{e9}");
}
