//! The comparison of all cases, and the table that shows it.

use std::fmt::Write;
use std::time::Duration;

use crate::differences::{Differences, Requests};
use crate::requests::Line;

/// One step of one side.
pub struct Side {
    pub lines: Vec<Line>,
    pub outcome: String,
    pub took: Duration,
}

/// A case that both sides played, or why not.
pub enum Comparison {
    /// Each step of Keyfob and of the SDK, and the text of the SDK's error.
    Played(Vec<(Side, Side, String)>),
    /// The SDK lacks what the case needs, for this reason.
    NotApplicable(String),
    /// The test can't play it, for this reason.
    Broken(String),
}

/// The results of all cases.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 6]>,
    new: String,
    same: usize,
    listed: usize,
    not_applicable: usize,
    failed: usize,
}

impl Table {
    pub fn add(&mut self, name: &str, pair: &Comparison, differences: &Differences) {
        match pair {
            Comparison::Played(steps) => self.played(name, steps, differences),
            Comparison::NotApplicable(reason) => {
                self.not_applicable += 1;
                self.row([name, "", "", "", "", &format!("not applicable: {reason}")]);
            }
            Comparison::Broken(text) => {
                self.failed += 1;
                self.row([name, "", "", "", "", "CANNOT BE PLAYED"]);
                writeln!(self.new, "\n{name} cannot be played\n{text}").unwrap();
            }
        }
    }

    fn played(&mut self, name: &str, steps: &[(Side, Side, String)], differences: &Differences) {
        let mut reasons: Vec<&str> = Vec::new();
        let mut shown = None;
        let mut differs = false;
        let mut new = false;
        for (index, (keyfob, sdk, sdk_error)) in steps.iter().enumerate() {
            let requests = Requests::compare(&keyfob.lines, &sdk.lines);
            let mut entries = Vec::new();
            if requests != Requests::Same {
                entries.push(differences.requests(name, requests));
            }
            if keyfob.outcome != sdk.outcome {
                entries.push(differences.outcome(name, &keyfob.outcome, &sdk.outcome));
            }
            if entries.is_empty() {
                continue;
            }
            differs = true;
            shown.get_or_insert((requests, keyfob, sdk));
            if entries.iter().any(Option::is_none) {
                new = true;
                self.detail(name, index + 1, (requests, keyfob, sdk), sdk_error);
            }
            reasons.extend(entries.into_iter().flatten().map(|entry| entry.name.as_str()));
        }
        reasons.dedup();
        let (requests, keyfob, sdk) = shown.unwrap_or_else(|| {
            let (keyfob, sdk, _) = steps.last().expect("a step");
            (Requests::Same, keyfob, sdk)
        });
        let why = if new { "NEW".to_owned() } else { reasons.join("; ") };
        let ours = brief(&keyfob.outcome);
        let theirs = if keyfob.outcome == sdk.outcome { "same".to_owned() } else { brief(&sdk.outcome) };
        let took = |side: fn(&(Side, Side, String)) -> Duration| steps.iter().map(side).sum::<Duration>().as_secs_f64();
        let (keyfob, sdk) = (took(|step| step.0.took), took(|step| step.1.took));
        let took = if keyfob.max(sdk) < 0.5 { String::new() } else { format!("{keyfob:.0}/{sdk:.0}") };
        self.row([name, requests.name(), &ours, &theirs, &took, &why]);
        *match (differs, new) {
            (_, true) => &mut self.failed,
            (true, false) => &mut self.listed,
            (false, false) => &mut self.same,
        } += 1;
    }

    fn row(&mut self, cells: [&str; 6]) {
        self.rows.push(cells.map(one_line));
    }

    /// A difference that is not listed: an entry to complete, and the requests and outcomes of both sides.
    fn detail(&mut self, name: &str, step: usize, (requests, keyfob, sdk): (Requests, &Side, &Side), sdk_error: &str) {
        let text = &mut self.new;
        writeln!(text, "\n[[difference]] # step {step}\ncases = [\"{name}\"]").unwrap();
        if keyfob.outcome != sdk.outcome {
            writeln!(text, "outcome = '{} | {}'", keyfob.outcome, sdk.outcome).unwrap();
        }
        if requests != Requests::Same {
            writeln!(text, "requests = \"{}\"", requests.name()).unwrap();
        }
        for (who, side) in [("Keyfob", keyfob), ("Python", sdk)] {
            writeln!(text, "# {who}: {}, {:.1} s", side.outcome, side.took.as_secs_f64()).unwrap();
            for line in &side.lines {
                let times = if line.count == 1 { String::new() } else { format!("{} times ", line.count) };
                writeln!(text, "#   {times}{}", one_line(&line.text)).unwrap();
            }
        }
        if !sdk_error.is_empty() {
            writeln!(text, "# {}", sdk_error.replace('\n', "\n# ")).unwrap();
        }
    }

    /// Prints the table. Returns whether there is neither a failure nor a stale entry.
    pub fn print<'a>(
        &self,
        counts: impl Iterator<Item = (&'a str, usize)>,
        fields: impl Iterator<Item = (&'a str, usize)>,
        stale: &[String],
    ) -> bool {
        let titles = ["case", "requests", "Keyfob", "Python", "seconds", "why"].map(str::to_owned);
        let rows = || std::iter::once(&titles).chain(&self.rows);
        let width = |column: usize| rows().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(width);
        for [name, requests, keyfob, python, took, why] in rows() {
            println!("{}", format!("{name:a$}  {requests:b$}  {keyfob:c$}  {python:d$}  {took:e$}  {why}").trim_end());
        }
        let list = |pairs: Vec<(&str, usize)>| {
            pairs.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        println!("\nrules applied: {}", list(counts.collect()));
        println!("fields of one side: {}", list(fields.collect()));
        print!("{}", self.new);
        for stale in stale {
            println!("\nstale in differences.toml: {stale}");
        }
        println!(
            "\n{} cases: {} the same, {} different as listed, {} not applicable, {} failed; {} stale",
            self.rows.len(),
            self.same,
            self.listed,
            self.not_applicable,
            self.failed,
            stale.len()
        );
        self.failed == 0 && stale.is_empty()
    }
}

/// A shorter form of an outcome, for the table.
fn brief(outcome: &str) -> String {
    outcome
        .replace("Environment, WorkloadIdentity, ManagedIdentity", "all three")
        .replace("Environment, WorkloadIdentity", "two")
        .replace("ManagedIdentity", "MI")
        .replace("WorkloadIdentity", "WI")
        .replace("Environment", "Env")
        .replace("the-value-of-", "")
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}
