//! Values in memory, where the app asked for it: for how long, how many, and when one may stand in for what can't be read.

use core::cell::{Cell, RefCell};
use core::time::Duration;

use super::operation::Operation;
use super::secret::{Cached, Secret};
use crate::error::{Error, ErrorKind, Result};
use crate::platform::{Method, Platform};
use crate::prelude::*;

/// What is kept of the values that were read. Off without a `ttl`.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    /// For how long, in seconds, 1 to 86,400.
    pub ttl: Option<u64>,
    /// At most so many secrets, 1 to 10,000.
    pub secrets: u32,
    /// At most so many bytes of them, 1 to 16,777,216.
    pub bytes: u64,
    /// For how much longer one stands in where the vault can't be asked, in seconds, 1 to 86,400.
    pub stale_if_error: Option<u64>,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { ttl: None, secrets: 100, bytes: 256 * 1024, stale_if_error: None }
    }
}

impl CacheOptions {
    /// Checks the ranges.
    fn check(&self) -> Result<()> {
        const DAY: u64 = 86_400;
        let is_valid = |time: Option<u64>| time.is_none_or(|seconds| (1..=DAY).contains(&seconds));
        let why = if !is_valid(self.ttl) || !is_valid(self.stale_if_error) {
            "cache-ttl and cache-stale-if-error are 1 to 86,400 seconds"
        } else if !(1..=10_000).contains(&self.secrets) || !(1..=16 << 20).contains(&self.bytes) {
            "cache-limits are 1 to 10,000 secrets and 1 to 16,777,216 bytes"
        } else if self.ttl.is_none() && self.stale_if_error.is_some() {
            "cache-stale-if-error needs cache-ttl: without it nothing is kept"
        } else {
            return Ok(());
        };
        Err(Error::invalid(why))
    }
}

/// After a read that failed, what stands in does so for this long before the vault is asked again.
const RETRY_DELAY: u64 = 30;
/// What such a read may take: the app waits for what is there already.
pub(super) const STALE_REFRESH_TIMEOUT: Duration = Duration::from_secs(10);

/// A moment by both clocks: the wall clock may be set back, and the other one may stand still while a machine sleeps.
#[derive(Clone, Copy)]
pub(super) struct ClockReading {
    monotonic: Duration,
    unix: u64,
}

impl ClockReading {
    pub(super) fn now(platform: &dyn Platform) -> Self {
        Self { monotonic: platform.monotonic(), unix: platform.unix_now() }
    }

    /// The seconds since then, by the clock that says more.
    fn since(self, then: Self) -> u64 {
        let monotonic = self.monotonic.saturating_sub(then.monotonic).as_secs();
        monotonic.max(self.unix.saturating_sub(then.unix))
    }
}

/// What was asked for. Vaults don't look at the case of a name.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CacheKey {
    name: String,
    version: Option<String>,
    content_type: Option<String>,
}

impl CacheKey {
    pub(super) fn new(name: &str, version: Option<&str>, content_type: Option<&str>) -> Self {
        let lower = |text: &str| text.to_ascii_lowercase();
        Self { name: lower(name), version: version.map(lower), content_type: content_type.map(lower) }
    }
}

struct Entry {
    key: CacheKey,
    secret: Secret,
    /// When the vault was asked for it.
    requested_at: ClockReading,
    /// When it could not be read again, and why.
    failed: Option<(ClockReading, String)>,
}

impl Entry {
    fn size(&self) -> u64 {
        let properties = &self.secret.properties;
        let tags: usize = properties.tags.iter().map(|(name, value)| name.len() + value.len()).sum();
        (self.key.name.len() + properties.id.len() + self.secret.value.expose().len() + tags) as u64
    }

    /// The secret as it comes from memory.
    fn cached(&self, now: ClockReading, error: Option<String>) -> Secret {
        Secret { cached: Some(Cached { age: now.since(self.requested_at), error }), ..self.secret.clone() }
    }
}

