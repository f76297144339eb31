//! Walking credentials in order: unavailable goes on, failed stops, the winner is remembered, the report holds all.

use core::cell::Cell;
use core::time::Duration;

use super::candidate::Candidate;
use super::token_credential::{Link, TokenCredential};
use crate::diagnosis::{self, Hint};
use crate::env::Env;
use crate::error::{Attempt, Error, ErrorKind, Outcome, Result};
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
    pub(super) links: Vec<Link>,
    /// What was left out, for who asks why.
    pub(super) excluded: Vec<Candidate>,
    /// The cure when no attempt offers one.
    otherwise: Hint,
    winner: Cell<Option<usize>>,
}

impl Chain {
    pub(super) fn new(name: &'static str, links: Vec<Link>, env: &Env) -> Self {
        let otherwise = diagnosis::nothing_configured(env.is_empty());
        Self { name, links, excluded: Vec::new(), otherwise, winner: Cell::new(None) }
    }

    async fn walk(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        // A transient fault of the winner must not hand the app over to another identity.
        let winner = self.winner.get().and_then(|index| self.links.get(index));
        let call = Call { chained: call.chained || self.links.len() > 1, ..call };
        let mut attempts = Vec::new();
        if self.links.is_empty() {
            return Err(Error::invalid("at least one credential is required"));
        }
        // The failure with the surest cure decides, the first of equals; else what can be said of no platform at all.
        let mut decided = Error::new(ErrorKind::Other, "").hint(self.otherwise.clone());
        for (index, link) in self.links.iter().enumerate() {
            if winner.is_some() && self.winner.get() != Some(index) {
                continue;
            }
            let mut error = match link.made.token(call, request).await {
                Ok(token) => {
                    self.winner.set(Some(index));
                    return Ok(token);
                }
                Err(error) => error,
            };
            // What can't exist here is no news.
            let level = if error.kind == ErrorKind::Unsupported { Level::Verbose } else { Level::Info };
            call.log.tell(level, &|| format!("{}: {}: {}", self.name, link.made.name(), error.message));
            let outcome = match error.kind {
                ErrorKind::CredentialUnavailable => Outcome::Unavailable,
                ErrorKind::Unsupported => Outcome::NotSupported,
                _ => Outcome::Failed,
            };
            if error.attempts.is_empty() {
                attempts.push(Attempt { credential: link.made.name(), outcome, message: error.message.clone() });
            } else {
                // A chain in this chain.
                attempts.append(&mut error.attempts);
            }
            if outcome == Outcome::Failed || winner.is_some() {
                // A credential before it may be what was meant, and half configured.
                if decided.kind != ErrorKind::Other {
                    error.hint = diagnosis::also(error.hint, decided.hint);
                }
                return Err(self.report(*error, attempts));
            }
            if error.hint.as_ref().is_some_and(|hint| hint.is_surer(decided.hint.as_ref())) {
                decided = error;
            }
        }
        decided.kind = ErrorKind::CredentialUnavailable;
        Err(self.report(*decided, attempts))
    }

    /// The message in the shape of the Python SDK, which users and their log searches know.
    fn report(&self, mut error: Error, attempts: Vec<Attempt>) -> Box<Error> {
        error.message =
            format!("{} failed to retrieve a token from the included credentials.\nAttempted credentials:", self.name);
        for attempt in &attempts {
            error.message.push_str(&format!("\n\t{}: {}", attempt.credential, attempt.message));
        }
        error.attempts = attempts;
        Box::new(error)
    }
}

impl TokenCredential for Chain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.walk(call, request))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        for link in &self.links {
            link.explain(candidates);
        }
        candidates.extend_from_slice(&self.excluded);
    }

    fn patience(&self) -> Duration {
        // A chain of one is that credential.
        match self.links.as_slice() {
            [link] => link.made.patience(),
            _ => Duration::from_secs(30),
        }
    }
}
