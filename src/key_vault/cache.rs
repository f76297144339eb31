//! The cache of secret values, which is off unless the app sets a time to live. If the vault or the identity endpoint can't
//! be reached or fails, it can return an expired value.

use core::cell::{Cell, RefCell};
use core::time::Duration;

use super::operation::Operation;
use super::secret::{CacheInfo, Secret};
use crate::error::{Error, ErrorKind, Result};
use crate::language::{self, Language};
use crate::platform::{Method, Platform};
use crate::prelude::*;

/// The options of the cache. Without a `ttl` nothing is kept.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    /// The time to live in seconds, 1 to 86,400.
    pub ttl: Option<u64>,
    /// The most secrets that are kept, 1 to 10,000.
    pub secrets: u32,
    /// The most bytes that are kept, 1 to 16,777,216.
    pub bytes: u64,
    /// How long after its time to live a value may be returned if the vault can't be reached, in seconds, 1 to 86,400.
    pub stale_if_error: Option<u64>,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { ttl: None, secrets: 100, bytes: 256 * 1024, stale_if_error: None }
    }
}

impl CacheOptions {
    /// Checks the ranges.
    fn check(&self, language: Language) -> Result<()> {
        const DAY: u64 = 86_400;
        let is_valid = |time: Option<u64>| time.is_none_or(|seconds| (1..=DAY).contains(&seconds));
        let why = if !is_valid(self.ttl) || !is_valid(self.stale_if_error) {
            language::CACHE_TIMES
        } else if !(1..=10_000).contains(&self.secrets) || !(1..=16 << 20).contains(&self.bytes) {
            language::CACHE_LIMITS
        } else if self.ttl.is_none() && self.stale_if_error.is_some() {
            language::CACHE_WITHOUT_TTL
        } else {
            return Ok(());
        };
        Err(Error::invalid(language.fill(why, &[])))
    }
}

/// After a read that failed, the expired value is returned for this many seconds before the vault is asked again.
const RETRY_DELAY: u64 = 30;
/// The time limit for reading a secret again while an expired value is available.
pub(super) const STALE_REFRESH_TIMEOUT: Duration = Duration::from_secs(10);

/// A moment by both clocks. The wall clock may be set back, and the monotonic clock may stop while the machine sleeps.
#[derive(Clone, Copy)]
pub(super) struct ClockReading {
    monotonic: Duration,
    unix: u64,
}

impl ClockReading {
    pub(super) fn now(platform: &dyn Platform) -> Self {
        Self { monotonic: platform.monotonic(), unix: platform.unix_now() }
    }

    /// The seconds since then, by the clock that shows more.
    fn since(self, then: Self) -> u64 {
        let monotonic = self.monotonic.saturating_sub(then.monotonic).as_secs();
        monotonic.max(self.unix.saturating_sub(then.unix))
    }
}

/// The key of an entry. Names are compared without case, as vaults do.
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
    /// When the secret was requested from the vault.
    requested_at: ClockReading,
    /// When reading it again failed, and the error message.
    failed: Option<(ClockReading, String)>,
}

impl Entry {
    fn size(&self) -> u64 {
        let properties = &self.secret.properties;
        let tags: usize = properties.tags.iter().map(|(name, value)| name.len() + value.len()).sum();
        (self.key.name.len() + properties.id.len() + self.secret.value.expose().len() + tags) as u64
    }

    /// A copy of the secret, marked as cached.
    fn cached(&self, now: ClockReading, error: Option<String>) -> Secret {
        Secret { cache: Some(CacheInfo { age: now.since(self.requested_at), error }), ..self.secret.clone() }
    }
}

/// The result of a lookup.
pub(super) enum Lookup {
    /// The value is usable.
    Fresh(Box<Secret>),
    /// The value has expired. It is usable if the vault does not respond within [`STALE_REFRESH_TIMEOUT`].
    Stale,
    Missing,
}

/// The cache of one client. The most recently used entry is last.
pub(super) struct Cache {
    options: CacheOptions,
    entries: RefCell<Vec<Entry>>,
    /// Incremented when entries are invalidated. Values requested before that are not inserted.
    generation: Cell<u64>,
}

impl Cache {
    pub(super) fn new(options: CacheOptions, language: Language) -> Result<Self> {
        options.check(language)?;
        Ok(Self { options, entries: RefCell::default(), generation: Cell::default() })
    }

    /// Removes and zeroes entries that are too old to be used. A component has no background tasks, so each call does this.
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

    /// The current generation, for [`Cache::insert`].
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Inserts a value that the vault returned, unless entries were invalidated since it was requested.
    pub(super) fn insert(&self, key: CacheKey, secret: &Secret, requested_at: ClockReading, generation: u64) {
        if self.options.ttl.is_none() || self.generation.get() != generation {
            return;
        }
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| entry.key != key);
        let entry = Entry { key, secret: secret.clone(), requested_at, failed: None };
        // A value that is larger than the cache would only remove all others.
        if entry.size() > self.options.bytes {
            return;
        }
        entries.push(entry);
        let mut size: u64 = entries.iter().map(Entry::size).sum();
        while size > self.options.bytes || entries.len() > self.options.secrets as usize {
            size -= entries.remove(0).size();
        }
    }

    /// The expired value to return for a secret that could not be read, if there is one and the error is temporary. If the
    /// error says something about the secret or the identity, the entry is removed. The answer of another service says
    /// nothing about them: it is an error, and the entry stays for later calls.
    pub(super) fn stale_on_error(&self, key: &CacheKey, error: &Error, now: ClockReading) -> Option<Secret> {
        self.remove_expired(now);
        let mut entries = self.entries.borrow_mut();
        let index = entries.iter().position(|entry| entry.key == *key)?;
        if !is_temporary(error) {
            if error.kind != ErrorKind::UnexpectedReply {
                entries.remove(index);
            }
            return None;
        }
        let entry = entries.get_mut(index)?;
        entry.failed = Some((now, error.message.clone()));
        Some(entry.cached(now, Some(error.message.clone())))
    }

    /// Removes the entries that an operation may change.
    pub(super) fn invalidate(&self, operation: &Operation<'_>) {
        if operation.method() == Method::Get {
            return;
        }
        self.generation.set(self.generation.get().wrapping_add(1));
        // Restoring a backup does not name the secret, so every entry is removed.
        let name = operation.secret.map(|(name, _)| name);
        let unchanged = |entry: &Entry| name.is_some_and(|name| !entry.key.name.eq_ignore_ascii_case(name));
        self.entries.borrow_mut().retain(unchanged);
    }
}

/// Whether an error is one of those that `set-cache-stale-if-error` documents: no connection, a timeout (IMDS that is being
/// updated included), 429 or 5xx.
fn is_temporary(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Transport | ErrorKind::TimedOut)
        || error.status.is_some_and(|status| status == 429 || status >= 500)
}
