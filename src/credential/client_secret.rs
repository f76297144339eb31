//! ClientSecretCredential: a service principal that proves itself with a secret.

use super::confidential_client::{self, Fields, Proof};
use super::{CredentialOptions, Made};
use crate::entra::Endpoint;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::prelude::*;
use crate::secret::Secret;

pub(super) const NAME: &str = "ClientSecretCredential";

/// A client secret, and where it came from.
pub(super) struct ClientSecret(pub(super) Secret, pub(super) &'static str);

pub(super) fn make(env: &Env, options: &CredentialOptions, client: (&str, &str), secret: Secret) -> Result<Made> {
    if secret.expose().trim().is_empty() {
        return Err(Error::invalid("the argument client-secret is empty"));
    }
    let proof = Box::new(ClientSecret(secret, "the argument client-secret"));
    confidential_client::of_code(env, options, NAME, client, proof)
}

impl Proof for ClientSecret {
    fn fields(&self, _: Call<'_>, _: &str, _: &Endpoint<'_>) -> Result<Fields> {
        Ok(vec![("client_secret", self.0.clone())])
    }

    fn from(&self) -> &str {
        self.1
    }

    fn trailing_space(&self) -> bool {
        self.0.expose().trim() != self.0.expose()
    }
}
