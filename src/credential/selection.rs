//! `AZURE_TOKEN_CREDENTIALS`: an operator's word on which credentials the default chain has.
//! <https://aka.ms/azsdk/net/identity/credential-chains>

use super::{CredentialOptions, DEFAULT_CHAIN, Row, developer};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::prelude::*;
use crate::token::describe_id;

pub(super) const VARIABLE: &str = "AZURE_TOKEN_CREDENTIALS";

/// The options, with what the variable leaves out excluded too.
pub(super) fn apply(env: &Env, options: &CredentialOptions) -> Result<CredentialOptions> {
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
