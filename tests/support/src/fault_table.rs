//! The two sides of the table: where something goes wrong, and what.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::case::{Case, Fault};

/// A request of a call that goes well by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    /// The file's name.
    #[serde(skip)]
    pub name: String,
    /// How its URL begins.
    url: String,
    /// How many requests of this URL come before it.
    #[serde(default)]
    skip: u32,
    /// Who answers: `vault`, `entra`, `imds`, `endpoint` (an identity endpoint that the environment names), or a `stranger`
    /// in the place of IMDS.
    service: String,
    /// `token`, `secret`, `properties`, `list` or `challenge`.
    reply: String,
    /// What an answer from there has in its head.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The world, and the steps, of which the last one makes this request.
    pub case: Case,
}

/// Something that goes wrong, and what a call then gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FaultRow {
    pub name: String,
    /// What happens to the request.
    is: Option<Fault>,
    /// Seconds that the component's wall clock jumps ahead just before the call.
    #[serde(default)]
    pub clock_ahead: i64,
    /// The replies that it can happen to; all where absent.
    only: Option<String>,
    /// `ok` or the kind of the error: where it happens once, and for ever.
    gives: [String; 2],
    /// The same at some requests, and before that at all requests of a service.
    #[serde(default)]
    at: BTreeMap<String, [String; 2]>,
}

#[derive(Deserialize)]
struct Rows {
    fault: Vec<FaultRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    Once,
    Always,
}

/// All requests, by name.
pub fn target_requests(folder: &Path) -> Vec<TargetRequest> {
    let entries = std::fs::read_dir(folder.join("requests")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut request: TargetRequest =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        request.name = path.file_stem().unwrap().display().to_string();
        request.case = request.case.resolve().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        request
    };
    paths.iter().map(|path| read(path)).collect()
}

/// All rows; each names requests that there are.
pub fn fault_rows(folder: &Path, requests: &[TargetRequest]) -> Vec<FaultRow> {
    let text = std::fs::read_to_string(folder.join("faults.toml")).unwrap();
    let rows: Rows = toml::from_str(&text).unwrap_or_else(|error| panic!("faults.toml: {error}"));
    for row in &rows.fault {
        for name in row.at.keys() {
            let here =
                |request: &&TargetRequest| [&request.name, &request.service].contains(&name) && row.applies_to(request);
            assert!(requests.iter().any(|request| here(&request)), "{}: {name}", row.name);
        }
    }
    rows.fault
}

impl FaultRow {
    pub fn applies_to(&self, request: &TargetRequest) -> bool {
        self.only.as_ref().is_none_or(|reply| *reply == request.reply)
    }

    /// `ok` or a kind.
    pub fn expected(&self, request: &TargetRequest, lasting: Occurrence) -> &str {
        let [once, for_ever] =
            self.at.get(&request.name).or_else(|| self.at.get(&request.service)).unwrap_or(&self.gives);
        if lasting == Occurrence::Once { once } else { for_ever }
    }

    /// The fault, where it strikes.
    pub fn fault(&self, request: &TargetRequest, lasting: Occurrence) -> Option<Fault> {
        let mut fault = self.is.clone()?;
        fault.url.clone_from(&request.url);
        fault.skip = request.skip;
        fault.times = (lasting == Occurrence::Once).then_some(1);
        for (name, value) in &request.headers {
            fault.headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Some(fault)
    }
}
