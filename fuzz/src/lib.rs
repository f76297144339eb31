//! What the targets share: the outside world of a credential, played from the fuzzer's bytes, and what must hold of
//! whatever leaves it.

pub mod certificate;
pub mod der;
mod value;
mod world;

pub use value::Value;
pub use world::{NOW, Sent, World, run};

use keyfob_component::Error;

/// A vault in a known cloud.
pub const VAULT: &str = "my-vault.vault.azure.net";
/// The scope of its tokens.
pub const SCOPE: &str = "https://vault.azure.net/.default";
/// The public cloud's Entra.
pub const ENTRA: &str = "login.microsoftonline.com";
/// A client id.
pub const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
/// What starts so is a secret of the run, and in no text that people get to see.
pub const CANARY: &str = "canary-";

/// Fails if the secret stands in the log or in any part of the error.
pub fn assert_hidden(world: &World, error: Option<&Error>, secret: &str) {
    let shown = format!("{}{error:?}", world.logged.borrow());
    assert!(!shown.contains(secret), "{secret:?} is shown: {shown}");
}

/// The first byte, which chooses one of so many things, and the rest.
pub fn choose(data: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    // As a digit it is readable in a seed.
    Some((usize::from(first.wrapping_sub(b'0')) % count, rest))
}

/// The first line, and what comes after it.
pub fn line(data: &[u8]) -> Option<(&str, &[u8])> {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    Some((std::str::from_utf8(data.get(..at)?).ok()?, data.get(at + 1..).unwrap_or_default()))
}
