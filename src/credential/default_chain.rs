//! `DefaultAzureCredential`: the table of its credentials, and the settings that exclude some of them.

use alloc::rc::Rc;

use super::candidate::Candidate;
use super::options::CredentialOptions;
use super::token_credential::{ConfiguredCredential, SharedCredential};
use super::{chain, developer, environment, managed_identity, workload_identity};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::language;
use crate::prelude::*;
use crate::secret::quote_value;
use crate::token::describe_id;

/// A credential of the default chain.
enum ChainEntry {
    /// Works in a component: its class name, and the function that makes it from environment and options.
    Supported(&'static str, fn(&Env, &CredentialOptions) -> Result<SharedCredential>),
    /// Needs a process, a browser or a desktop: its class name.
    Unsupported(&'static str),
}

impl ChainEntry {
    fn name(&self) -> &'static str {
        match self {
            Self::Supported(name, _) | Self::Unsupported(name) => name,
        }
    }
}

/// The default chain, in the order of the Azure SDKs.
/// <https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>
const DEFAULT_CHAIN: &[ChainEntry] = &[
    ChainEntry::Supported(environment::NAME, environment::make),
    ChainEntry::Supported(workload_identity::NAME, workload_identity::make),
    ChainEntry::Supported(managed_identity::NAME, managed_identity::make_in_chain),
    ChainEntry::Unsupported("SharedTokenCacheCredential"),
    ChainEntry::Unsupported("VisualStudioCodeCredential"),
    ChainEntry::Unsupported("AzureCliCredential"),
    ChainEntry::Unsupported("AzurePowerShellCredential"),
    ChainEntry::Unsupported("AzureDeveloperCliCredential"),
    ChainEntry::Unsupported("BrokerCredential"),
];

/// Makes the default chain.
pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<SharedCredential> {
    let selected = apply_variable(env, options)?;
    let mut chain = chain::Chain::new(chain::DEFAULT, Vec::new(), env);
    let selected_by = env.take_used();
    for entry in DEFAULT_CHAIN {
        if selected.excludes(entry.name()) {
            let (by, variables) = match options.excludes(entry.name()) {
                true => (env.language.say(language::EXCLUDE), Vec::new()),
                false => (VARIABLE, selected_by.clone()),
            };
            chain.excluded.push(Candidate { variables, ..Candidate::excluded(entry.name(), by) });
            continue;
        }
        let credential = match entry {
            ChainEntry::Supported(_, make) => make(env, &selected),
            ChainEntry::Unsupported(_) => Err(developer::unsupported(env.language)),
        };
        chain.credentials.push(ConfiguredCredential::new(entry.name(), env, credential));
    }
    Ok(Rc::new(chain))
}

/// Checks that the option `exclude` has only names of this chain.
pub(super) fn check_exclude(options: &CredentialOptions, env: &Env) -> Result<()> {
    for name in &options.exclude {
        if !DEFAULT_CHAIN.iter().any(|entry| entry.name().eq_ignore_ascii_case(name)) {
            return Err(Error::invalid(format!(
                "{} names no credential of the default chain: {}. Expected a class name such as ManagedIdentityCredential",
                env.language.say(language::EXCLUDE),
                quote_value(name)
            )));
        }
    }
    Ok(())
}

/// Lets the operator choose the credentials of the default chain.
/// <https://aka.ms/azsdk/net/identity/credential-chains>
const VARIABLE: &str = "AZURE_TOKEN_CREDENTIALS";

/// The options, with the credentials that the variable does not select added to `exclude`.
fn apply_variable(env: &Env, options: &CredentialOptions) -> Result<CredentialOptions> {
    let mut options = options.clone();
    let value = env.get(VARIABLE).unwrap_or_default().trim_ascii();
    let is_selected: &dyn Fn(&ChainEntry) -> bool = if value.is_empty() {
        if options.require_token_credentials {
            return Err(Error::invalid(format!(
                "{VARIABLE} is not set, and {} requires it",
                env.language.say(language::REQUIRE_TOKEN_CREDENTIALS)
            ))
            .with_hint(valid()));
        }
        return Ok(options);
    } else if value.eq_ignore_ascii_case("prod") {
        &|entry| matches!(entry, ChainEntry::Supported(..))
    } else if value.eq_ignore_ascii_case("dev") {
        return Err(unsupported("dev", env));
    } else if let Some(entry) = DEFAULT_CHAIN.iter().find(|entry| entry.name().eq_ignore_ascii_case(value)) {
        if let ChainEntry::Unsupported(name) = entry {
            return Err(unsupported(name, env));
        }
        &|entry| entry.name().eq_ignore_ascii_case(value)
    } else if developer::OTHER_LANGUAGES.iter().any(|name| name.eq_ignore_ascii_case(value)) {
        return Err(unsupported(value, env));
    } else {
        // Only letters are shown: the value may be a secret that was set in the wrong variable.
        let is_name = value.bytes().all(|b| b.is_ascii_alphabetic());
        let shown = if is_name { value.to_owned() } else { describe_id(value) };
        return Err(Error::invalid(format!("{VARIABLE} names no credential: {}", shown)).with_hint(valid()));
    };
    for entry in DEFAULT_CHAIN.iter().filter(|entry| !is_selected(entry)) {
        options.exclude.push(entry.name().to_owned());
    }
    if DEFAULT_CHAIN.iter().all(|entry| options.excludes(entry.name())) {
        return Err(Error::invalid(format!(
            "at least one credential is required: {VARIABLE} and {} leave none",
            env.language.say(language::EXCLUDE)
        )));
    }
    Ok(options)
}

fn unsupported(value: &str, env: &Env) -> Box<Error> {
    Error::new(
        ErrorKind::Unsupported,
        format!("{VARIABLE} is {value}: developer credentials can't run inside a WebAssembly component"),
    )
    .with_hint(diagnosis::developer_credentials(VARIABLE, env.language))
}

fn valid() -> diagnosis::Hint {
    diagnosis::configuration(&format!(
        "Set {VARIABLE} to prod, EnvironmentCredential, WorkloadIdentityCredential or ManagedIdentityCredential"
    ))
}
