//! The two sides of the fault table of `tests/faults`: the requests at which a fault happens, and the faults.

use std::collections::BTreeMap;
use std::path::Path;

use fake_azure::Fault;
use serde::Deserialize;

use crate::case::Case;

/// A request of a call that succeeds without the fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    /// The name of its file, without `.toml`.
    #[serde(skip)]
    pub name: String,
    /// The beginning of its URL.
    url: String,
    /// The number of requests with this URL before it.
    #[serde(default)]
    skip: u32,
    /// The service that answers: `vault`, `entra`, `imds`, `endpoint` (an identity endpoint that a variable names), or
    /// `not-imds`, another server at the address of IMDS.
    service: String,
    /// What the reply holds: `token`, `secret`, `properties`, `list` or `challenge`.
    reply: String,
    /// Headers that every reply to this request has.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The case. Its last step sends this request.
    pub case: Case,
}

/// A fault, and the result of a call that meets it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FaultRow {
    pub name: String,
    /// The fault of the request; none where only the clock jumps.
    is: Option<Fault>,
    /// Seconds that the component's wall clock jumps ahead just before the call.
    #[serde(default)]
    pub clock_ahead: i64,
    /// The only kind of reply that it applies to; all where absent.
    only: Option<String>,
    /// `ok` or the kind of the error: if the fault happens once, and if it happens at every request.
    gives: [String; 2],
    /// The same for a request or for a service, by its name. A request comes before its service.
    #[serde(default)]
    at: BTreeMap<String, [String; 2]>,
}

#[derive(Deserialize)]
struct Rows {
    fault: Vec<FaultRow>,
}

/// How often a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    Once,
    Always,
}

/// The files of `requests` in a folder, in the order of their names.
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

/// The rows of `faults.toml` in a folder. Panics if `at` names a request or service that the row does not apply to.
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
    /// Whether the fault can happen to this request's reply.
    pub fn applies_to(&self, request: &TargetRequest) -> bool {
        self.only.as_ref().is_none_or(|reply| *reply == request.reply)
    }

    /// The expected result: `ok` or the kind of an error.
    pub fn expected(&self, request: &TargetRequest, occurrence: Occurrence) -> &str {
        let [once, always] =
            self.at.get(&request.name).or_else(|| self.at.get(&request.service)).unwrap_or(&self.gives);
        if occurrence == Occurrence::Once { once } else { always }
    }

    /// The fault at this request.
    pub fn fault(&self, request: &TargetRequest, occurrence: Occurrence) -> Option<Fault> {
        let mut fault = self.is.clone()?;
        fault.url.clone_from(&request.url);
        fault.skip = request.skip;
        fault.times = (occurrence == Occurrence::Once).then_some(1);
        for (name, value) in &request.headers {
            fault.headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Some(fault)
    }
}
