//! The result of `keyfob doctor`, and its JSON.

use keyfob_host_test::bindings::exports::keyfob::azure::identity::{Candidate, Readiness};
use keyfob_host_test::names::readiness_name;
use serde_json::{Value, json};

use super::checks::{Check, CheckResult};
use crate::output::{ErrorReport, string_map};

/// What is known about the chosen credential.
#[derive(Debug)]
pub(super) struct Diagnosis {
    /// The credential's class name in the Azure SDKs.
    pub(super) credential: &'static str,
    pub(super) candidates: Vec<Candidate>,
    pub(super) results: Vec<CheckResult>,
    /// The first check that failed.
    pub(super) failed: Option<(Check, ErrorReport)>,
}

impl Diagnosis {
    pub(super) fn new(credential: &'static str, candidates: Vec<Candidate>) -> Self {
        Self { credential, candidates, results: Vec::new(), failed: None }
    }

    /// The deciding candidate: the first that would be used, or that stops the chain.
    pub(super) fn deciding(&self) -> Option<&Candidate> {
        let decides =
            |it: &&Candidate| matches!(it.readiness, Readiness::Ready | Readiness::Unproven | Readiness::Failed);
        self.candidates.iter().find(decides)
    }

    /// Whether a credential would be used and no check failed.
    pub(super) fn is_ok(&self) -> bool {
        let usable = self.deciding().is_some_and(|it| it.readiness != Readiness::Failed);
        usable && self.failed.is_none()
    }

    pub(super) fn json(&self) -> String {
        let candidates: Vec<Value> = self.candidates.iter().map(candidate_json).collect();
        let (mut token, mut secrets) = (Value::Null, Value::Null);
        for result in &self.results {
            match result {
                CheckResult::Token(read) => {
                    token = json!({
                        "credential": read.credential,
                        "source": read.source,
                        "expires_on": read.expires_on,
                        "details": string_map(&read.details),
                    });
                }
                CheckResult::Secrets { count, more } => secrets = json!({ "count": count, "more": more }),
            }
        }
        let failed = self.failed.as_ref();
        let failed = failed.map(|(check, report)| json!({ "question": check.name(), "error": report.error() }));
        let json = json!({
            "ok": self.is_ok(),
            "credential": self.credential,
            "decided_by": self.deciding().map(|it| &it.credential),
            "candidates": candidates,
            "token": token,
            "secrets": secrets,
            "failed": failed,
        });
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
