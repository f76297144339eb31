//! One call of the app.

use std::time::Duration;

use serde::Deserialize;

use super::expect::Expect;

/// One call and its expected result. Exactly one of `get-secret`, `get-secrets`, `get-token`, `list-secrets`,
/// `set-token`, `set-assertion`, `explain` and the operations of [`Operation`].
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    /// Seconds of virtual time before the call.
    #[serde(default)]
    pub after: u64,
    /// Seconds that the component's wall clock is ahead of Azure's clock during this step.
    #[serde(default)]
    pub clock_ahead: i64,
    /// The call uses another client, for the vault at this URL.
    pub vault_url: Option<String>,
    pub get_secret: Option<String>,
    pub version: Option<String>,
    pub out_content_type: Option<String>,
    #[serde(default)]
    pub bypass_cache: bool,
    /// The names of a batch.
    pub get_secrets: Option<Vec<String>>,
    pub max_concurrency: Option<u32>,
    /// Scopes.
    pub get_token: Option<Vec<String>>,
    pub set_token: Option<String>,
    pub set_assertion: Option<String>,
    /// Lists the secrets. The number is the page size; 0 leaves it to the vault.
    pub list_secrets: Option<u32>,
    /// The number of pages that are read of any list; all where absent.
    pub most_pages: Option<usize>,
    /// Another operation of the client.
    pub operation: Option<Operation>,
    /// How often the written value is repeated in the value that is set or expected.
    pub value_times: Option<usize>,
    /// Calls `explain` of the credential.
    #[serde(default)]
    pub explain: bool,
    pub claims: Option<String>,
    pub enable_cae: Option<bool>,
    pub tenant_id: Option<String>,
    pub timeout_ms: Option<u64>,
    #[serde(default)]
    pub expect: Expect,
}

/// Other operations of the client. The `size` of a list is its page size; 0 leaves it to the vault.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Operation {
    Set {
        name: String,
        value: String,
        #[serde(default)]
        options: SetOptions,
    },
    Update {
        name: String,
        #[serde(default)]
        options: SetOptions,
    },
    ListVersions {
        name: String,
        #[serde(default)]
        size: u32,
    },
    ListDeleted {
        #[serde(default)]
        size: u32,
    },
    GetDeleted(String),
    Purge(String),
    /// Deletes a secret, and waits until that is done.
    Delete(String),
    /// Recovers a deleted secret, and waits until that is done.
    Recover(String),
    /// Backs a secret up, for `restore`.
    Backup(String),
    /// Restores the last backup.
    Restore,
}

/// What is set of a secret besides its value.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SetOptions {
    pub content_type: Option<String>,
    pub enabled: Option<bool>,
    pub not_before: Option<u64>,
    pub expires_on: Option<u64>,
    pub tags: Option<Vec<(String, String)>>,
    pub version: Option<String>,
}

impl Step {
    /// Fails for an expectation that would accept any error message or any value.
    pub fn expects_enough(&self) -> Result<(), &'static str> {
        let expect = &self.expect;
        if expect.kind.is_some() {
            let message = !expect.message.is_empty() || expect.message_lines.is_some();
            return if message { Ok(()) } else { Err("`message` or `message-lines`") };
        }
        let (given, wanted) = match &self.operation {
            _ if self.get_secret.is_some() => (expect.value.is_some(), "`value`"),
            _ if self.get_secrets.is_some() => (expect.outcomes.is_some(), "`outcomes`"),
            _ if self.get_token.is_some() => {
                let token = expect.token_of.is_some() || expect.token_since_step.is_some();
                (expect.value.is_some() || token, "`value`, `token-of` or `token-since-step`")
            }
            _ if self.explain => {
                (expect.candidates.is_some() || !expect.candidate.is_empty(), "`candidates` or `candidate`")
            }
            _ if self.lists() => (expect.pages.is_some() || expect.listed.is_some(), "`pages` or `listed`"),
            // These calls return nothing.
            _ if self.set_token.is_some() || self.set_assertion.is_some() => (true, ""),
            // `purge` returns nothing. What `backup` returns is opaque; a `restore` shows that it is right.
            Some(Operation::Purge(_) | Operation::Backup(_)) => (true, ""),
            _ => (!expect.fields.is_empty(), "`fields`"),
        };
        if given { Ok(()) } else { Err(wanted) }
    }

    /// Whether it is a list.
    pub fn lists(&self) -> bool {
        let operation = self.operation.as_ref();
        let list = |it: &Operation| matches!(it, Operation::ListVersions { .. } | Operation::ListDeleted { .. });
        self.list_secrets.is_some() || operation.is_some_and(list)
    }

    /// The value that a written one stands for; see `value_times`.
    pub fn value(&self, written: &str) -> String {
        written.repeat(self.value_times.unwrap_or(1))
    }

    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}
