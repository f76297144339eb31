//! ClientSecretCredential: a service principal with a client secret.

use super::confidential_client::{Authenticate, FormFields};
use crate::entra::TokenEndpoint;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::prelude::*;
use crate::secret::SecretString;

pub(super) const NAME: &str = "ClientSecretCredential";

/// A client secret, and where it comes from.
pub(super) struct ClientSecret(pub(super) SecretString, pub(super) &'static str);

pub(super) fn authentication(secret: SecretString) -> Result<Box<dyn Authenticate>> {
    if secret.expose().trim_ascii().is_empty() {
        return Err(Error::invalid("the argument client-secret is empty"));
    }
    Ok(Box::new(ClientSecret(secret, "the argument client-secret")))
}

impl Authenticate for ClientSecret {
    fn form_fields(&self, _: Call<'_>, _: &str, _: &TokenEndpoint<'_>) -> Result<FormFields> {
        Ok(vec![("client_secret", self.0.clone())])
    }

    fn origin(&self) -> &str {
        self.1
    }

    fn trailing_space(&self) -> bool {
        self.0.expose().trim_ascii() != self.0.expose()
    }
}
