//! Deleting a secret, and what can be done with it then. Deleting and recovering go on in the vault after it has answered.
//! <https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview>

use alloc::rc::Rc;
use core::time::Duration;

use super::operation::{self, Operation, OperationKind};
use super::{Properties, SecretClient, refusal};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::prelude::*;

/// Between two looks at how far the vault is, as in the Azure SDKs.
const INTERVAL: Duration = Duration::from_secs(2);

/// Something that goes on in the vault.
pub struct Change {
    client: Rc<SecretClient>,
    name: String,
    /// What was begun.
    started_kind: OperationKind,
    /// What the vault said when it began.
    properties: Properties,
    /// What can be asked as soon as it is done; none where nothing goes on.
    completion_check: Option<OperationKind>,
}

impl Change {
    /// What the vault said of the secret when it began.
    #[must_use]
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    /// Waits until it is done. `timeout` is the limit in milliseconds, 1 to 600,000; 30,000 by default.
    ///
    /// # Errors
    /// `TimedOut` where the vault takes longer, and it goes on there; else as the operations.
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
                // Who may not look learns no more than that it is there. A firewall says not even that.
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

/// Where a secret is, deleted or not.
fn path(kind: OperationKind, name: &str) -> String {
    let folder = if kind.on_deleted_secrets { "deletedsecrets" } else { "secrets" };
    format!("/{folder}/{name}")
}

impl SecretClient {
    /// Begins to delete a secret, all its versions.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals.
    pub async fn begin_delete_secret(self: &Rc<Self>, name: &str, timeout: Option<u64>) -> Result<Change> {
        let name = self.resolve_name_without_version(name)?;
        let properties = self.execute_on(operation::DELETE, name, "", timeout).await?;
        // A vault that keeps nothing has deleted it already.
        let completion_check = properties.recovery_id.is_some().then_some(operation::GET_DELETED);
        Ok(Change {
            client: Rc::clone(self),
            name: name.to_owned(),
            started_kind: operation::DELETE,
            properties,
            completion_check,
        })
    }

    /// Begins to recover a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`. It is not sent a second time where it may have been done the first time.
    pub async fn begin_recover_deleted_secret(self: &Rc<Self>, name: &str, timeout: Option<u64>) -> Result<Change> {
        let name = self.resolve_name_without_version(name)?;
        let properties = self.execute_on(operation::RECOVER, name, "/recover", timeout).await?;
        let completion_check = Some(operation::GET);
        Ok(Change {
            client: Rc::clone(self),
            name: name.to_owned(),
            started_kind: operation::RECOVER,
            properties,
            completion_check,
        })
    }

    /// What the vault says of a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`.
    pub async fn get_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<Properties> {
        self.execute_on(operation::GET_DELETED, name, "", timeout).await
    }

    /// Deletes a deleted secret for good.
    ///
    /// # Errors
    /// As `begin_delete_secret`; `Forbidden` where the vault is protected from it.
    pub async fn purge_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<()> {
        let name = self.resolve_name_without_version(name)?;
        let operation = Operation::for_secret(operation::PURGE, name, path(operation::PURGE, name));
        self.execute(timeout, &operation, |_, _| Ok(())).await
    }

    async fn execute_on(
        &self,
        kind: OperationKind,
        name: &str,
        path_suffix: &str,
        timeout: Option<u64>,
    ) -> Result<Properties> {
        let name = self.resolve_name_without_version(name)?;
        let operation = Operation::for_secret(kind, name, format!("{}{path_suffix}", path(kind, name)));
        self.execute_for_properties(timeout, &operation).await
    }
}
