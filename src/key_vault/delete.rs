//! Deleting a secret, and what can be done with it then. Deleting and recovering go on in the vault after it has answered.
//! <https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview>

use alloc::rc::Rc;
use core::time::Duration;

use super::operation::{self, Kind, Operation};
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
    begun: Kind,
    /// What the vault said when it began.
    properties: Properties,
    /// What can be asked as soon as it is done; none where nothing goes on.
    done: Option<Kind>,
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
        call.end(self.look(call).await)
    }

    async fn look(&self, call: Call<'_>) -> Result<()> {
        let Some(kind) = self.done else { return Ok(()) };
        loop {
            let operation = Operation::on(kind, &self.name, path(kind, &self.name));
            match self.client.perform(call, &operation).await {
                Ok(_) => return Ok(()),
                // Who may not look learns no more than that it is there. A firewall says not even that.
                Err(error) if error.kind == ErrorKind::Forbidden && !refusal::is_network(&error) => return Ok(()),
                Err(error) if error.kind == ErrorKind::NotFound => {
                    if INTERVAL >= call.remaining() {
                        let begun = Operation::on(self.begun, &self.name, String::new()).what();
                        let message = format!("to {begun} is not done yet; it goes on in the vault");
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
fn path(kind: Kind, name: &str) -> String {
    let folder = if kind.deleted { "deletedsecrets" } else { "secrets" };
    format!("/{folder}/{name}")
}

impl SecretClient {
    /// Begins to delete a secret, all its versions.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals.
    pub async fn begin_delete_secret(self: &Rc<Self>, name: &str, timeout: Option<u64>) -> Result<Change> {
        let name = self.named_whole(name)?;
        let properties = self.do_to(operation::DELETE, name, "", timeout).await?;
        // A vault that keeps nothing has deleted it already.
        let done = properties.recovery_id.is_some().then_some(operation::GET_DELETED);
        Ok(Change { client: Rc::clone(self), name: name.to_owned(), begun: operation::DELETE, properties, done })
    }

    /// Begins to recover a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`. It is not sent a second time where it may have been done the first time.
    pub async fn begin_recover_deleted_secret(self: &Rc<Self>, name: &str, timeout: Option<u64>) -> Result<Change> {
        let name = self.named_whole(name)?;
        let properties = self.do_to(operation::RECOVER, name, "/recover", timeout).await?;
        let done = Some(operation::GET);
        Ok(Change { client: Rc::clone(self), name: name.to_owned(), begun: operation::RECOVER, properties, done })
    }

    /// What the vault says of a deleted secret.
    ///
    /// # Errors
    /// As `begin_delete_secret`.
    pub async fn get_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<Properties> {
        self.do_to(operation::GET_DELETED, name, "", timeout).await
    }

    /// Deletes a deleted secret for good.
    ///
    /// # Errors
    /// As `begin_delete_secret`; `Forbidden` where the vault is protected from it.
    pub async fn purge_deleted_secret(&self, name: &str, timeout: Option<u64>) -> Result<()> {
        let name = self.named_whole(name)?;
        let operation = Operation::on(operation::PURGE, name, path(operation::PURGE, name));
        self.ask(timeout, &operation, |_, _| Ok(())).await
    }

    async fn do_to(&self, kind: Kind, name: &str, what: &str, timeout: Option<u64>) -> Result<Properties> {
        let name = self.named_whole(name)?;
        let operation = Operation::on(kind, name, format!("{}{what}", path(kind, name)));
        self.told(timeout, &operation).await
    }
}
