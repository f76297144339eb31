//! Backing up and restoring a secret with all its versions. Only Key Vault can decrypt a backup.
//! <https://learn.microsoft.com/azure/key-vault/general/backup>

use super::operation::{self, Operation};
use super::{SecretClient, SecretProperties};
use crate::error::Result;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::{base64url, to_base64url};

/// The number of bytes that are encoded at once. A multiple of 3, so that the pieces together are the text of the whole.
const PIECE: usize = 3 * 4096;

impl SecretClient {
    /// Backs up a secret. The backup can be restored to a vault in the same subscription and geography.
    ///
    /// # Errors
    /// Every error of the credential, and every error response of the vault.
    pub async fn backup_secret(&self, name: &str, timeout: Option<u64>) -> Result<Vec<u8>> {
        let name = self.resolve_name_without_version(name)?;
        let operation = Operation::for_secret(operation::BACKUP, name, format!("/secrets/{name}/backup"));
        self.execute(timeout, &operation, |reply, _| {
            // Decoded from the reply's own text: a backup may have some MiB.
            let text = reply.json(&["value"]).ok().and_then(|json| json.get("value")?.borrowed_text());
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
        // A backup may have some MiB: it is encoded into the body piece by piece, at its size from the beginning. Base64 needs
        // no escapes.
        let mut body = String::with_capacity(backup.len().div_ceil(3).saturating_mul(4).saturating_add(12));
        body.push_str("{\"value\":\"");
        for piece in backup.chunks(PIECE) {
            body.push_str(&to_base64url(piece));
        }
        body.push_str("\"}");
        let body = SecretString::from(body);
        let operation = Operation {
            kind: operation::RESTORE,
            secret: None,
            path: "/secrets/restore".to_owned(),
            secret_value: Some(body.clone()),
            body,
            batch: None,
        };
        self.execute_for_properties(timeout, &operation).await
    }
}
