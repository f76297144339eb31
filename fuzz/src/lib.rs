//! Shared by the targets: a simulated platform whose responses come from the fuzzer's bytes, and the checks on every
//! request and error.

pub mod certificate;
pub mod der;
mod value;
mod world;

pub use value::Value;
pub use world::{NOW, SentRequest, World, run};

use keyfob_component::Error;

/// A vault in a known cloud.
pub const VAULT: &str = "my-vault.vault.azure.net";
/// The scope of its tokens.
pub const SCOPE: &str = "https://vault.azure.net/.default";
/// The public cloud's Entra.
pub const ENTRA: &str = "login.microsoftonline.com";
/// A client id.
pub const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
/// The prefix of the test secrets, which must not occur in any log line or error.
pub const CANARY: &str = "canary-";

/// Fails if the secret is in the log or in any part of the error.
pub fn assert_hidden(world: &World, error: Option<&Error>, secret: &str) {
    let shown = format!("{}{error:?}", world.logged.borrow());
    assert!(!shown.contains(secret), "{secret:?} is shown: {shown}");
}

/// Maps the first byte to a number below `count`. Returns the number and the rest of the bytes.
pub fn choose(data: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    // The digit '0' maps to 0, so that seeds are readable.
    Some((usize::from(first.wrapping_sub(b'0')) % count, rest))
}

/// The first line, and the bytes after it. `None` if the line is not UTF-8.
pub fn line(data: &[u8]) -> Option<(&str, &[u8])> {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    Some((std::str::from_utf8(data.get(..at)?).ok()?, data.get(at + 1..).unwrap_or_default()))
}
