//! Names and versions of secrets.

use crate::error::{Error, Result};
use crate::prelude::*;
use crate::secret::quote;

/// A secret's name, which becomes a segment of a path.
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning>
pub(super) fn check_name(name: &str) -> Result<()> {
    check(name, 127, "a secret name", "letters, digits and dashes, 1 to 127 of them (no underscore, no URL)")
}

/// A secret's version.
pub(super) fn check_version(version: &str) -> Result<()> {
    check(version, 64, "a secret version", "the letters and digits at the end of the secret's identifier")
}

fn check(text: &str, longest: usize, what: &str, expected: &str) -> Result<()> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err(Error::invalid(format!("'{}' is not {what}: expected {expected}", quote(text, &[]))))
}
