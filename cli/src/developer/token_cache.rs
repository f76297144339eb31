//! Caches tokens by resource, and shares one fetch between concurrent requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::chain::Chain;
use super::resource::Resource;
use super::tool::Token;

/// A token is refreshed this many seconds before it expires: the refresh window of the Azure SDKs, and of MSAL in the tools.
const REFRESH_WINDOW: u64 = 300;

/// A token and the credential that returned it.
#[derive(Clone, Debug)]
pub(super) struct IssuedToken {
    pub(super) credential: &'static str,
    pub(super) token: Token,
}

/// A token, or the reasons of the failure in one line.
type FetchResult = Result<IssuedToken, String>;

/// The cache. Dropping it stops running tools.
#[derive(Debug)]
pub(super) struct TokenCache {
    chain: Arc<Chain>,
    entries: Arc<Mutex<HashMap<Resource, CacheEntry>>>,
    fetches: Mutex<JoinSet<()>>,
}

/// The entry of one resource. Failures are not cached: the developer may sign in before the next request.
#[derive(Debug, Default)]
struct CacheEntry {
    issued: Option<IssuedToken>,
    in_flight: Option<watch::Receiver<Option<FetchResult>>>,
}

impl TokenCache {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain: Arc::new(chain), entries: Arc::default(), fetches: Mutex::default() }
    }

    /// A token, and whether it came from the cache. A fetch continues when its requests are dropped: three tools may take 30 s,
    /// while Keyfob's component waits 15 s for the first byte and then retries.
    pub(super) async fn get(&self, resource: &Resource) -> Result<(IssuedToken, bool), String> {
        let mut in_flight = {
            let mut entries = lock(&self.entries);
            let entries = entries.entry(resource.clone()).or_default();
            if let Some(issued) =
                entries.issued.as_ref().filter(|issued| now() + REFRESH_WINDOW < issued.token.expires_on)
            {
                return Ok((issued.clone(), true));
            }
            match &entries.in_flight {
                // A task that has panicked has dropped its sender.
                Some(in_flight) if in_flight.has_changed().is_ok() => in_flight.clone(),
                _ => entries.in_flight.insert(self.fetch(resource.clone(), entries.issued.clone())).clone(),
            }
        };
        let answer = in_flight.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        answer
            .unwrap_or_else(|| Err("the request for a token was interrupted".to_owned()))
            .map(|issued| (issued, false))
    }

    fn fetch(&self, resource: Resource, old: Option<IssuedToken>) -> watch::Receiver<Option<FetchResult>> {
        let (sender, receiver) = watch::channel(None);
        let (chain, entries) = (Arc::clone(&self.chain), Arc::clone(&self.entries));
        let mut fetches = lock(&self.fetches);
        while fetches.try_join_next().is_some() {}
        fetches.spawn(async move {
            let answer = match (chain.token(&resource).await, old) {
                (Ok((credential, token)), _) => Ok(IssuedToken { credential, token }),
                // The old token is still valid.
                (Err(_), Some(old)) if now() < old.token.expires_on => Ok(old),
                (Err(reasons), _) => Err(reasons),
            };
            lock(&entries).insert(resource, CacheEntry { issued: answer.as_ref().ok().cloned(), in_flight: None });
            sender.send_replace(Some(answer));
        });
        receiver
    }
}

/// Ignores poisoning: a panic can't leave the map or the set inconsistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unix seconds of the wall clock: a monotonic clock stops while a laptop sleeps.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
