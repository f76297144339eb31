//! The expected result of a call.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How a call must end. What is absent is not compared, except for `requests`. A failure needs `kind` and its message,
/// a success what the call returns; see [`Step::expects_enough`].
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// `METHOD URL` of each request of this step, exactly.
    #[serde(default)]
    pub requests: Vec<String>,
    /// The requests may come in any order, because several are sent at the same instant.
    #[serde(default)]
    pub any_order: bool,
    /// The sizes of the requests' bodies.
    pub body_sizes: Option<Vec<usize>>,
    /// The requests' bodies, exactly.
    pub bodies: Option<Vec<String>>,
    /// The number of requests, in place of `requests`.
    pub request_count: Option<usize>,
    /// Parts of the forms that were sent, decoded.
    #[serde(default)]
    pub sent: Vec<String>,
    #[serde(default)]
    pub not_sent: Vec<String>,
    pub value: Option<String>,
    /// The result for each name of `get-secrets`: `= VALUE`, or `! KIND`.
    pub outcomes: Option<Vec<String>>,
    /// The names of each page.
    pub pages: Option<Vec<Vec<String>>>,
    /// Properties of each listed secret, by name.
    pub listed: Option<Vec<BTreeMap<String, String>>>,
    /// Properties of the secret or the token, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The token is this identity's.
    pub token_of: Option<String>,
    /// The number of the first step that returned exactly this token: its own number for a token that is new.
    pub token_since_step: Option<usize>,
    /// Claims of the token, by name: a string as it is, other values as JSON, and an absent claim as an empty text.
    #[serde(default)]
    pub token_claims: BTreeMap<String, String>,
    pub kind: Option<String>,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub retry_after: Option<u64>,
    /// Parts of the message, in any order.
    #[serde(default)]
    pub message: Vec<String>,
    /// The whole message, line by line.
    pub message_lines: Option<Vec<String>>,
    /// Parts of the hint, in any order. An empty list: there is no hint.
    pub hint: Option<Vec<String>>,
    #[serde(default)]
    pub hint_lacks: Vec<String>,
    /// `Credential: outcome` of each attempt, exactly.
    pub attempts: Option<Vec<String>>,
    /// Parts of the messages of some attempts, in any order, by the credential's name.
    #[serde(default)]
    pub attempt: BTreeMap<String, Vec<String>>,
    /// Some of the details of an error.
    #[serde(default)]
    pub details: BTreeMap<String, String>,
    /// `Credential: readiness` of each candidate, exactly.
    pub candidates: Option<Vec<String>>,
    /// Details of some candidates, by the credential's name.
    #[serde(default)]
    pub candidate: BTreeMap<String, Candidate>,
    /// The least and the greatest duration, in virtual time.
    pub at_least_ms: Option<u64>,
    pub at_most_ms: Option<u64>,
    /// Parts of the component's log.
    #[serde(default)]
    pub log: Vec<String>,
    #[serde(default)]
    pub log_lacks: Vec<String>,
    /// The number of lines of the log so far.
    pub log_line_count: Option<usize>,
    /// The whole log so far, line by line.
    pub log_lines: Option<Vec<String>>,
}

/// What is expected of a candidate of `explain`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Candidate {
    /// The whole message.
    pub message: String,
    /// Parts of the hint; where absent, there is none.
    #[serde(default)]
    pub hint: Vec<String>,
    /// All variables, in their order.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Some of the details.
    #[serde(default)]
    pub details: BTreeMap<String, String>,
}
