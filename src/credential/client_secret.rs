//! ClientSecretCredential: a service principal with a client secret.

use core::future::ready;

use super::confidential_client::{Authenticate, FormFields};
use crate::entra::TokenEndpoint;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::language::{Language, SECRET_ARGUMENT};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::is_uuid;
use crate::value;

pub(super) const NAME: &str = "ClientSecretCredential";

/// A client secret, and where it comes from.
pub(super) struct ClientSecret(pub(super) SecretString, pub(super) &'static str);

impl ClientSecret {
    /// A client secret, unless it is visibly none: those of Microsoft Entra are letters, digits, and `~`, `.`, `_` and `-`.
    pub(super) fn new(secret: SecretString, from: &'static str) -> Result<Self> {
        value::check(from, secret.expose())?;
        Ok(Self(secret, from))
    }
}

pub(super) fn authentication(secret: SecretString, language: Language) -> Result<Box<dyn Authenticate>> {
    let origin = language.say(SECRET_ARGUMENT);
    if secret.expose().trim_ascii().is_empty() {
        return Err(Error::invalid(format!("{origin} is empty")));
    }
    Ok(Box::new(ClientSecret::new(secret, origin)?))
}

impl Authenticate for ClientSecret {
    fn form_fields<'a>(
        &'a self,
        _: Call<'a>,
        _: &'a str,
        _: &'a TokenEndpoint<'_>,
    ) -> LocalFuture<'a, Result<FormFields>> {
        Box::pin(ready(Ok(vec![("client_secret", self.0.clone())])))
    }

    fn origin(&self) -> &str {
        self.1
    }

    fn caveat(&self) -> Option<&'static str> {
        is_uuid(self.0.expose()).then_some("the secret has the form of a secret's id, and its value is needed")
    }
}
