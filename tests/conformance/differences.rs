//! The intended differences from the SDK, of `differences.toml`. Some case must meet each of them, and no other may
//! exist.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::requests::{Line, Side};

/// How Keyfob's requests compare with the SDK's.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Requests {
    /// The same requests.
    Same,
    /// A part of the SDK's requests, in their order.
    Fewer,
    /// All of the SDK's requests, in their order, and others.
    More,
    /// None of these.
    Other,
}

impl Requests {
    pub fn compare(keyfob: &[Line], sdk: &[Line]) -> Self {
        match (within(keyfob, sdk), within(sdk, keyfob)) {
            (true, true) => Self::Same,
            (true, false) => Self::Fewer,
            (false, true) => Self::More,
            (false, false) => Self::Other,
        }
    }

    /// The name in `differences.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::Other => "other",
        }
    }
}

fn within(part: &[Line], whole: &[Line]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|line| whole.any(|other| other.text == line.text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differences {
    #[serde(default)]
    difference: Vec<Difference>,
    /// Fields of queries and forms that only one side sends.
    #[serde(default)]
    field: Vec<Field>,
}

/// A difference, and patterns for the names of the cases that may have it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// What the table shows.
    pub name: String,
    /// Why Keyfob differs.
    pub why: String,
    /// Names of cases; `*` stands for anything.
    cases: Vec<String>,
    /// `KEYFOB | SDK`, with `*` for anything.
    outcome: Option<String>,
    requests: Option<Requests>,
    /// The patterns and the aspects (`outcome`, `requests`) that some case has met.
    #[serde(skip)]
    met: RefCell<BTreeSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    /// `NAME=VALUE`, decoded, with `*` for anything.
    text: String,
    why: String,
    #[serde(skip)]
    keyfob: Cell<usize>,
    #[serde(skip)]
    sdk: Cell<usize>,
}

impl Differences {
    pub fn read(text: &str) -> Self {
        let read: Self = toml::from_str(text).unwrap_or_else(|error| panic!("differences.toml: {error}"));
        let unexplained = read.difference.iter().map(|it| &it.why).chain(read.field.iter().map(|it| &it.why));
        assert!(unexplained.map(|why| why.trim()).all(|why| !why.is_empty()), "differences.toml: a reason is empty");
        read
    }

    /// The entry that explains this difference of the outcome.
    pub fn outcome(&self, case: &str, keyfob: &str, sdk: &str) -> Option<&Difference> {
        self.find(case, "outcome", |entry| {
            let patterns = entry.outcome.as_deref().and_then(|outcome| outcome.split_once(" | "));
            patterns.is_some_and(|(ours, theirs)| matches(ours, keyfob) && matches(theirs, sdk))
        })
    }

    /// The entry that explains this difference of the requests.
    pub fn requests(&self, case: &str, requests: Requests) -> Option<&Difference> {
        self.find(case, "requests", |entry| entry.requests == Some(requests))
    }

    fn find(&self, case: &str, aspect: &str, fits: impl Fn(&Difference) -> bool) -> Option<&Difference> {
        let named = |entry: &&Difference| entry.cases.iter().any(|pattern| matches(pattern, case));
        let entry = self.difference.iter().find(|entry| named(entry) && fits(entry))?;
        let mut met = entry.met.borrow_mut();
        met.insert(aspect.to_owned());
        met.extend(entry.cases.iter().filter(|pattern| matches(pattern, case)).cloned());
        Some(entry)
    }

    /// Whether a `[[field]]` lists this field, so that it is not compared.
    pub fn ignored(&self, field: &str, side: Side) -> bool {
        let Some(entry) = self.field.iter().find(|entry| matches(&entry.text, field)) else { return false };
        let count = if side == Side::Keyfob { &entry.keyfob } else { &entry.sdk };
        count.set(count.get() + 1);
        true
    }

    /// Entries that no case meets any more.
    pub fn stale(&self) -> Vec<String> {
        let mut stale = Vec::new();
        for entry in &self.difference {
            let met = entry.met.borrow();
            let aspects = [("outcome", entry.outcome.is_some()), ("requests", entry.requests.is_some())];
            let aspects = aspects.into_iter().filter(|(_, listed)| *listed).map(|(aspect, _)| aspect);
            let parts = aspects.chain(entry.cases.iter().map(String::as_str));
            stale.extend(parts.filter(|part| !met.contains(*part)).map(|part| format!("{:?}: {part}", entry.name)));
        }
        for entry in &self.field {
            if (entry.keyfob.get() == 0) == (entry.sdk.get() == 0) {
                let both = if entry.sdk.get() == 0 { "neither side sends" } else { "both sides send" };
                stale.push(format!("{both} {:?}", entry.text));
            }
        }
        stale
    }

    /// The fields that are not compared, and how often each was left out.
    pub fn fields(&self) -> impl Iterator<Item = (&str, usize)> {
        self.field.iter().map(|entry| (entry.text.as_str(), entry.keyfob.get() + entry.sdk.get()))
    }
}

/// Whether a text matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).filter_map(|at| text.get(at..)).any(|text| matches(rest, text))),
    }
}
