//! Tokens by resource: kept until they are due, and fetched once however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::chain::Chain;
use super::resource::Resource;
use super::tool::Token;

/// How long before its end a token is due, in seconds: the refresh window of the Azure SDKs, and what MSAL in the tools
/// takes for the end.
const REFRESH_WINDOW: u64 = 300;

/// A token and the credential that gave it.
#[derive(Clone, Debug)]
pub(super) struct IssuedToken {
    pub(super) credential: &'static str,
    pub(super) token: Token,
}

/// A grant, or the reasons why there is none in one line.
type FetchResult = Result<IssuedToken, String>;

/// Dropped, it ends the tools that run.
#[derive(Debug)]
pub(super) struct TokenCache {
    chain: Arc<Chain>,
    entries: Arc<Mutex<HashMap<Resource, CacheEntry>>>,
    fetches: Mutex<JoinSet<()>>,
}

/// What is known of one resource. A failure is not: the next request may come after a sign-in.
#[derive(Debug, Default)]
struct CacheEntry {
    issued: Option<IssuedToken>,
    in_flight: Option<watch::Receiver<Option<FetchResult>>>,
}

impl TokenCache {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain: Arc::new(chain), entries: Arc::default(), fetches: Mutex::default() }
    }

    /// A token, and whether it comes from memory. A fetch that nobody waits for any longer goes on: Keyfob's component
    /// waits 15 s for the first byte and then asks again, three tools may take 30.
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
                // One that has panicked has no sender.
                Some(in_flight) if in_flight.has_changed().is_ok() => in_flight.clone(),
                _ => entries.in_flight.insert(self.fetch(resource.clone(), entries.issued.clone())).clone(),
            }
        };
        let answer = in_flight.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        answer.unwrap_or_else(|| Err("the search for a token was broken off".to_owned())).map(|issued| (issued, false))
    }

    fn fetch(&self, resource: Resource, old: Option<IssuedToken>) -> watch::Receiver<Option<FetchResult>> {
        let (sender, receiver) = watch::channel(None);
        let (chain, entries) = (Arc::clone(&self.chain), Arc::clone(&self.entries));
        let mut fetches = lock(&self.fetches);
        while fetches.try_join_next().is_some() {}
        fetches.spawn(async move {
            let answer = match (chain.token(&resource).await, old) {
                (Ok((credential, token)), _) => Ok(IssuedToken { credential, token }),
                // Due is not over.
                (Err(_), Some(old)) if now() < old.token.expires_on => Ok(old),
                (Err(reasons), _) => Err(reasons),
            };
            lock(&entries).insert(resource, CacheEntry { issued: answer.as_ref().ok().cloned(), in_flight: None });
            sender.send_replace(Some(answer));
        });
        receiver
    }
}

/// A panic while it was held leaves nothing half-done in a map or a set.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Of the wall clock: a laptop that sleeps stops the other one.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
