//! What is found out.

use serde_json::{Value, json};

use super::checks::{Check, CheckResult};
use crate::output::{ErrorReport, string_map};
use keyfob_host_test::bindings::exports::keyfob::azure::identity::{Candidate, Readiness};
use keyfob_host_test::names::readiness_name;

/// The credential that was asked about, and all that is known of it.
#[derive(Debug)]
pub(super) struct Diagnosis {
    /// Its class name in the Azure SDKs.
    pub(super) credential: &'static str,
    pub(super) candidates: Vec<Candidate>,
    pub(super) results: Vec<CheckResult>,
    /// The first question that was not answered.
    pub(super) failed: Option<(Check, ErrorReport)>,
}

impl Diagnosis {
    pub(super) fn new(credential: &'static str, candidates: Vec<Candidate>) -> Self {
        Self { credential, candidates, results: Vec::new(), failed: None }
    }

    /// The candidate that decides: the first that would be asked, or that stops the chain.
    pub(super) fn deciding(&self) -> Option<&Candidate> {
        let decides =
            |it: &&Candidate| matches!(it.readiness, Readiness::Ready | Readiness::Unproven | Readiness::Failed);
        self.candidates.iter().find(decides)
    }

    /// Whether there is nothing to change.
    pub(super) fn is_ok(&self) -> bool {
        let usable = self.deciding().is_some_and(|it| it.readiness != Readiness::Failed);
        usable && self.failed.is_none()
    }

    pub(super) fn json(&self) -> String {
        let candidates: Vec<Value> = self.candidates.iter().map(candidate_json).collect();
        let deciding = self.deciding().map(|it| &it.credential);
        let mut json = json!({
            "ok": self.is_ok(),
            "credential": self.credential,
            "decided_by": deciding,
            "candidates": candidates,
            "token": null,
            "secrets": null,
            "failed": null,
        });
        for check_result in &self.results {
            match check_result {
                CheckResult::Token(token) => {
                    json["token"] = json!({
                        "credential": token.credential,
                        "source": token.source,
                        "expires_on": token.expires_on,
                        "details": string_map(&token.details),
                    });
                }
                CheckResult::Secrets { count, more } => json["secrets"] = json!({ "count": count, "more": more }),
            }
        }
        if let Some((check, report)) = &self.failed {
            json["failed"] = json!({ "question": check.name(), "error": report.error() });
        }
        json.to_string()
    }
}

impl Check {
    fn name(self) -> &'static str {
        match self {
            Self::VaultUrl => "vault-url",
            Self::Token => "token",
            Self::Secrets => "secrets",
        }
    }
}

fn candidate_json(candidate: &Candidate) -> Value {
    json!({
        "credential": candidate.credential,
        "readiness": readiness_name(candidate.readiness),
        "message": candidate.message,
        "hint": candidate.hint,
        "variables": candidate.variables,
        "details": string_map(&candidate.details),
    })
}
