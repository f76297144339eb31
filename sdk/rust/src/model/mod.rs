//! What calls return, and what they take besides options.

mod identity;
mod secrets;

pub use identity::{AccessToken, Candidate, ManagedIdentityId, Readiness};
pub use secrets::{CacheInfo, DeletedSecret, Secret, SecretProperties};
