//! A secret out of the vault and back, all its versions, in a form that only Key Vault can read.
//! <https://learn.microsoft.com/azure/key-vault/general/backup>

use super::operation::{self, Operation};
use super::{Properties, SecretClient};
use crate::error::Result;
use crate::json::Json;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::{base64url, to_base64url};

impl SecretClient {
    /// Backs a secret up. The bytes can be restored in a vault of the same subscription and geography.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals.
    pub async fn backup_secret(&self, name: &str, timeout: Option<u64>) -> Result<Vec<u8>> {
        let name = self.resolve_name_without_version(name)?;
        let operation = Operation::for_secret(operation::BACKUP, name, format!("/secrets/{name}/backup"));
        self.execute(timeout, &operation, |reply, _| {
            let json = reply.json().unwrap_or(Json::Null);
            let bytes = json.text(&["value"]).and_then(base64url).filter(|bytes| !bytes.is_empty());
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
        let operation = Operation {
            kind: operation::RESTORE,
            secret: None,
            path: "/secrets/restore".to_owned(),
            body: super::set::json_body(vec![("value".to_owned(), Json::Text(value.clone()))]),
            secret_value: Some(SecretString::from(value)),
            batch: None,
        };
        self.execute_for_properties(timeout, &operation).await
    }
}
