//! Values that are shown only on request.

use std::fmt;

use zeroize::{Zeroize as _, ZeroizeOnDrop};

/// A secret: the value of a secret, a token, or a password. `Debug` prints `[redacted]`, there is no `Display`, and the
/// memory is zeroed when the value is dropped.
///
/// ```
/// let value = keyfob::SecretValue::from("hunter2");
/// assert_eq!(format!("{value:?}"), "[redacted]");
/// assert_eq!(value.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct SecretValue(String);

impl SecretValue {
    /// The secret itself. What is made of it, such as a copy or a formatted text, is neither hidden nor zeroed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretValue {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for SecretValue {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SecretValue {}
