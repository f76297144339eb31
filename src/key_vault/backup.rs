//! Backing up and restoring a secret with all its versions. Only Key Vault can decrypt a backup.
//! <https://learn.microsoft.com/azure/key-vault/general/backup>

use super::operation::{self, Operation};
use super::{SecretClient, SecretProperties};
use crate::error::Result;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::{base64url, to_base64url};

impl SecretClient {
    /// Backs up a secret. The backup can be restored to a vault in the same subscription and geography.
    ///
    /// # Errors
    /// Every error of the credential, and every error response of the vault.
    pub async fn backup_secret(&self, name: &str, timeout: Option<u64>) -> Result<Vec<u8>> {
        let name = self.resolve_name_without_version(name)?;
        let operation = Operation::for_secret(operation::BACKUP, name, format!("/secrets/{name}/backup"));
        self.execute(timeout, &operation, |reply, _| {
            let text = reply.json(&["value"]).ok().and_then(|json| json.text("value"));
            let bytes = text.as_deref().and_then(base64url).filter(|bytes| !bytes.is_empty());
            bytes.ok_or("it holds no backup")
        })
        .await
    }

    /// Restores a secret from its backup.
    ///
    /// # Errors
    /// As `backup_secret`; `Conflict` if the vault has a secret or a deleted secret with that name. The request is not
    /// retried if the vault may have processed it.
    pub async fn restore_secret_backup(&self, backup: &[u8], timeout: Option<u64>) -> Result<SecretProperties> {
        let value = to_base64url(backup);
        let operation = Operation {
            kind: operation::RESTORE,
            secret: None,
            path: "/secrets/restore".to_owned(),
            // A backup may have some MiB, so it is copied once. Base64 needs no escapes.
            body: ["{\"value\":\"", &value, "\"}"].concat().into(),
            secret_value: Some(SecretString::from(value)),
            batch: None,
        };
        self.execute_for_properties(timeout, &operation).await
    }
}
