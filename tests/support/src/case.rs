//! The TOML form of a case.

mod expect;
mod step;

use std::collections::BTreeMap;

use fake_azure::{Description, Fault};
use keyfob_host_test::Build;
use serde::Deserialize;

use crate::ROOT;
pub use expect::{Candidate, Expect};
pub use step::{Operation, SetOptions, Step};

/// A fake Azure, an app in it, and the calls that the app makes.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// What the case shows, for people.
    pub about: String,
    /// The build of the component that it is for; both where absent.
    pub build: Option<Build>,
    /// The most memory that the component may have in MiB, where it is more than usual. It traps if it needs more.
    pub max_memory_mib: Option<usize>,
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
    pub scope: Option<String>,
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
