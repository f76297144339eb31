//! The token cache: when a token is fresh, when it is refreshed, and one request at a time.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::time::Duration;

use crate::concurrency::Mutex;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

/// A token that expires within this many seconds is refreshed, as in the Azure SDKs.
const REFRESH_BEFORE: u64 = 300;
/// The least time between two attempts to refresh a token that has not expired, in seconds.
const REFRESH_RETRY_DELAY: u64 = 30;
/// The time limit of such an attempt: the current token must still be usable afterwards.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(10);
/// The most tokens that are kept; the oldest is removed first.
const CAPACITY: usize = 16;

/// What to do with a cached token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    Fresh,
    /// Refresh now; the old token is still usable if the refresh fails.
    RefreshDue,
    Expired,
}

fn freshness(token: &AccessToken, requested_at: u64, now: u64) -> Freshness {
    if token.expires_on <= now {
        Freshness::Expired
    } else if now.abs_diff(requested_at) < REFRESH_RETRY_DELAY {
        // This also covers a token that was just issued with a short lifetime: it is not requested at every call.
        Freshness::Fresh
    } else if token.refresh_on.is_some_and(|at| at <= now) || token.expires_on - now <= REFRESH_BEFORE {
        Freshness::RefreshDue
    } else {
        Freshness::Fresh
    }
}

struct Entry {
    request: TokenRequest,
    token: AccessToken,
    /// When this token was last requested from the service, in unix seconds.
    requested_at: u64,
}

impl Entry {
    /// Whether this entry answers a request. Claims are not part of the key: a token with claims replaces the one without.
    fn matches(&self, request: &TokenRequest) -> bool {
        self.request.is_for_token_of(request)
    }

    /// Whether the token must be replaced however fresh it is. If several requests were rejected with the same token, it
    /// is replaced once: a token requested after the rejected one was sent is usable.
    fn needs_replacement(&self, request: &TokenRequest) -> bool {
        match &request.refused {
            Some((token, sent_at)) => *token == self.token.token || self.requested_at < *sent_at,
            None => request.claims.is_some(),
        }
    }
}

/// Requests a token from the service, without the cache.
pub(crate) trait FetchToken {
    /// Gets a token from the service.
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
}

/// The tokens of one credential.
#[derive(Default)]
pub(crate) struct TokenCache {
    entries: RefCell<Vec<Entry>>,
    fetches: RefCell<Vec<Rc<Fetch>>>,
}

/// A request that is being made, and those who wait for its result: at most one at a time asks the service for the same token.
struct Fetch {
    request: TokenRequest,
    lock: Mutex,
    /// How many callers have come so far.
    callers: Cell<u64>,
    /// The last failure.
    failure: RefCell<Option<Failure>>,
}

/// A failed request. Its error is also that of all who waited for it: none of them asks the service again.
struct Failure {
    error: Box<Error>,
    /// How many callers had come when it failed.
    callers: u64,
    /// The time of its call had ended.
    out_of_time: bool,
}

impl Fetch {
    fn matches(&self, request: &TokenRequest) -> bool {
        self.request.is_for_token_of(request) && self.request.claims == request.claims
    }

    /// The error of the request that the caller of this number waited for. A request that only ran out of time is no failure
    /// for a caller who has more.
    fn shared_failure(&self, caller: u64, call: Call<'_>) -> Option<Box<Error>> {
        let failure = self.failure.borrow();
        let failure = failure.as_ref().filter(|failure| caller <= failure.callers)?;
        let may_succeed = failure.out_of_time && !call.remaining().is_zero();
        (!may_succeed).then(|| failure.error.clone())
    }
}

/// A caller's part in a [`Fetch`], which is forgotten with its last caller.
struct FetchHandle<'a> {
    cache: &'a TokenCache,
    fetch: Rc<Fetch>,
    /// Which caller it is, counted from 1.
    number: u64,
}

