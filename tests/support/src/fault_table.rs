//! The two sides of the table: where something goes wrong, and what.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::case::{Case, Fault};

/// A request of a call that goes well by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hop {
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
pub struct Row {
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
    /// The same at some hops, and before that at all hops of a service.
    #[serde(default)]
    at: BTreeMap<String, [String; 2]>,
}

#[derive(Deserialize)]
struct Rows {
    fault: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    Once,
    ForEver,
}

/// All hops, by name.
pub fn hops(folder: &Path) -> Vec<Hop> {
    let entries = std::fs::read_dir(folder.join("hops")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut hop: Hop = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        hop.name = path.file_stem().unwrap().display().to_string();
        hop.case = hop.case.in_its_world().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        hop
    };
    paths.iter().map(|path| read(path)).collect()
}

/// All rows; each names hops that there are.
pub fn rows(folder: &Path, hops: &[Hop]) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join("faults.toml")).unwrap();
    let rows: Rows = toml::from_str(&text).unwrap_or_else(|error| panic!("faults.toml: {error}"));
    for row in &rows.fault {
        for name in row.at.keys() {
            let here = |hop: &&Hop| [&hop.name, &hop.service].contains(&name) && row.happens_at(hop);
            assert!(hops.iter().any(|hop| here(&hop)), "{}: {name}", row.name);
        }
    }
    rows.fault
}

impl Row {
    pub fn happens_at(&self, hop: &Hop) -> bool {
        self.only.as_ref().is_none_or(|reply| *reply == hop.reply)
    }

    /// `ok` or a kind.
    pub fn gives(&self, hop: &Hop, lasting: Lasting) -> &str {
        let [once, for_ever] = self.at.get(&hop.name).or_else(|| self.at.get(&hop.service)).unwrap_or(&self.gives);
        if lasting == Lasting::Once { once } else { for_ever }
    }

    /// The fault, where it strikes.
    pub fn fault(&self, hop: &Hop, lasting: Lasting) -> Option<Fault> {
        let mut fault = self.is.clone()?;
        fault.url.clone_from(&hop.url);
        fault.skip = hop.skip;
        fault.times = (lasting == Lasting::Once).then_some(1);
        for (name, value) in &hop.headers {
            fault.headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Some(fault)
    }
}
