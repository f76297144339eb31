//! The TOML form of a case.

use std::collections::BTreeMap;
use std::time::Duration;

use fake_azure::{Description, Fault};
use keyfob_host_test::Build;
use serde::Deserialize;

use crate::ROOT;

/// A fake Azure, an app in it, and the calls that the app makes.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// What the case shows, for people.
    pub about: String,
    /// The build of the component that it is for; both where absent.
    pub build: Option<Build>,
    /// The largest memory of the component in MiB, where it is more than usual.
    pub most_memory_mib: Option<usize>,
    /// The client is not dropped at the end. Of all values of secrets, the component's memory then holds exactly these.
    pub kept_in_memory: Option<Vec<String>>,
    /// The name of a file in `tests/worlds`, without its `.toml`: a description of the fake Azure that several cases
    /// share.
    pub world: Option<String>,
    /// The fake Azure as the file has it: the whole description, or the keys of it that replace those of `world`.
    #[serde(default, rename = "azure")]
    azure_overrides: toml::Table,
    /// The whole description; see `fake-azure/src/description.rs`.
    #[serde(skip, default = "empty_description")]
    pub azure: Description,
    /// Variables besides those that the platform sets.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Variables that do not reach the component.
    #[serde(default)]
    pub unset: Vec<String>,
    /// Files. The component is granted the folder of each, read-only.
    #[serde(default, rename = "file")]
    pub files: Vec<File>,
    /// The component is not granted the platform's own files.
    #[serde(default)]
    pub files_not_granted: bool,
    /// The only hosts that the egress allows; all where absent.
    pub allow: Option<Vec<String>>,
    /// Faults of requests, in addition to those of the description.
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
    /// The credential; the default chain where absent.
    #[serde(default)]
    pub credential: Credential,
    /// Options of the client.
    #[serde(default)]
    pub client: Client,
    /// The calls, all with the same credential and client.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// A file, or a symbolic link.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub path: String,
    #[serde(default)]
    pub content: String,
    /// The file of `tests/certificates` whose content it has.
    pub certificate: Option<String>,
    pub link: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credential {
    #[serde(default)]
    pub kind: Kind,
    pub client_id: Option<String>,
    pub object_id: Option<String>,
    pub resource_id: Option<String>,
    #[serde(default)]
    pub system_assigned: bool,
    #[serde(default)]
    pub exclude: Vec<String>,
    pub authority_host: Option<String>,
    pub disable_instance_discovery: Option<bool>,
    pub imds_connect_timeout_ms: Option<u64>,
    pub workload_identity_client_id: Option<String>,
    pub tenant_id: Option<String>,
    pub token_file_path: Option<String>,
    /// For `client-secret`, with `client-id` and `tenant-id`.
    pub client_secret: Option<String>,
    /// For `client-assertion`, with `client-id` and `tenant-id`.
    pub assertion: Option<String>,
    /// For `client-certificate`, with `client-id` and `tenant-id`: a file in `tests/certificates`, given as bytes.
    pub certificate: Option<String>,
    /// For `client-certificate`: the path of the file.
    pub certificate_path: Option<String>,
    pub certificate_password: Option<String>,
    pub send_certificate_chain: Option<bool>,
    #[serde(default)]
    pub additionally_allowed_tenants: Vec<String>,
    pub require_token_credentials: Option<bool>,
    /// For `static-token`.
    pub token: Option<String>,
    pub expires_on: Option<u64>,
    /// For `chained`.
    #[serde(default)]
    pub links: Vec<Credential>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    DefaultAzure,
    Environment,
    WorkloadIdentity,
    ManagedIdentity,
    ClientSecret,
    ClientAssertion,
    ClientCertificate,
    Chained,
    StaticToken,
}

impl Kind {
    /// `client-id` and `tenant-id` are arguments, not options.
    pub fn is_client(self) -> bool {
        matches!(self, Self::ClientSecret | Self::ClientAssertion | Self::ClientCertificate)
    }
}

/// The bytes of a file in `tests/certificates`.
pub fn certificate(name: &str) -> Vec<u8> {
    std::fs::read(format!("{ROOT}/tests/certificates/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// The first vault of the description where absent.
    pub vault_url: Option<String>,
    pub verify_challenge_resource: Option<bool>,
    pub api_version: Option<String>,
    /// Seconds.
    pub cache_ttl: Option<u64>,
    /// Secrets and bytes.
    pub cache_limits: Option<(u32, u64)>,
    /// Seconds.
    pub cache_stale_if_error: Option<u64>,
}

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

/// How a call must end. What is absent is not compared, except for `requests`. A failure needs `kind` and its message,
/// a success what the call returns; see [`Step::expects_enough`].
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// `METHOD URL` of each request of this step, exactly.
    #[serde(default)]
    pub requests: Vec<String>,
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

fn empty_description() -> Description {
    toml::from_str("").unwrap()
}

impl Case {
    /// Reads a case and its world. Fails where the file does not say what a step must give.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let case: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (index, step) in case.steps.iter().enumerate() {
            step.expects_enough().map_err(|wanted| format!("step {}: `expect` needs {wanted}", index + 1))?;
        }
        case.resolve()
    }

    /// The case with the whole description of its fake Azure. A service principal's `certificate = "@FILE"` is replaced
    /// by that file of `tests/certificates`.
    pub fn resolve(mut self) -> Result<Self, String> {
        let mut azure = match &self.world {
            Some(name) => world(name)?,
            None if self.azure_overrides.is_empty() => return Err("neither `world` nor `[azure]`".to_owned()),
            None => toml::Table::new(),
        };
        azure.extend(self.azure_overrides.clone());
        self.azure = azure.try_into().map_err(|error| format!("the description of the fake Azure: {error}"))?;
        for pem in self.azure.identities.iter_mut().filter_map(|identity| identity.certificate.as_mut()) {
            if let Some(name) = pem.strip_prefix('@') {
                *pem = String::from_utf8(certificate(name)).unwrap();
            }
        }
        Ok(self)
    }
}

/// A file of `tests/worlds`.
fn world(name: &str) -> Result<toml::Table, String> {
    let path = format!("{ROOT}/tests/worlds/{name}.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("world {name:?}: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("world {name:?}: {error}"))
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
                (expect.value.is_some() || expect.token_of.is_some(), "`value` or `token-of`")
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
