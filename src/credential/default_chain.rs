//! The default chain: the table of its credentials, and what leaves some of them out.

use alloc::rc::Rc;

use super::candidate::Candidate;
use super::options::CredentialOptions;
use super::token_credential::{Link, Made};
use super::{chain, developer, environment, managed_identity, workload_identity};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::prelude::*;
use crate::secret::quote;
use crate::token::describe_id;

/// A row of the default chain.
enum Row {
    /// Can run in a component: its class name, and how it is made from environment and options.
    Here(&'static str, fn(&Env, &CredentialOptions) -> Result<Made>),
    /// Needs a process, a browser or a desktop: its class name, and what to do instead.
    NotHere(&'static str, developer::Instead),
}

impl Row {
    fn name(&self) -> &'static str {
        match self {
            Self::Here(name, _) | Self::NotHere(name, _) => name,
        }
    }
}

/// THE TABLE: the default chain, in the order of the Azure SDKs.
/// <https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>
const DEFAULT_CHAIN: &[Row] = &[
    Row::Here(environment::NAME, environment::make),
    Row::Here(workload_identity::NAME, workload_identity::make),
    Row::Here(managed_identity::NAME, managed_identity::make_in_chain),
    Row::NotHere("SharedTokenCacheCredential", developer::SHARED_TOKEN_CACHE),
    Row::NotHere("VisualStudioCodeCredential", developer::VISUAL_STUDIO_CODE),
    Row::NotHere("AzureCliCredential", developer::AZURE_CLI),
    Row::NotHere("AzurePowerShellCredential", developer::AZURE_POWERSHELL),
    Row::NotHere("AzureDeveloperCliCredential", developer::AZURE_DEVELOPER_CLI),
    Row::NotHere("BrokerCredential", developer::BROKER),
];

/// The default chain.
pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<Made> {
    let selected = apply_variable(env, options)?;
    let mut chain = chain::Chain::new(chain::DEFAULT, Vec::new(), env);
    let selected_by = env.take_used();
    for row in DEFAULT_CHAIN {
        if selected.excludes(row.name()) {
            let (by, variables) = match options.excludes(row.name()) {
                true => ("the option exclude", Vec::new()),
                false => (VARIABLE, selected_by.clone()),
            };
            chain.excluded.push(Candidate { variables, ..Candidate::excluded(row.name(), by) });
            continue;
        }
        let made = match row {
            Row::Here(_, make) => make(env, &selected),
            Row::NotHere(_, instead) => Err(developer::not_here(*instead)),
        };
        chain.links.push(Link::new(row.name(), env, made));
    }
    Ok(Rc::new(chain))
}

/// Checks the option `exclude`.
pub(super) fn check_exclude(options: &CredentialOptions) -> Result<()> {
    for name in &options.exclude {
        if !DEFAULT_CHAIN.iter().any(|row| row.name().eq_ignore_ascii_case(name)) {
            return Err(Error::invalid(format!(
                "the option exclude names no credential of the default chain: {}. Expected a class name such as ManagedIdentityCredential",
                quote(name, &[])
            )));
        }
    }
    Ok(())
}

/// `AZURE_TOKEN_CREDENTIALS`: an operator's word on which credentials the default chain has.
/// <https://aka.ms/azsdk/net/identity/credential-chains>
const VARIABLE: &str = "AZURE_TOKEN_CREDENTIALS";

/// The options, with what the variable leaves out excluded too.
fn apply_variable(env: &Env, options: &CredentialOptions) -> Result<CredentialOptions> {
    let mut options = options.clone();
    let value = env.get(VARIABLE).unwrap_or_default().trim_ascii();
    let stays: &dyn Fn(&Row) -> bool = if value.is_empty() {
        if options.require_token_credentials {
            return Err(Error::invalid(format!("{VARIABLE} is not set, and the code requires it")).hint(valid()));
        }
        return Ok(options);
    } else if value.eq_ignore_ascii_case("prod") {
        &|row| matches!(row, Row::Here(..))
    } else if value.eq_ignore_ascii_case("dev") {
        return Err(not_here("dev"));
    } else if let Some(row) = DEFAULT_CHAIN.iter().find(|row| row.name().eq_ignore_ascii_case(value)) {
        if let Row::NotHere(name, _) = row {
            return Err(not_here(name));
        }
        &|row| row.name().eq_ignore_ascii_case(value)
    } else if developer::KNOWN_ELSEWHERE.iter().any(|name| name.eq_ignore_ascii_case(value)) {
        return Err(not_here(value));
    } else {
        // A secret that was set in the wrong place has more than letters.
        let is_name = value.bytes().all(|b| b.is_ascii_alphabetic());
        let shown = if is_name { value.to_owned() } else { describe_id(value) };
        return Err(Error::invalid(format!("{VARIABLE} names no credential: {}", shown)).hint(valid()));
    };
    for row in DEFAULT_CHAIN.iter().filter(|row| !stays(row)) {
        options.exclude.push(row.name().to_owned());
    }
    if DEFAULT_CHAIN.iter().all(|row| options.excludes(row.name())) {
        return Err(Error::invalid(format!(
            "at least one credential is required: {VARIABLE} and the option exclude leave none"
        )));
    }
    Ok(options)
}

fn not_here(value: &str) -> Box<Error> {
    Error::new(
        ErrorKind::Unsupported,
        format!("{VARIABLE} is {value}: developer credentials can't run inside a WebAssembly component"),
    )
    .hint(diagnosis::developer_credentials(VARIABLE))
}

fn valid() -> diagnosis::Hint {
    diagnosis::expected(&format!(
        "Set {VARIABLE} to prod, EnvironmentCredential, WorkloadIdentityCredential or ManagedIdentityCredential"
    ))
}
