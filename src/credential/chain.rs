//! Chains of credentials. A chain tries its credentials in order: it goes on after one that is unavailable, stops at one
//! that fails, and remembers the first one that succeeds. Its error lists every attempt.

use core::cell::Cell;
use core::time::Duration;

use super::candidate::Candidate;
use super::token_credential::{ConfiguredCredential, TokenCredential};
use crate::diagnosis::{self, Hint};
use crate::env::Env;
use crate::error::{self, Attempt, Error, ErrorKind, Outcome, Result};
use crate::http::Call;
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

pub(super) const DEFAULT: &str = "DefaultAzureCredential";
pub(super) const CHAINED: &str = "ChainedTokenCredential";

/// `DefaultAzureCredential` and `ChainedTokenCredential`.
pub(super) struct Chain {
    name: &'static str,
    pub(super) credentials: Vec<ConfiguredCredential>,
    /// The excluded credentials, for `explain`.
    pub(super) excluded: Vec<Candidate>,
    /// The hint if no attempt has one.
    default_hint: Hint,
    /// The index of the credential that has returned a token; from then on only this one is used.
    successful: Cell<Option<usize>>,
}

impl Chain {
    pub(super) fn new(name: &'static str, credentials: Vec<ConfiguredCredential>, env: &Env) -> Self {
        let default_hint = diagnosis::nothing_configured(env.is_empty(), env.language);
        Self { name, credentials, excluded: Vec::new(), default_hint, successful: Cell::new(None) }
    }

    async fn try_in_order(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        // After a success only that credential is used: a transient error must not switch the app to another identity.
        let successful = self.successful.get().and_then(|index| self.credentials.get(index));
        let call = Call { chained: call.chained || self.credentials.len() > 1, ..call };
        let mut attempts = Vec::new();
        if self.credentials.is_empty() {
            return Err(Error::invalid("at least one credential is required"));
        }
        // Report the error whose hint has the highest confidence; ties go to the first. Without any, the default hint.
        let mut reported =
            Error::new(ErrorKind::Other, self.default_hint.cause.clone()).with_hint(self.default_hint.clone());
        for (index, credential) in self.credentials.iter().enumerate() {
            if successful.is_some() && self.successful.get() != Some(index) {
                continue;
            }
            let mut error = match credential.inner.token(call, request).await {
                Ok(token) => {
                    self.successful.set(Some(index));
                    return Ok(token);
                }
                Err(error) => error,
            };
            // Credentials that never work in a component are logged only at the verbose level.
            let level = if error.kind == ErrorKind::Unsupported { Level::Verbose } else { Level::Info };
            call.log.write(level, &|| format!("{}: {}: {}", self.name, credential.inner.name(), error.message));
            let outcome = match error.kind {
                ErrorKind::CredentialUnavailable => Outcome::Unavailable,
                ErrorKind::Unsupported => Outcome::NotSupported,
                _ => Outcome::Failed,
            };
            if error.attempts.is_empty() {
                attempts.push(Attempt { credential: credential.inner.name(), outcome, message: error.message.clone() });
                error.message = error.cause().to_owned();
            } else {
                // The credential is itself a chain, whose message has its name in front of the cause.
                attempts.append(&mut error.attempts);
                error.message = error.message.split_once(": ").unwrap_or_default().1.to_owned();
            }
            if outcome == Outcome::Failed || successful.is_some() {
                // An earlier credential may be the intended one, and only partly configured.
                if reported.kind != ErrorKind::Other {
                    error.hint = diagnosis::combine(error.hint, reported.hint);
                }
                return Err(self.report(*error, attempts));
            }
            if error.hint.as_ref().is_some_and(|hint| hint.is_more_confident(reported.hint.as_ref())) {
                reported = error;
            }
        }
        reported.kind = ErrorKind::CredentialUnavailable;
        Err(self.report(*reported, attempts))
    }

    /// The error of the chain: `error` has the cause as its message. The attempts have what each credential said.
    fn report(&self, mut error: Error, attempts: Vec<Attempt>) -> Box<Error> {
        error.message = error::sentence(&format!("{}: {}", self.name, error.message));
        error.attempts = attempts;
        Box::new(error)
    }
}

impl TokenCredential for Chain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.try_in_order(call, request))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        for credential in &self.credentials {
            credential.explain(candidates);
        }
        candidates.extend_from_slice(&self.excluded);
    }

    fn default_timeout(&self) -> Duration {
        // A chain of one credential behaves like that credential.
        match self.credentials.as_slice() {
            [credential] => credential.inner.default_timeout(),
            _ => Duration::from_secs(30),
        }
    }
}
