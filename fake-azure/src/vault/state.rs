//! What is in a vault at the moment.

use std::collections::BTreeMap;

use super::super::description::{Secret, Vault};
use super::error::VaultError;

/// A vault's secrets. What time alone does to them happens when somebody asks.
#[derive(Debug)]
pub(in super::super) struct State {
    /// By the name in small letters: names have no case.
    secrets: BTreeMap<String, StoredSecret>,
    /// How many requests are still too many.
    throttled: u32,
    modified: bool,
}

/// A secret with all its versions.
#[derive(Debug)]
pub(super) struct StoredSecret {
    /// As it was set first.
    pub(super) name: String,
    /// At least one, the last is the latest.
    pub(super) versions: Vec<Secret>,
    pub(super) phase: Phase,
}

/// Where a secret is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It can be read.
    Active,
    /// It is neither here nor among the deleted ones, until this time.
    Deleting(u64, Deletion),
    /// It can be recovered or purged.
    Deleted(Deletion),
    /// It is on its way back, until this time.
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

    /// The given version, or the latest. Versions have no case.
    pub(super) fn version(&self, wanted: Option<&str>) -> Option<&Secret> {
        match wanted {
            Some(wanted) => self.versions.iter().find(|secret| secret.version.eq_ignore_ascii_case(wanted)),
            None => self.latest(),
        }
    }

    /// Refuses what only the certificate behind the secret may do. What Azure says to it is not documented.
    /// <https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#composition-of-a-certificate>
    pub(super) fn require_unmanaged(&self, operation: &str) -> Result<(), VaultError> {
        if self.versions.iter().any(|secret| secret.managed) {
            return Err(VaultError::managed(operation));
        }
        Ok(())
    }
}

impl State {
    /// As the description has it.
    pub(in super::super) fn new(vault: &Vault) -> Self {
        let mut state = Self { secrets: BTreeMap::new(), throttled: vault.throttled, modified: false };
        for secret in &vault.secrets {
            state.add(&secret.name, secret.clone());
        }
        state
    }

    /// Whether it is not any more as the description has it.
    pub(in super::super) fn is_modified(&self) -> bool {
        self.modified
    }

    pub(super) fn mark_modified(&mut self) {
        self.modified = true;
    }

    /// Every value that is in it.
    pub(in super::super) fn values(&self) -> Vec<String> {
        self.secrets.values().flat_map(|stored| &stored.versions).map(|secret| secret.value.clone()).collect()
    }

    /// Whether this request is one too many.
    pub(super) fn take_throttled(&mut self) -> bool {
        let left = self.throttled.checked_sub(1);
        self.throttled = left.unwrap_or_default();
        left.is_some()
    }

    /// What has happened by now without anybody's doing.
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

    /// A new version, of a new secret perhaps.
    pub(super) fn add(&mut self, name: &str, secret: Secret) {
        let fresh = || StoredSecret { name: name.to_owned(), versions: Vec::new(), phase: Phase::Active };
        self.secrets.entry(name.to_ascii_lowercase()).or_insert_with(fresh).versions.push(secret);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.secrets.remove(&name.to_ascii_lowercase());
    }

    /// All secrets that can be read, in the order of their names.
    pub(super) fn all_active(&self) -> impl Iterator<Item = (&str, &StoredSecret)> {
        self.secrets
            .iter()
            .filter(|(_, stored)| stored.phase == Phase::Active)
            .map(|(key, stored)| (key.as_str(), stored))
    }

    /// All deleted secrets, in the order of their names.
    pub(super) fn all_deleted(&self) -> impl Iterator<Item = (&str, &StoredSecret, Deletion)> {
        self.secrets.iter().filter_map(|(key, stored)| match stored.phase {
            Phase::Deleted(deletion) => Some((key.as_str(), stored, deletion)),
            _ => None,
        })
    }

    /// A secret that can be read.
    pub(super) fn active(&self, name: &str) -> Option<&StoredSecret> {
        self.secrets.get(&name.to_ascii_lowercase()).filter(|stored| stored.phase == Phase::Active)
    }

    /// A secret that can be changed.
    pub(super) fn active_mut(&mut self, name: &str) -> Result<&mut StoredSecret, VaultError> {
        let stored = self.unless_in_transition(name)?;
        stored.filter(|stored| stored.phase == Phase::Active).ok_or_else(|| VaultError::secret_not_found(name))
    }

    /// A secret that can be recovered or purged, and when it was deleted.
    pub(super) fn deleted_mut(&mut self, name: &str) -> Result<(&mut StoredSecret, Deletion), VaultError> {
        let stored = self.unless_in_transition(name)?.ok_or_else(|| VaultError::secret_not_found(name))?;
        match stored.phase {
            Phase::Deleted(deletion) => Ok((stored, deletion)),
            _ => Err(VaultError::secret_not_found(name)),
        }
    }

    /// The secret, unless it is on its way: who would change it then has to wait.
    fn unless_in_transition(&mut self, name: &str) -> Result<Option<&mut StoredSecret>, VaultError> {
        let stored = self.secrets.get_mut(&name.to_ascii_lowercase());
        match stored.as_ref().map(|stored| stored.phase) {
            Some(Phase::Deleting(..)) => Err(VaultError::being_deleted()),
            Some(Phase::Recovering(_)) => Err(VaultError::being_recovered()),
            _ => Ok(stored),
        }
    }

    /// The secret that a new version or a restored one would join. A name that is deleted is not free.
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
