//! One secret or one token, without a client.

use super::bindings::simple;
use crate::SecretValue;
use crate::error::Result;
use crate::model::AccessToken;

/// Returns the value of the latest version of a secret, with a new [`DefaultAzureCredential`](crate::DefaultAzureCredential)
/// that the environment variables configure. No token is kept between calls: an app that reads more than one secret uses
/// [`SecretClient`](crate::SecretClient).
///
/// # Errors
///
/// As [`SecretClient::get_secret`](crate::SecretClient::get_secret).
pub fn fetch_secret(vault_url: &str, name: &str) -> Result<SecretValue> {
    Ok(simple::fetch_secret(vault_url, name)?.into())
}

/// Returns a token for one scope, such as `https://vault.azure.net/.default`, with a new
/// [`DefaultAzureCredential`](crate::DefaultAzureCredential) that the environment variables configure. No token is kept between
/// calls.
///
/// # Errors
///
/// As [`Credential::get_token`](crate::Credential::get_token).
pub fn fetch_token(scope: &str) -> Result<AccessToken> {
    Ok(simple::fetch_token(scope)?.into())
}
