//! The trait that every credential implements, and a configured credential as a chain holds it.

use alloc::rc::Rc;
use core::time::Duration;

use super::candidate::Candidate;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::{AccessToken, TokenRequest};

/// A credential that returns access tokens.
pub(super) trait TokenCredential {
    /// The class name in the Azure SDKs.
    fn name(&self) -> &'static str;
    /// A token, from the cache while it is fresh.
    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
    /// Appends a description of the configuration. A chain appends one for each of its credentials, in order.
    fn explain(&self, candidates: &mut Vec<Candidate>);
    /// The time limit of a call if the caller sets none.
    fn default_timeout(&self) -> Duration {
        Duration::from_secs(30)
    }
    /// Replaces the assertion of a client assertion credential.
    fn set_assertion(&self, _assertion: SecretString) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
    /// Replaces the token of a static credential.
    fn set_token(&self, _token: SecretString, _expires_on: u64, _scope: Option<String>) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

/// A credential that clones and chains share, with its tokens.
pub(super) type SharedCredential = Rc<dyn TokenCredential>;

/// A credential, and the environment variables that it was made from.
#[derive(Clone)]
pub(super) struct ConfiguredCredential {
    pub(super) inner: SharedCredential,
    variables: Vec<&'static str>,
}

impl ConfiguredCredential {
    /// The credential, or one that returns the error of making it for every token request.
    pub(super) fn new(name: &'static str, env: &Env, credential: Result<SharedCredential>) -> Self {
        let inner = credential.unwrap_or_else(|error| Rc::new(InvalidCredential { name, error }));
        Self { inner, variables: env.take_used() }
    }

    pub(super) fn explain(&self, candidates: &mut Vec<Candidate>) {
        let before = candidates.len();
        self.inner.explain(candidates);
        // The credentials of a chain have set their own variables.
        for candidate in candidates.iter_mut().skip(before).filter(|it| it.variables.is_empty()) {
            candidate.variables = self.variables.clone();
        }
    }
}

/// A credential that could not be made. Every token request returns the error.
struct InvalidCredential {
    name: &'static str,
    error: Box<Error>,
}

impl TokenCredential for InvalidCredential {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, _: Call<'a>, _: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        // The error was made before anything was sent, so it has only kind, message and hint.
        let mut error = Error::new(self.error.kind, self.error.message.clone());
        error.hint = self.error.hint.clone();
        Box::pin(core::future::ready(Err(error)))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let candidate = Candidate::from_error(self.name, self.error.kind, self.error.message.clone());
        candidates.push(Candidate { hint: self.error.hint.clone(), ..candidate });
    }
}
