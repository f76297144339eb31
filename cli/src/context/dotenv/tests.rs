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
