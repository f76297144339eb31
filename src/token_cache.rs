//! Tokens in memory: when one is still good, when to ask for the next, and one fetch at a time.

use core::cell::RefCell;
use core::time::Duration;

use crate::concurrency::Mutex;
use crate::error::Result;
use crate::http::Call;
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

/// A token with this much life left or less is due for replacement, as in the Azure SDKs.
const REFRESH_BEFORE: u64 = 300;
/// After an attempt to replace a token that still lives, the next one waits this long.
const REFRESH_RETRY_DELAY: u64 = 30;
/// What such an attempt may take: the living token must still be of use afterwards.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(10);
/// The different tokens that are kept; the oldest goes first.
const CAPACITY: usize = 16;

/// What to do with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    Fresh,
    /// Replace it, but it will do if that fails.
    RefreshDue,
    Expired,
}

fn freshness(token: &AccessToken, requested_at: u64, now: u64) -> Freshness {
    if token.expires_on <= now {
        Freshness::Expired
    } else if now.abs_diff(requested_at) < REFRESH_RETRY_DELAY {
        // Also right after the token came: one that is short-lived from the start is not fetched at every call.
        Freshness::Fresh
    } else if token.refresh_on.is_some_and(|at| at <= now) || token.expires_on - now <= REFRESH_BEFORE {
        Freshness::RefreshDue
    } else {
        Freshness::Fresh
    }
}

struct Entry {
    scopes: Vec<String>,
    tenant: Option<String>,
    cae: bool,
    token: AccessToken,
    /// When the service was last asked for it, in unix seconds.
    requested_at: u64,
}

impl Entry {
    /// Whether it is what a request asks for. Claims are no part of it: a token that has them replaces the one without.
    fn matches(&self, request: &TokenRequest) -> bool {
        self.scopes == request.scopes && self.tenant == request.tenant && self.cae == request.cae
    }

    /// Whether it will not do, however fresh it is. What was refused to several requests at a time is replaced once: what
    /// came since then will do.
    fn needs_replacement(&self, request: &TokenRequest) -> bool {
        match &request.refused {
            Some((token, sent_at)) => *token == self.token.token || self.requested_at < *sent_at,
            None => request.claims.is_some(),
        }
    }
}

/// What asks the service: a credential behind its cache.
pub(crate) trait FetchToken {
    /// Gets a token from the service.
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
}

/// The tokens of one credential.
#[derive(Default)]
pub(crate) struct TokenCache {
    entries: RefCell<Vec<Entry>>,
    fetch_lock: Mutex,
}

impl TokenCache {
    /// The cached token, or one that the service gives, in at most the time of the call that it is given.
    pub(crate) async fn token(
        &self,
        call: Call<'_>,
        request: &TokenRequest,
        fetcher: &dyn FetchToken,
    ) -> Result<AccessToken> {
        // One fetch at a time: who comes second finds what the first one got.
        let _guard = self.fetch_lock.lock().await;
        let now = call.platform.unix_now();
        let mut current = None;
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|entry| entry.matches(request))
            && !entry.needs_replacement(request)
        {
            match freshness(&entry.token, entry.requested_at, now) {
                Freshness::Fresh => {
                    call.log.write(Level::Verbose, &|| format!("a token from memory: {}", entry.token.describe()));
                    return Ok(entry.token.clone());
                }
                Freshness::RefreshDue => {
                    entry.requested_at = now;
                    current = Some(entry.token.clone());
                }
                Freshness::Expired => {}
            }
        }
        let token = match current {
            None => fetcher.fetch_token(call, request).await?,
            Some(token) => {
                match fetcher.fetch_token(call.within(REFRESH_TIMEOUT.min(call.remaining() / 2)), request).await {
                    Ok(new) => new,
                    Err(error) => {
                        call.log.write(Level::Warning, &|| {
                            format!("the token lives on, not renewed yet: {}", error.message)
                        });
                        return Ok(token);
                    }
                }
            }
        };
        call.log.write(Level::Info, &|| format!("a new token: {}", token.describe()));
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| !entry.matches(request));
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push(Entry {
            scopes: request.scopes.clone(),
            tenant: request.tenant.clone(),
            cae: request.cae,
            token: token.clone(),
            requested_at: now,
        });
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_of_a_token() {
        let token =
            |expires_on, refresh_on| AccessToken { refresh_on, ..AccessToken::new("t".into(), 0, expires_on, None) };
        for (expires_on, refresh_on, requested_at, now, expected) in [
            (10_000, None, 0, 5_000, Freshness::Fresh),
            (10_000, None, 0, 9_699, Freshness::Fresh),
            (10_000, None, 0, 9_700, Freshness::RefreshDue),
            (10_000, None, 9_690, 9_700, Freshness::Fresh),
            (10_000, None, 9_670, 9_700, Freshness::RefreshDue),
            (10_000, Some(5_000), 0, 5_000, Freshness::RefreshDue),
            (10_000, None, 9_990, 10_000, Freshness::Expired),
            // A clock that went back far keeps nobody from asking again.
            (10_000, Some(1), 9_000, 100, Freshness::RefreshDue),
        ] {
            assert_eq!(
                freshness(&token(expires_on, refresh_on), requested_at, now),
                expected,
                "{expires_on} {refresh_on:?} {requested_at} {now}"
            );
        }
    }
}
