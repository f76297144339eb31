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
const DUE: u64 = 300;

/// A token and the credential that gave it.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) credential: &'static str,
    pub(super) token: Token,
}

/// A grant, or the reasons why there is none in one line.
type Answer = Result<Grant, String>;

/// Dropped, it ends the tools that run.
#[derive(Debug)]
pub(super) struct Tokens {
    chain: Arc<Chain>,
    known: Arc<Mutex<HashMap<Resource, Known>>>,
    fetches: Mutex<JoinSet<()>>,
}

/// What is known of one resource. A failure is not: the next request may come after a sign-in.
#[derive(Debug, Default)]
struct Known {
    grant: Option<Grant>,
    running: Option<watch::Receiver<Option<Answer>>>,
}

impl Tokens {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain: Arc::new(chain), known: Arc::default(), fetches: Mutex::default() }
    }

    /// A token, and whether it comes from memory. A fetch that nobody waits for any longer goes on: Keyfob's component
    /// waits 15 s for the first byte and then asks again, three tools may take 30.
    pub(super) async fn get(&self, resource: &Resource) -> Result<(Grant, bool), String> {
        let mut running = {
            let mut known = lock(&self.known);
            let known = known.entry(resource.clone()).or_default();
            if let Some(grant) = known.grant.as_ref().filter(|grant| now() + DUE < grant.token.expires_on) {
                return Ok((grant.clone(), true));
            }
            match &known.running {
                // One that has panicked has no sender.
                Some(running) if running.has_changed().is_ok() => running.clone(),
                _ => known.running.insert(self.fetch(resource.clone(), known.grant.clone())).clone(),
            }
        };
        let answer = running.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        answer.unwrap_or_else(|| Err("the search for a token was broken off".to_owned())).map(|grant| (grant, false))
    }

    fn fetch(&self, resource: Resource, old: Option<Grant>) -> watch::Receiver<Option<Answer>> {
        let (sender, receiver) = watch::channel(None);
        let (chain, known) = (Arc::clone(&self.chain), Arc::clone(&self.known));
        let mut fetches = lock(&self.fetches);
        while fetches.try_join_next().is_some() {}
        fetches.spawn(async move {
            let answer = match (chain.token(&resource).await, old) {
                (Ok((credential, token)), _) => Ok(Grant { credential, token }),
                // Due is not over.
                (Err(_), Some(old)) if now() < old.token.expires_on => Ok(old),
                (Err(reasons), _) => Err(reasons),
            };
            lock(&known).insert(resource, Known { grant: answer.as_ref().ok().cloned(), running: None });
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
