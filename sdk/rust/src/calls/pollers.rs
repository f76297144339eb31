//! Deletions and recoveries in progress, which the vault completes by itself.

use std::fmt;

use super::bindings::secrets;
use super::options::CallOptions;
use crate::error::Result;
use crate::model::{DeletedSecret, SecretProperties};

/// A deletion in progress, which the vault completes by itself.
pub struct DeletedSecretPoller(secrets::DeletedSecretPoller);

impl DeletedSecretPoller {
    pub(super) fn new(poller: secrets::DeletedSecretPoller) -> Self {
        Self(poller)
    }

    /// What the vault returned when the deletion began.
    #[must_use]
    pub fn deleted_secret(&self) -> DeletedSecret {
        self.0.deleted_secret().into()
    }

    waits! {
        /// Waits until the secret can be recovered or purged, and asks the vault every two seconds. After
        /// [`TimedOut`](crate::ErrorKind::TimedOut) the deletion goes on, and can be waited for again.
        ///
        /// # Errors
        ///
        /// As [`SecretClient::get_secret`](super::SecretClient::get_secret).
        pub fn wait(&self) -> Result<()> {
            Ok(wait!(self.0.wait(None))?)
        }

        /// Waits, as [`wait`](Self::wait), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`wait`](Self::wait).
        pub fn wait_with(&self, options: &CallOptions) -> Result<()> {
            Ok(wait!(self.0.wait(Some(options.handle())))?)
        }
    }
}

impl fmt::Debug for DeletedSecretPoller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeletedSecretPoller")
    }
}

/// A recovery in progress, which the vault completes by itself.
pub struct SecretPoller(secrets::SecretPoller);

impl SecretPoller {
    pub(super) fn new(poller: secrets::SecretPoller) -> Self {
        Self(poller)
    }

    /// The properties that the vault returned when the recovery began.
    #[must_use]
    pub fn properties(&self) -> SecretProperties {
        self.0.properties().into()
    }

    waits! {
        /// Waits until the secret can be read again, and asks the vault every two seconds. After
        /// [`TimedOut`](crate::ErrorKind::TimedOut) the recovery goes on, and can be waited for again.
        ///
        /// # Errors
        ///
        /// As [`SecretClient::get_secret`](super::SecretClient::get_secret).
        pub fn wait(&self) -> Result<()> {
            Ok(wait!(self.0.wait(None))?)
        }

        /// Waits, as [`wait`](Self::wait), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`wait`](Self::wait).
        pub fn wait_with(&self, options: &CallOptions) -> Result<()> {
            Ok(wait!(self.0.wait(Some(options.handle())))?)
        }
    }
}

impl fmt::Debug for SecretPoller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretPoller")
    }
}
