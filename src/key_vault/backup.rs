//! A secret out of the vault and back, all its versions, in a form that only Key Vault can read.
//! <https://learn.microsoft.com/azure/key-vault/general/backup>

use super::operation::{self, Operation};
use super::{Properties, SecretClient};
use crate::error::Result;
use crate::json::Members;
use crate::prelude::*;
use crate::secret::Secret as Hidden;
use crate::text::{base64url, to_base64url};

impl SecretClient {
    /// Backs a secret up. The bytes can be restored in a vault of the same subscription and geography.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals.
    pub async fn backup_secret(&self, name: &str, timeout: Option<u64>) -> Result<Vec<u8>> {
        let name = self.named_whole(name)?;
        let operation = Operation::on(operation::BACKUP, name, format!("/secrets/{name}/backup"));
        self.ask(timeout, &operation, |reply, _| {
            let text = reply.json(&["value"]).ok().and_then(|json| json.text("value"));
            let bytes = text.as_deref().and_then(base64url).filter(|bytes| !bytes.is_empty());
            bytes.ok_or("it holds no backup")
        })
        .await
    }

    /// Restores a secret from its backup.
    ///
    /// # Errors
    /// As `backup_secret`; `Conflict` where the vault has a secret of that name, deleted ones included. It is not sent a
    /// second time where it may have been done the first time.
    pub async fn restore_secret_backup(&self, backup: &[u8], timeout: Option<u64>) -> Result<Properties> {
        let value = to_base64url(backup);
        let mut members = Members::default();
        members.text("value", &value);
        let operation = Operation {
            kind: operation::RESTORE,
            secret: None,
            path: "/secrets/restore".to_owned(),
            body: members.finish().into(),
            hidden: Some(Hidden::from(value)),
            batch: None,
        };
        self.told(timeout, &operation).await
    }
}
