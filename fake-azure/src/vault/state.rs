//! The current content of a vault.

use std::collections::BTreeMap;

use super::super::description::{Secret, Vault};
use super::error::VaultError;

/// A vault's secrets. Changes due to time are made when a request arrives.
#[derive(Debug)]
pub(in super::super) struct State {
    /// By the name in lower case: names are case-insensitive.
    secrets: BTreeMap<String, StoredSecret>,
    /// How many requests still get 429.
    throttled: u32,
    modified: bool,
}

/// A secret with all its versions.
#[derive(Debug)]
pub(super) struct StoredSecret {
    /// The name as first set.
    pub(super) name: String,
    /// At least one; the last one is the latest.
    pub(super) versions: Vec<Secret>,
    pub(super) phase: Phase,
}

/// The state of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The secret is active.
    Active,
    /// Until this time it is neither active nor among the deleted ones.
    Deleting(u64, Deletion),
    /// It can be recovered or purged.
    Deleted(Deletion),
    /// Until this time it is being recovered.
    Recovering(u64),
}

/// Unix seconds of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deletion {
    pub(super) at: u64,
    pub(super) purge: u64,
}

impl StoredSecret {
    pub(super) fn latest(&self) -> Option<&Secret> {
        self.versions.last()
    }

    /// The given version, or the latest. Case does not matter.
    pub(super) fn version(&self, wanted: Option<&str>) -> Option<&Secret> {
        match wanted {
            Some(wanted) => self.versions.iter().find(|secret| secret.version.eq_ignore_ascii_case(wanted)),
            None => self.latest(),
        }
    }

    /// Refuses an operation on a secret that belongs to a certificate. Azure's message is not documented.
    /// <https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#composition-of-a-certificate>
    pub(super) fn require_unmanaged(&self, operation: &str) -> Result<(), VaultError> {
        if self.versions.iter().any(|secret| secret.managed) {
            return Err(VaultError::managed(operation));
        }
        Ok(())
    }
}

impl State {
    /// The initial content from the description.
    pub(in super::super) fn new(vault: &Vault) -> Self {
        let mut state = Self { secrets: BTreeMap::new(), throttled: vault.throttled, modified: false };
        for secret in &vault.secrets {
            state.add(&secret.name, secret.clone());
        }
        state
    }

    /// Whether anything was written since the start.
    pub(in super::super) fn is_modified(&self) -> bool {
        self.modified
    }

    pub(super) fn mark_modified(&mut self) {
        self.modified = true;
    }

    /// Every secret value.
    pub(in super::super) fn values(&self) -> Vec<String> {
        self.secrets.values().flat_map(|stored| &stored.versions).map(|secret| secret.value.clone()).collect()
    }

    /// Whether this request gets 429; counts it.
    pub(super) fn take_throttled(&mut self) -> bool {
        let left = self.throttled.checked_sub(1);
        self.throttled = left.unwrap_or_default();
        left.is_some()
    }

    /// Ends the deletions, recoveries and retention periods that are over by now.
    pub(super) fn advance_to(&mut self, now: u64) {
        for stored in self.secrets.values_mut() {
            stored.phase = match stored.phase {
                Phase::Deleting(until, deletion) if until <= now => Phase::Deleted(deletion),
                Phase::Recovering(until) if until <= now => Phase::Active,
                phase => phase,
            };
        }
        self.secrets.retain(|_, stored| !matches!(stored.phase, Phase::Deleted(deletion) if deletion.purge <= now));
    }

    /// Adds a version, and the secret if it is new.
    pub(super) fn add(&mut self, name: &str, secret: Secret) {
        let fresh = || StoredSecret { name: name.to_owned(), versions: Vec::new(), phase: Phase::Active };
        self.secrets.entry(name.to_ascii_lowercase()).or_insert_with(fresh).versions.push(secret);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.secrets.remove(&name.to_ascii_lowercase());
    }

    /// All active secrets, sorted by name.
    pub(super) fn all_active(&self) -> impl Iterator<Item = (&str, &StoredSecret)> {
        self.secrets
            .iter()
            .filter(|(_, stored)| stored.phase == Phase::Active)
            .map(|(key, stored)| (key.as_str(), stored))
    }

    /// All deleted secrets, sorted by name.
    pub(super) fn all_deleted(&self) -> impl Iterator<Item = (&str, &StoredSecret, Deletion)> {
        self.secrets.iter().filter_map(|(key, stored)| match stored.phase {
            Phase::Deleted(deletion) => Some((key.as_str(), stored, deletion)),
            _ => None,
        })
    }

    /// The active secret of this name.
    pub(super) fn active(&self, name: &str) -> Option<&StoredSecret> {
        self.secrets.get(&name.to_ascii_lowercase()).filter(|stored| stored.phase == Phase::Active)
    }

    /// The active secret of this name, for a change.
    pub(super) fn active_mut(&mut self, name: &str) -> Result<&mut StoredSecret, VaultError> {
        let stored = self.unless_in_transition(name)?;
        stored.filter(|stored| stored.phase == Phase::Active).ok_or_else(|| VaultError::secret_not_found(name))
    }

    /// The deleted secret of this name, for a change, and its deletion.
    pub(super) fn deleted_mut(&mut self, name: &str) -> Result<(&mut StoredSecret, Deletion), VaultError> {
        let stored = self.unless_in_transition(name)?.ok_or_else(|| VaultError::secret_not_found(name))?;
        match stored.phase {
            Phase::Deleted(deletion) => Ok((stored, deletion)),
            _ => Err(VaultError::secret_not_found(name)),
        }
    }

    /// The secret; a conflict while it is being deleted or recovered.
    fn unless_in_transition(&mut self, name: &str) -> Result<Option<&mut StoredSecret>, VaultError> {
        let stored = self.secrets.get_mut(&name.to_ascii_lowercase());
        match stored.as_ref().map(|stored| stored.phase) {
            Some(Phase::Deleting(..)) => Err(VaultError::being_deleted()),
            Some(Phase::Recovering(_)) => Err(VaultError::being_recovered()),
            _ => Ok(stored),
        }
    }

    /// The existing secret that a write would add to. The name of a deleted secret cannot be used.
    pub(super) fn existing_for_write(&self, name: &str) -> Result<Option<&StoredSecret>, VaultError> {
        let stored = self.secrets.get(&name.to_ascii_lowercase());
        match stored.map(|stored| (stored.phase, &stored.name)) {
            Some((Phase::Deleting(..), name)) => Err(VaultError::name_being_deleted(name)),
            Some((Phase::Recovering(_), name)) => Err(VaultError::name_being_recovered(name)),
            Some((Phase::Deleted(_), name)) => Err(VaultError::name_deleted(name)),
            _ => Ok(stored),
        }
    }
}