impl Drop for FetchHandle<'_> {
    fn drop(&mut self) {
        // One is here and one in the list.
        if Rc::strong_count(&self.fetch) <= 2 {
            self.cache.fetches.borrow_mut().retain(|fetch| !Rc::ptr_eq(fetch, &self.fetch));
        }
    }
}

impl TokenCache {
    /// The cached token, or a new one from the service, within the deadline of the call.
    pub(crate) async fn token(
        &self,
        call: Call<'_>,
        request: &TokenRequest,
        fetcher: &dyn FetchToken,
    ) -> Result<AccessToken> {
        if let (Some(token), Freshness::Fresh) = self.find(call, request) {
            return Ok(token);
        }
        let handle = self.join(request);
        let _guard = handle.fetch.lock.lock(call, "waited for the same token").await?;
        if let Some(error) = handle.fetch.shared_failure(handle.number, call) {
            return Err(error);
        }
        // The caller before this one may have got it.
        let current = match self.find(call, request) {
            (Some(token), Freshness::Fresh) => return Ok(token),
            (current, _) => current,
        };
        let requested_at = call.platform.unix_now();
        let fetched = match current {
            None => fetcher.fetch_token(call, request).await,
            Some(token) => {
                // Meanwhile it is good enough for the others, and for a while after a failure.
                self.set_requested_at(request, requested_at);
                match fetcher.fetch_token(call.within(REFRESH_TIMEOUT.min(call.remaining() / 2)), request).await {
                    Ok(new) => Ok(new),
                    Err(error) => {
                        call.log.write(Level::Warning, &|| {
                            format!("the token lives on, not renewed yet: {}", error.message)
                        });
                        return Ok(token);
                    }
                }
            }
        };
        match fetched {
            Ok(token) => {
                call.log.write(Level::Info, &|| format!("a new token: {}", token.describe()));
                self.insert(request, &token, requested_at);
                Ok(token)
            }
            Err(error) => {
                let (callers, out_of_time) = (handle.fetch.callers.get(), call.remaining().is_zero());
                handle.fetch.failure.replace(Some(Failure { error: error.clone(), callers, out_of_time }));
                Err(error)
            }
        }
    }

    /// The cached token that answers the request and has not expired, and whether it must be refreshed.
    fn find(&self, call: Call<'_>, request: &TokenRequest) -> (Option<AccessToken>, Freshness) {
        let entries = self.entries.borrow();
        let entry = entries.iter().find(|entry| entry.matches(request) && !entry.needs_replacement(request));
        let Some(entry) = entry else { return (None, Freshness::Expired) };
        let freshness = freshness(&entry.token, entry.requested_at, call.platform.unix_now());
        if freshness == Freshness::Fresh {
            call.log.write(Level::Verbose, &|| format!("a token from memory: {}", entry.token.describe()));
        }
        ((freshness != Freshness::Expired).then(|| entry.token.clone()), freshness)
    }

    fn set_requested_at(&self, request: &TokenRequest, time: u64) {
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|entry| entry.matches(request)) {
            entry.requested_at = time;
        }
    }

    fn insert(&self, request: &TokenRequest, token: &AccessToken, requested_at: u64) {
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| !entry.matches(request));
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        let request = TokenRequest { refused: None, ..request.clone() };
        entries.push(Entry { request, token: token.clone(), requested_at });
    }

    /// Joins those who want this token.
    fn join(&self, request: &TokenRequest) -> FetchHandle<'_> {
        let mut fetches = self.fetches.borrow_mut();
        let fetch = match fetches.iter().find(|fetch| fetch.matches(request)) {
            Some(fetch) => Rc::clone(fetch),
            None => {
                let fetch = Rc::new(Fetch {
                    request: request.clone(),
                    lock: Mutex::default(),
                    callers: Cell::new(0),
                    failure: RefCell::default(),
                });
                fetches.push(Rc::clone(&fetch));
                fetch
            }
        };
        let number = fetch.callers.get() + 1;
        fetch.callers.set(number);
        FetchHandle { cache: self, fetch, number }
    }
}

#[cfg(test)]
mod tests;
