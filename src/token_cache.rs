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
const RETRY_REFRESH: u64 = 30;
/// What such an attempt may take: the living token must still be of use afterwards.
const EARLY_REFRESH: Duration = Duration::from_secs(10);
/// The different tokens that are kept; the oldest goes first.
const CAPACITY: usize = 16;

/// What to do with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    Keep,
    /// Replace it, but it will do if that fails.
    Due,
    Expired,
}

fn freshness(token: &AccessToken, asked_at: u64, now: u64) -> Freshness {
    if token.expires_on <= now {
        Freshness::Expired
    } else if now.abs_diff(asked_at) < RETRY_REFRESH {
        // Also right after the token came: one that is short-lived from the start is not fetched at every call.
        Freshness::Keep
    } else if token.refresh_on.is_some_and(|at| at <= now) || token.expires_on - now <= REFRESH_BEFORE {
        Freshness::Due
    } else {
        Freshness::Keep
    }
}

struct Entry {
    scopes: Vec<String>,
    tenant: Option<String>,
    cae: bool,
    token: AccessToken,
    /// When the service was last asked for it, in unix seconds.
    asked_at: u64,
}

impl Entry {
    /// Whether it is what a request asks for. Claims are no part of it: a token that has them replaces the one without.
    fn is_for(&self, request: &TokenRequest) -> bool {
        self.scopes == request.scopes && self.tenant == request.tenant && self.cae == request.cae
    }

    /// Whether it will not do, however fresh it is. What was refused to several requests at a time is replaced once: what
    /// came since then will do.
    fn is_refused(&self, request: &TokenRequest) -> bool {
        match &request.refused {
            Some((token, sent_at)) => *token == self.token.token || self.asked_at < *sent_at,
            None => request.claims.is_some(),
        }
    }
}

/// What asks the service: a credential behind its cache.
pub(crate) trait Fetch {
    /// Gets a token from the service.
    fn fetch<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
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
        service: &dyn Fetch,
    ) -> Result<AccessToken> {
        // One fetch at a time: who comes second finds what the first one got.
        let _guard = self.fetch_lock.lock().await;
        let now = call.platform.unix_now();
        let mut living = None;
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|entry| entry.is_for(request))
            && !entry.is_refused(request)
        {
            match freshness(&entry.token, entry.asked_at, now) {
                Freshness::Keep => {
                    call.log.tell(Level::Verbose, &|| format!("a token from memory: {}", entry.token.describe()));
                    return Ok(entry.token.clone());
                }
                Freshness::Due => {
                    entry.asked_at = now;
                    living = Some(entry.token.clone());
                }
                Freshness::Expired => {}
            }
        }
        let token = match living {
            None => service.fetch(call, request).await?,
            Some(token) => match service.fetch(call.within(EARLY_REFRESH.min(call.remaining() / 2)), request).await {
                Ok(new) => new,
                Err(error) => {
                    call.log
                        .tell(Level::Warning, &|| format!("the token lives on, not renewed yet: {}", error.message));
                    return Ok(token);
                }
            },
        };
        call.log.tell(Level::Info, &|| format!("a new token: {}", token.describe()));
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| !entry.is_for(request));
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push(Entry {
            scopes: request.scopes.clone(),
            tenant: request.tenant.clone(),
            cae: request.cae,
            token: token.clone(),
            asked_at: now,
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
        for (expires_on, refresh_on, asked_at, now, expected) in [
            (10_000, None, 0, 5_000, Freshness::Keep),
            (10_000, None, 0, 9_699, Freshness::Keep),
            (10_000, None, 0, 9_700, Freshness::Due),
            (10_000, None, 9_690, 9_700, Freshness::Keep),
            (10_000, None, 9_670, 9_700, Freshness::Due),
            (10_000, Some(5_000), 0, 5_000, Freshness::Due),
            (10_000, None, 9_990, 10_000, Freshness::Expired),
            // A clock that went back far keeps nobody from asking again.
            (10_000, Some(1), 9_000, 100, Freshness::Due),
        ] {
            assert_eq!(
                freshness(&token(expires_on, refresh_on), asked_at, now),
                expected,
                "{expires_on} {refresh_on:?} {asked_at} {now}"
            );
        }
    }
}
