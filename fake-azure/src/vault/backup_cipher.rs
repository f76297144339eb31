//! Encryption of backups. Only vaults of the same subscription and geography can decrypt them.
//! <https://learn.microsoft.com/azure/key-vault/general/backup#limitations>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{Context, SHA256};

use super::super::Fake;
use super::super::description::Vault;
use super::super::digest::digest;
use super::super::ids::GROUP;
use super::error::VaultError;

/// The prefix of Azure's backups; the first byte is the length of the rest.
const MARK: &[u8] = b")AzureKeyVaultSecretBackupV1.microsoft.com";

/// Encrypts the text to a backup's `value`.
pub(super) fn seal(fake: &Fake, vault: &Vault, text: &str) -> Result<String, VaultError> {
    let nonce = digest(&["nonce", &fake.count().to_string(), text]).to_be_bytes();
    let nonce = nonce.first_chunk::<NONCE_LEN>().copied().unwrap_or_default();
    let mut sealed = text.as_bytes().to_vec();
    key(fake, vault)
        .and_then(|key| {
            key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(MARK), &mut sealed).ok()
        })
        .ok_or_else(|| VaultError::not_implemented("a backup of this size"))?;
    Ok(BASE64URL.encode([MARK, &nonce, &sealed].concat()))
}

/// Decrypts a backup's `value`.
pub(super) fn open(fake: &Fake, vault: &Vault, value: &str) -> Result<Vec<u8>, VaultError> {
    let invalid = || VaultError::malformed_backup("Backup blob contains invalid or corrupt version.");
    let blob = BASE64URL.decode(value.trim_end_matches('=')).map_err(|_| invalid())?;
    let (nonce, sealed) = blob.strip_prefix(MARK).and_then(<[u8]>::split_first_chunk).ok_or_else(invalid)?;
    let (nonce, mut sealed) = (Nonce::assume_unique_for_key(*nonce), sealed.to_vec());
    let text =
        key(fake, vault).and_then(|key| Some(key.open_in_place(nonce, Aad::from(MARK), &mut sealed).ok()?.to_vec()));
    text.ok_or_else(|| VaultError::malformed_backup("Cannot decrypt backup blob"))
}

/// All vaults of a description are in one subscription; each cloud is a geography. The key has no other use.
fn key(fake: &Fake, vault: &Vault) -> Option<LessSafeKey> {
    let mut context = Context::new(&SHA256);
    for part in ["backup", GROUP, fake.description.cloud_of(vault).authority()] {
        context.update(part.as_bytes());
        context.update(&[0xff]);
    }
    UnboundKey::new(&AES_256_GCM, context.finish().as_ref()).ok().map(LessSafeKey::new)
}
