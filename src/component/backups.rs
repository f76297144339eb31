//! The interface `backups`: backups as text.

use super::Component;
use super::bindings::exports::keyfob::azure::secrets::{CallOptionsBorrow, GuestSecretClient, SecretClientBorrow};
use super::bindings::exports::keyfob::azure::{secrets, types};
use super::bindings::exports::keyfob::embedding::backups;
use super::secrets::SecretClient;
use crate::error::Error;
use crate::prelude::*;
use crate::text::{base64url, to_base64url};

impl backups::Guest for Component {
    fn backup_secret(
        client: SecretClientBorrow<'_>,
        name: String,
        options: Option<CallOptionsBorrow<'_>>,
    ) -> Result<String, types::AzureError> {
        Ok(to_base64url(&client.get::<SecretClient>().backup_secret(name, options)?))
    }

    fn restore_secret_backup(
        client: SecretClientBorrow<'_>,
        backup: String,
        options: Option<CallOptionsBorrow<'_>>,
    ) -> Result<secrets::SecretProperties, types::AzureError> {
        let bytes = base64url(&backup).ok_or_else(|| Error::invalid("the backup is not base64url text"))?;
        drop(backup);
        client.get::<SecretClient>().restore_secret_backup(bytes, options)
    }
}
