//! The api-versions of the data plane.

use super::error::VaultError;

/// All api-versions, the oldest first.
const VERSIONS: [&str; 10] =
    ["2016-10-01", "7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];

/// An api-version.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApiVersion(usize);

impl ApiVersion {
    /// Parses an api-version.
    pub(super) fn parse(name: &str) -> Result<Self, VaultError> {
        VERSIONS.iter().position(|known| *known == name).map(Self).ok_or_else(|| {
            VaultError::bad_parameter(format!(
                "The specified version ({name}) is not recognized. Consider using the latest supported version 2026-04-01."
            ))
        })
    }

    pub(super) fn name(self) -> &'static str {
        VERSIONS.get(self.0).copied().unwrap_or_default()
    }

    /// Whether responses have `recoverableDays`. Recorded responses of 7.0 lack it, those of 7.1 have it.
    pub(super) fn has_recoverable_days(self) -> bool {
        self.is_from("7.1")
    }

    /// Whether it has `previousVersion` and converts certificates.
    pub(super) fn has_certificate_fields(self) -> bool {
        self.is_from("2025-07-01")
    }

    /// Whether it is this version or a later one.
    pub(super) fn is_from(self, first: &str) -> bool {
        VERSIONS.iter().position(|known| *known == first).is_some_and(|first| self.0 >= first)
    }
}
