//! Deleting secrets, and reading, recovering and purging deleted ones. Deleting and recovering continue in the vault after
//! its response.
//! <https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview>

use alloc::rc::Rc;
use core::time::Duration;

use super::operation::{self, Operation, OperationKind};
use super::{SecretClient, SecretProperties, refusal};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::prelude::*;

/// The time between two requests for the state of the operation, as in the Azure SDKs.
const INTERVAL: Duration = Duration::from_secs(2);

/// A deletion or a recovery that continues in the vault: `deleted-secret-poller` or `secret-poller` of the WIT package.
pub struct SecretPoller {
    client: Rc<SecretClient>,
    name: String,
    /// The operation that was started.
    started_kind: OperationKind,
    /// The properties of the secret in the first response.
    properties: SecretProperties,
    /// The operation that succeeds as soon as this one is complete; `None` if it is complete already.
    completion_check: Option<OperationKind>,
}

impl SecretPoller {
    /// The properties of the secret when the operation started.
    #[must_use]
    pub fn properties(&self) -> &SecretProperties {
        &self.properties
    }

    /// Waits until the operation is complete. `timeout` is in milliseconds, 1 to 600,000; the credential's default if `None`.
    ///
    /// # Errors
    /// `TimedOut` if the vault takes longer; the operation continues there. Else as the operations.
    pub async fn wait(&self, timeout: Option<u64>) -> Result<()> {
        let call = self.client.start(timeout)?;
        call.end(self.poll(call).await)
    }

    async fn poll(&self, call: Call<'_>) -> Result<()> {
        let Some(kind) = self.completion_check else { return Ok(()) };
        loop {
            let operation = Operation::for_secret(kind, &self.name, path(kind, &self.name));
            match self.client.perform(call, &operation).await {
                Ok(_) => return Ok(()),
                // Without the permission to read, the vault's 403 shows only that the secret is there. A 403 of its
                // firewall does not show even that.
                Err(error) if error.kind == ErrorKind::Forbidden && !refusal::is_network(&error) => return Ok(()),
                Err(error) if error.kind == ErrorKind::NotFound => {
                    if INTERVAL >= call.remaining() {
                        let action = Operation::for_secret(self.started_kind, &self.name, String::new()).description();
                        let message = format!("to {action} is not done yet; it goes on in the vault");
                        return Err(Error::new(ErrorKind::TimedOut, message));
                    }
                    call.platform.sleep(INTERVAL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The path of a secret or of a deleted secret.
fn path(kind: OperationKind, name: &str) -> String {
    let folder = if kind.on_deleted_secrets { "deletedsecrets" } else { "secrets" };
    format!("/{folder}/{name}")
}

impl SecretClient {
    /// Starts to delete a secret with all its versions.
    ///
    /// # Errors
    /// Every error of the credential, and every error response of the vault.
    pub async fn begin_delete_secret(self: &Rc<Self>, name: &str, timeout: Option<u64>) -> Result<SecretPoller> {
        let name = self.resolve_name_without_version(name)?;
        let properties = self.execute_on(operation::DELETE, name, "", timeout).await?;
        // A vault without soft delete has deleted the secret already.
        let completion_check = properties.recovery_id.is_some().then_some(operation::GET_DELETED);
        Ok(SecretPoller {
            client: Rc::clone(self),
            name: name.to_owned(),
            started_kind: operation::DELETE,
            properties,
            completion_check,
        })
    }

    /// Starts to recover a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`. The request is not retried if the vault may have processed it.
    pub async fn begin_recover_deleted_secret(
        self: &Rc<Self>,
        name: &str,
        timeout: Option<u64>,
    ) -> Result<SecretPoller> {
        let name = self.resolve_deleted_name(name)?;
        let properties = self.execute_on(operation::RECOVER, name, "/recover", timeout).await?;
        let completion_check = Some(operation::GET);
        Ok(SecretPoller {
            client: Rc::clone(self),
            name: name.to_owned(),
            started_kind: operation::RECOVER,
            properties,
            completion_check,
        })
    }

    /// The properties of a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`.
    pub async fn get_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<SecretProperties> {
        self.execute_on(operation::GET_DELETED, name, "", timeout).await
    }

    /// Deletes a deleted secret permanently.
    ///
    /// # Errors
    /// As `begin_delete_secret`; `Forbidden` if the vault has purge protection.
    pub async fn purge_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<()> {
        let name = self.resolve_deleted_name(name)?;
        let operation = Operation::for_secret(operation::PURGE, name, path(operation::PURGE, name));
        self.execute(timeout, &operation, |_, _| Ok(())).await
    }

    async fn execute_on(
        &self,
        kind: OperationKind,
        name: &str,
        path_suffix: &str,
        timeout: Option<u64>,
    ) -> Result<SecretProperties> {
        let name = if kind.on_deleted_secrets {
            self.resolve_deleted_name(name)?
        } else {
            self.resolve_name_without_version(name)?
        };
        let operation = Operation::for_secret(kind, name, format!("{}{path_suffix}", path(kind, name)));
        self.execute_for_properties(timeout, &operation).await
    }
}
