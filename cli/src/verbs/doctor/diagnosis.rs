//! The result of `keyfob doctor`, and its JSON.

use keyfob_host_test::bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};
use keyfob_host_test::names::readiness_name;
use serde_json::{Value, json};

use super::checks::{Check, CheckResult};
use super::verdict::Verdict;
use crate::output::{ErrorReport, string_map};

/// What is known about the chosen credential.
#[derive(Debug)]
pub(super) struct Diagnosis {
    /// The credential's class name in the Azure SDKs.
    pub(super) credential: &'static str,
    pub(super) candidates: Vec<Candidate>,
    /// The vault that was asked.
    pub(super) vault: Option<String>,
    /// Whether the developer's sign-in stands in for the managed identity.
    pub(super) developer: bool,
    pub(super) results: Vec<CheckResult>,
    /// The first check that failed.
    pub(super) failed: Option<(Check, ErrorReport)>,
}

impl Diagnosis {
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

    /// The token, if one was requested.
    pub(super) fn token(&self) -> Option<&AccessToken> {
        self.results.iter().find_map(|result| match result {
            CheckResult::Token(token) => Some(&**token),
            _ => None,
        })
    }

    pub(super) fn json(&self) -> String {
        let Verdict { sentence, fix, .. } = Verdict::of(self);
        let candidates: Vec<Value> = self.candidates.iter().map(candidate_json).collect();
        let (mut secrets, mut secret, mut may_read) = (Value::Null, Value::Null, Value::Null);
        for result in &self.results {
            match result {
                CheckResult::Token(_) => {}
                CheckResult::Secrets { count, more } => secrets = json!({ "count": count, "more": more }),
                CheckResult::ListRefused => {}
                CheckResult::MayRead => may_read = Value::Bool(true),
                CheckResult::Secret { name, version } => {
                    (secret, may_read) = (json!({ "name": name, "version": version }), Value::Bool(true));
                }
            }
        }
        let failed = self.failed.as_ref();
        if failed.is_some_and(|(check, report)| *check == Check::Reading && report.is_forbidden()) {
            may_read = Value::Bool(false);
        }
        let failed = failed.map(|(check, report)| json!({ "question": check.name(), "error": report.error() }));
        let json = json!({
            "summary": sentence,
            "hint": fix,
            "ok": self.is_ok(),
            "credential": self.credential,
            "decided_by": self.deciding().map(|it| &it.credential),
            "candidates": candidates,
            "token": self.token().map(token_json),
            "secrets": secrets,
            "secret": secret,
            "may_read": may_read,
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
            Self::Reading => "reading",
            Self::Secret => "secret",
        }
    }
}

fn token_json(token: &AccessToken) -> Value {
    json!({
        "credential": token.credential,
        "source": token.source,
        "expires_on": token.expires_on,
        "details": string_map(&token.details),
    })
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
