//! The limit on the memory of the component's instance.

use super::CommandError;

/// The limit in MiB if the variable is not set. Keyfob needs at most 12 MiB, and the values of a large batch or a large backup to
/// restore come on top.
const DEFAULT_MIB: usize = 256;

/// The variable of the caller's environment that changes the limit, such as for a container with little memory.
pub(super) const VARIABLE: &str = "KEYFOB_MAX_MEMORY_MIB";

/// The most memory of an instance, in bytes.
///
/// # Errors
/// `CommandError::Usage` if the variable is set and not a whole number from 2 to 4096.
pub(super) fn limit() -> Result<usize, CommandError> {
    let mebibytes = match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        None => Some(DEFAULT_MIB),
        Some(value) => value.to_str().and_then(|value| value.parse().ok()).filter(|value| (2..=4096).contains(value)),
    };
    let mebibytes = mebibytes
        .ok_or_else(|| CommandError::usage(format!("{VARIABLE} is not a number of MiB from 2 to 4096, such as 64")))?;
    Ok(mebibytes << 20)
}
