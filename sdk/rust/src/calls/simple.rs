//! One secret or one token, without a client.

use super::bindings::simple;
use crate::SecretValue;
use crate::error::Result;
use crate::model::AccessToken;

waits! {
    /// Returns the value of the latest version of a secret, with a new [`DefaultAzureCredential`](super::DefaultAzureCredential)
    /// that the environment variables configure. No token is kept between calls: an app that reads more than one secret uses
    /// [`SecretClient`](super::SecretClient).
    ///
    /// # Errors
    ///
    /// As [`SecretClient::get_secret`](super::SecretClient::get_secret).
    pub fn fetch_secret(vault_url: &str, name: &str) -> Result<SecretValue> {
        Ok(wait!(simple::fetch_secret(argument!(vault_url), argument!(name)))?.into())
    }

    /// Returns a token for one scope, such as `https://vault.azure.net/.default`, with a new
    /// [`DefaultAzureCredential`](super::DefaultAzureCredential) that the environment variables configure. No token is kept between
    /// calls.
    ///
    /// # Errors
    ///
    /// As [`Credential::get_token`](super::Credential::get_token).
    pub fn fetch_token(scope: &str) -> Result<AccessToken> {
        Ok(wait!(simple::fetch_token(argument!(scope)))?.into())
    }
}