/// What there is in memory.
pub(super) enum Lookup {
    /// It will do.
    Fresh(Box<Secret>),
    /// It will do if the vault can't be asked within [`STALE_REFRESH_TIMEOUT`].
    Stale,
    Missing,
}

/// The values of one client, the one that was asked for last at the end.
pub(super) struct Cache {
    options: CacheOptions,
    entries: RefCell<Vec<Entry>>,
    /// How often something was forgotten. What was asked for before is then not kept.
    generation: Cell<u64>,
}

impl Cache {
    pub(super) fn new(options: CacheOptions) -> Result<Self> {
        options.check()?;
        Ok(Self { options, entries: RefCell::default(), generation: Cell::default() })
    }

    /// Zeroes what is too old to be of use. Nothing in a component runs by itself: this is done with each call.
    pub(super) fn remove_expired(&self, now: ClockReading) {
        let most = self.options.ttl.unwrap_or_default() + self.options.stale_if_error.unwrap_or_default();
        self.entries.borrow_mut().retain(|entry| now.since(entry.requested_at) < most);
    }

    pub(super) fn find(&self, key: &CacheKey, now: ClockReading) -> Lookup {
        self.remove_expired(now);
        let mut entries = self.entries.borrow_mut();
        let Some(index) = entries.iter().position(|entry| entry.key == *key) else { return Lookup::Missing };
        let entry = entries.remove(index);
        let found = match &entry.failed {
            _ if Some(now.since(entry.requested_at)) < self.options.ttl => {
                Lookup::Fresh(Box::new(entry.cached(now, None)))
            }
            Some((at, why)) if now.since(*at) < RETRY_DELAY => {
                Lookup::Fresh(Box::new(entry.cached(now, Some(why.clone()))))
            }
            _ => Lookup::Stale,
        };
        entries.push(entry);
        found
    }

    /// How far it is with what is forgotten, for [`Cache::keep`].
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Keeps what the vault gave, if nothing was forgotten since it was asked.
    pub(super) fn insert(&self, key: CacheKey, secret: &Secret, requested_at: ClockReading, generation: u64) {
        if self.options.ttl.is_none() || self.generation.get() != generation {
            return;
        }
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| entry.key != key);
        let entry = Entry { key, secret: secret.clone(), requested_at, failed: None };
        // It would take all others' place, and still not fit.
        if entry.size() > self.options.bytes {
            return;
        }
        entries.push(entry);
        let mut size: u64 = entries.iter().map(Entry::size).sum();
        while size > self.options.bytes || entries.len() > self.options.secrets as usize {
            size -= entries.remove(0).size();
        }
    }

    /// What stands in for a secret that could not be read, if anything may. What the vault said counts: then it is forgotten.
    pub(super) fn stale_on_error(&self, key: &CacheKey, error: &Error, now: ClockReading) -> Option<Secret> {
        self.remove_expired(now);
        let mut entries = self.entries.borrow_mut();
        let index = entries.iter().position(|entry| entry.key == *key)?;
        if !is_temporary(error) {
            entries.remove(index);
            return None;
        }
        let entry = entries.get_mut(index)?;
        entry.failed = Some((now, error.message.clone()));
        Some(entry.cached(now, Some(error.message.clone())))
    }

    /// Forgets what an operation changes.
    pub(super) fn invalidate(&self, operation: &Operation<'_>) {
        if operation.method() == Method::Get {
            return;
        }
        self.generation.set(self.generation.get().wrapping_add(1));
        // A backup does not say what it is of.
        let name = operation.secret.map(|(name, _)| name);
        let unchanged = |entry: &Entry| name.is_some_and(|name| !entry.key.name.eq_ignore_ascii_case(name));
        self.entries.borrow_mut().retain(unchanged);
    }
}

/// Whether it says nothing of the secret and of who may read it.
fn is_temporary(error: &Error) -> bool {
    match error.kind {
        ErrorKind::Transport | ErrorKind::TimedOut | ErrorKind::Throttled | ErrorKind::UnexpectedReply => true,
        _ => error.status.is_some_and(|status| status >= 500),
    }
}
