//! What is in a vault at the moment.

use std::collections::BTreeMap;

use super::super::description::{Secret, Vault};
use super::error::Refusal;

/// A vault's secrets. What time alone does to them happens when somebody asks.
#[derive(Debug)]
pub(in super::super) struct State {
    /// By the name in small letters: names have no case.
    secrets: BTreeMap<String, Kept>,
    /// How many requests are still too many.
    throttled: u32,
    written: bool,
}

/// A secret with all its versions.
#[derive(Debug)]
pub(super) struct Kept {
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
    Here,
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

impl Kept {
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
    pub(super) fn unmanaged(&self, operation: &str) -> Result<(), Refusal> {
        if self.versions.iter().any(|secret| secret.managed) {
            return Err(Refusal::managed(operation));
        }
        Ok(())
    }
}

impl State {
    /// As the description has it.
    pub(in super::super) fn of(vault: &Vault) -> Self {
        let mut state = Self { secrets: BTreeMap::new(), throttled: vault.throttled, written: false };
        for secret in &vault.secrets {
            state.add(&secret.name, secret.clone());
        }
        state
    }

    /// Whether it is not any more as the description has it.
    pub(in super::super) fn is_modified(&self) -> bool {
        self.written
    }

    pub(super) fn write(&mut self) {
        self.written = true;
    }

    /// Every value that is in it.
    pub(in super::super) fn values(&self) -> Vec<String> {
        self.secrets.values().flat_map(|kept| &kept.versions).map(|secret| secret.value.clone()).collect()
    }

    /// Whether this request is one too many.
    pub(super) fn throttle(&mut self) -> bool {
        let left = self.throttled.checked_sub(1);
        self.throttled = left.unwrap_or_default();
        left.is_some()
    }

    /// What has happened by now without anybody's doing.
    pub(super) fn pass(&mut self, now: u64) {
        for kept in self.secrets.values_mut() {
            kept.phase = match kept.phase {
                Phase::Deleting(until, deletion) if until <= now => Phase::Deleted(deletion),
                Phase::Recovering(until) if until <= now => Phase::Here,
                phase => phase,
            };
        }
        self.secrets.retain(|_, kept| !matches!(kept.phase, Phase::Deleted(deletion) if deletion.purge <= now));
    }

    /// A new version, of a new secret perhaps.
    pub(super) fn add(&mut self, name: &str, secret: Secret) {
        let fresh = || Kept { name: name.to_owned(), versions: Vec::new(), phase: Phase::Here };
        self.secrets.entry(name.to_ascii_lowercase()).or_insert_with(fresh).versions.push(secret);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.secrets.remove(&name.to_ascii_lowercase());
    }

    /// All secrets that can be read, in the order of their names.
    pub(super) fn all_here(&self) -> impl Iterator<Item = (&str, &Kept)> {
        self.secrets.iter().filter(|(_, kept)| kept.phase == Phase::Here).map(|(key, kept)| (key.as_str(), kept))
    }

    /// All deleted secrets, in the order of their names.
    pub(super) fn all_deleted(&self) -> impl Iterator<Item = (&str, &Kept, Deletion)> {
        self.secrets.iter().filter_map(|(key, kept)| match kept.phase {
            Phase::Deleted(deletion) => Some((key.as_str(), kept, deletion)),
            _ => None,
        })
    }

    /// A secret that can be read.
    pub(super) fn here(&self, name: &str) -> Option<&Kept> {
        self.secrets.get(&name.to_ascii_lowercase()).filter(|kept| kept.phase == Phase::Here)
    }

    /// A secret that can be changed.
    pub(super) fn here_to_change(&mut self, name: &str) -> Result<&mut Kept, Refusal> {
        let kept = self.settled(name)?;
        kept.filter(|kept| kept.phase == Phase::Here).ok_or_else(|| Refusal::secret_not_found(name))
    }

    /// A secret that can be recovered or purged, and when it was deleted.
    pub(super) fn deleted_to_change(&mut self, name: &str) -> Result<(&mut Kept, Deletion), Refusal> {
        let kept = self.settled(name)?.ok_or_else(|| Refusal::secret_not_found(name))?;
        match kept.phase {
            Phase::Deleted(deletion) => Ok((kept, deletion)),
            _ => Err(Refusal::secret_not_found(name)),
        }
    }

    /// The secret, unless it is on its way: who would change it then has to wait.
    fn settled(&mut self, name: &str) -> Result<Option<&mut Kept>, Refusal> {
        let kept = self.secrets.get_mut(&name.to_ascii_lowercase());
        match kept.as_ref().map(|kept| kept.phase) {
            Some(Phase::Deleting(..)) => Err(Refusal::being_deleted()),
            Some(Phase::Recovering(_)) => Err(Refusal::being_recovered()),
            _ => Ok(kept),
        }
    }

    /// The secret that a new version or a restored one would join. A name that is deleted is not free.
    pub(super) fn place(&self, name: &str) -> Result<Option<&Kept>, Refusal> {
        let kept = self.secrets.get(&name.to_ascii_lowercase());
        match kept.map(|kept| (kept.phase, &kept.name)) {
            Some((Phase::Deleting(..), name)) => Err(Refusal::name_being_deleted(name)),
            Some((Phase::Recovering(_), name)) => Err(Refusal::name_being_recovered(name)),
            Some((Phase::Deleted(_), name)) => Err(Refusal::name_deleted(name)),
            _ => Ok(kept),
        }
    }
}
