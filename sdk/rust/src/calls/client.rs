//! The client of a vault.

use std::fmt;
use std::sync::Arc;

use super::bindings::secrets;
use super::client_builder::SecretClientBuilder;
use super::credential::Credential;
use super::kinds::DefaultAzureCredential;
use super::lists::{DeletedSecretList, SecretList};
use super::options::{CallOptions, GetSecretOptions, ListOptions, SetSecretOptions};
use super::pollers::{DeletedSecretPoller, SecretPoller};
use crate::error::{Error, Result};
use crate::model::{DeletedSecret, Secret, SecretProperties};

const NO_VAULT: &str = "KEYVAULT_URL is not set, or is empty.";
const NO_VAULT_HINT: &str = "\
Set KEYVAULT_URL to the vault's URL, such as https://my-vault.vault.azure.net
An app sees only the variables that its host passes on, such as by --env KEYVAULT_URL=… of keyfob run and wasmtime";

/// A client for the secrets of one vault. A clone is the same client, with the same cache.
///
/// Wherever a function takes the name of a secret, it also takes the secret's identifier (`https://VAULT/secrets/NAME`) and an
/// App Service reference (`@Microsoft.KeyVault(SecretUri=…)`, `@Microsoft.KeyVault(VaultName=…;SecretName=…)`). One of another
/// vault is [`InvalidArgument`](crate::ErrorKind::InvalidArgument). Functions that take a version accept it in each of these
/// forms, and as `NAME/VERSION`. Functions on deleted secrets also take the secret's recovery id
/// (`https://VAULT/deletedsecrets/NAME`). A name has 1 to 127 letters, digits and dashes.
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning>
/// <https://learn.microsoft.com/azure/app-service/app-service-key-vault-references>
///
/// Functions whose name ends in `_with` take options, such as a timeout.
#[derive(Clone)]
pub struct SecretClient(Arc<secrets::SecretClient>);

impl SecretClient {
    /// Makes a client for a vault, whose URL is such as `https://my-vault.vault.azure.net`, with any credential of this crate.
    /// Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a URL that is not a vault's.
    pub fn new(vault_url: &str, credential: impl Into<Credential>) -> Result<Self> {
        Self::create(vault_url, &credential.into(), None)
    }

    /// Makes a client for the vault in the variable `KEYVAULT_URL`, with [`DefaultAzureCredential`]. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the variable is not set or is not a vault's URL.
    pub fn from_env() -> Result<Self> {
        let vault_url = std::env::var("KEYVAULT_URL").ok().filter(|url| !url.is_empty());
        let vault_url = vault_url.ok_or_else(|| Error::invalid_argument(NO_VAULT, NO_VAULT_HINT))?;
        Self::new(&vault_url, DefaultAzureCredential::new())
    }

    /// Begins to make a client with options.
    #[must_use]
    pub fn builder(vault_url: &str, credential: impl Into<Credential>) -> SecretClientBuilder {
        SecretClientBuilder::new(vault_url, credential.into())
    }

    pub(super) fn create(
        vault_url: &str,
        credential: &Credential,
        options: Option<&secrets::ClientOptions>,
    ) -> Result<Self> {
        Ok(Self(Arc::new(secrets::SecretClient::create(vault_url, credential.handle(), options)?)))
    }

    /// The vault's URL: scheme and host in lower case, without a slash at the end.
    #[must_use]
    pub fn vault_url(&self) -> String {
        self.0.vault_url()
    }

    /// The scope of the tokens for this vault, such as `https://vault.azure.net/.default`. Absent for a host in no known Azure
    /// cloud, for which the vault's challenge names the scope.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.0.scope()
    }

    waits! {
        /// Reads the latest version of a secret.
        ///
        /// # Errors
        ///
        /// [`NotFound`](crate::ErrorKind::NotFound), [`Forbidden`](crate::ErrorKind::Forbidden),
        /// [`Service`](crate::ErrorKind::Service), [`InvalidArgument`](crate::ErrorKind::InvalidArgument), and those of
        /// [`Credential::get_token`].
        pub fn get_secret(&self, name: &str) -> Result<Secret> {
            Ok(wait!(self.0.get_secret(argument!(name), None))?.into())
        }

        /// Reads a secret, as [`get_secret`](Self::get_secret), such as an earlier version of it.
        ///
        /// # Errors
        ///
        /// As [`get_secret`](Self::get_secret).
        pub fn get_secret_with(&self, name: &str, options: &GetSecretOptions) -> Result<Secret> {
            Ok(wait!(self.0.get_secret(argument!(name), Some(options.handle())))?.into())
        }

        /// Reads several secrets concurrently, with one token and one timeout. Returns a result for each name, in the order of the
        /// names; the failure of one does not end the others, and each is an error of [`get_secret`](Self::get_secret).
        ///
        /// ```no_run
        #[doc = concat!("# async fn example(client: &", module!(), "::SecretClient) -> keyfob::Result<()> {")]
        #[doc = concat!("let results = client.get_secrets([\"db-user\", \"db-password\"])", awaited!(), ";")]
        /// let secrets = results.into_iter().collect::<keyfob::Result<Vec<_>>>()?;
        /// # Ok(()) }
        /// ```
        #[must_use]
        pub fn get_secrets(&self, names: impl IntoIterator<Item: Into<String>>) -> Vec<Result<Secret>> {
            wait!(self.several(names, None))
        }

        /// Reads several secrets, as [`get_secrets`](Self::get_secrets), with options.
        #[must_use]
        pub fn get_secrets_with(
            &self,
            names: impl IntoIterator<Item: Into<String>>,
            options: &GetSecretOptions,
        ) -> Vec<Result<Secret>> {
            wait!(self.several(names, Some(options)))
        }

        fn several(
            &self,
            names: impl IntoIterator<Item: Into<String>>,
            options: Option<&GetSecretOptions>,
        ) -> Vec<Result<Secret>> {
            let names: Vec<String> = names.into_iter().map(Into::into).collect();
            let results = wait!(self.0.get_secrets(argument!(names.as_slice()), options.map(GetSecretOptions::handle)));
            results.into_iter().map(|result| Ok(result?.into())).collect()
        }

        /// Sets a secret: creates it, or adds a version to it. The value has at most 25,600 bytes.
        /// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>
        ///
        /// # Errors
        ///
        /// [`Conflict`](crate::ErrorKind::Conflict) if a deleted secret has the name, and those of
        /// [`get_secret`](Self::get_secret).
        pub fn set_secret(&self, name: &str, value: &str) -> Result<SecretProperties> {
            Ok(wait!(self.0.set_secret(argument!(name), argument!(value), None))?.into())
        }

        /// Sets a secret, as [`set_secret`](Self::set_secret), with properties.
        ///
        /// # Errors
        ///
        /// As [`set_secret`](Self::set_secret).
        pub fn set_secret_with(&self, name: &str, value: &str, options: &SetSecretOptions) -> Result<SecretProperties> {
            Ok(wait!(self.0.set_secret(argument!(name), argument!(value), Some(options.handle())))?.into())
        }

        /// Changes the properties of a version of a secret, and not its value.
        ///
        /// # Errors
        ///
        /// As [`get_secret`](Self::get_secret).
        pub fn update_secret_properties(&self, name: &str, options: &SetSecretOptions) -> Result<SecretProperties> {
            Ok(wait!(self.0.update_secret_properties(argument!(name), Some(options.handle())))?.into())
        }
    }

    /// Lists the latest versions of all secrets, without their values.
    #[doc(alias = "list-properties-of-secrets")]
    pub fn list_secret_properties(&self) -> SecretList {
        SecretList::new(self.0.list_properties_of_secrets(None))
    }

    /// Lists the latest versions of all secrets, as [`list_secret_properties`](Self::list_secret_properties), with options.
    pub fn list_secret_properties_with(&self, options: &ListOptions) -> SecretList {
        SecretList::new(self.0.list_properties_of_secrets(Some(options.handle())))
    }

    /// Lists all versions of a secret, without their values.
    #[doc(alias = "list-properties-of-secret-versions")]
    pub fn list_secret_properties_versions(&self, name: &str) -> SecretList {
        SecretList::new(self.0.list_properties_of_secret_versions(name, None))
    }

    /// Lists all versions of a secret, as [`list_secret_properties_versions`](Self::list_secret_properties_versions), with
    /// options.
    pub fn list_secret_properties_versions_with(&self, name: &str, options: &ListOptions) -> SecretList {
        SecretList::new(self.0.list_properties_of_secret_versions(name, Some(options.handle())))
    }

    waits! {
        /// Begins to delete all versions of a secret.
        ///
        /// # Errors
        ///
        /// [`Conflict`](crate::ErrorKind::Conflict) if the secret is being deleted or recovered, and those of
        /// [`get_secret`](Self::get_secret).
        pub fn begin_delete_secret(&self, name: &str) -> Result<DeletedSecretPoller> {
            Ok(DeletedSecretPoller::new(wait!(self.0.begin_delete_secret(argument!(name), None))?))
        }

        /// Begins to delete a secret, as [`begin_delete_secret`](Self::begin_delete_secret), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`begin_delete_secret`](Self::begin_delete_secret).
        pub fn begin_delete_secret_with(&self, name: &str, options: &CallOptions) -> Result<DeletedSecretPoller> {
            Ok(DeletedSecretPoller::new(wait!(self.0.begin_delete_secret(argument!(name), Some(options.handle())))?))
        }

        /// Reads the properties of a deleted secret.
        ///
        /// # Errors
        ///
        /// As [`get_secret`](Self::get_secret).
        pub fn get_deleted_secret(&self, name: &str) -> Result<DeletedSecret> {
            Ok(wait!(self.0.get_deleted_secret(argument!(name), None))?.into())
        }

        /// Reads the properties of a deleted secret, as [`get_deleted_secret`](Self::get_deleted_secret), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`get_deleted_secret`](Self::get_deleted_secret).
        pub fn get_deleted_secret_with(&self, name: &str, options: &CallOptions) -> Result<DeletedSecret> {
            Ok(wait!(self.0.get_deleted_secret(argument!(name), Some(options.handle())))?.into())
        }
    }

    /// Lists all deleted secrets.
    #[doc(alias = "list-deleted-secrets")]
    pub fn list_deleted_secret_properties(&self) -> DeletedSecretList {
        DeletedSecretList::new(self.0.list_deleted_secrets(None))
    }

    /// Lists all deleted secrets, as [`list_deleted_secret_properties`](Self::list_deleted_secret_properties), with options.
    pub fn list_deleted_secret_properties_with(&self, options: &ListOptions) -> DeletedSecretList {
        DeletedSecretList::new(self.0.list_deleted_secrets(Some(options.handle())))
    }

    waits! {
        /// Begins to recover a deleted secret. The request is not repeated if the vault may have received it.
        ///
        /// # Errors
        ///
        /// [`Conflict`](crate::ErrorKind::Conflict) if the secret is being deleted or recovered, and those of
        /// [`get_secret`](Self::get_secret).
        pub fn begin_recover_deleted_secret(&self, name: &str) -> Result<SecretPoller> {
            Ok(SecretPoller::new(wait!(self.0.begin_recover_deleted_secret(argument!(name), None))?))
        }

        /// Begins to recover a deleted secret, as [`begin_recover_deleted_secret`](Self::begin_recover_deleted_secret), with a
        /// timeout.
        ///
        /// # Errors
        ///
        /// As [`begin_recover_deleted_secret`](Self::begin_recover_deleted_secret).
        pub fn begin_recover_deleted_secret_with(&self, name: &str, options: &CallOptions) -> Result<SecretPoller> {
            Ok(SecretPoller::new(wait!(self.0.begin_recover_deleted_secret(argument!(name), Some(options.handle())))?))
        }

        /// Deletes a deleted secret permanently.
        ///
        /// # Errors
        ///
        /// [`Forbidden`](crate::ErrorKind::Forbidden) if the vault has purge protection, and those of
        /// [`get_secret`](Self::get_secret).
        pub fn purge_deleted_secret(&self, name: &str) -> Result<()> {
            Ok(wait!(self.0.purge_deleted_secret(argument!(name), None))?)
        }

        /// Deletes a deleted secret permanently, as [`purge_deleted_secret`](Self::purge_deleted_secret), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`purge_deleted_secret`](Self::purge_deleted_secret).
        pub fn purge_deleted_secret_with(&self, name: &str, options: &CallOptions) -> Result<()> {
            Ok(wait!(self.0.purge_deleted_secret(argument!(name), Some(options.handle())))?)
        }

        /// Returns a backup of all versions of a secret, which only Key Vault can decrypt. It can be restored to a vault of the
        /// same subscription and geography.
        /// <https://learn.microsoft.com/azure/key-vault/general/backup>
        ///
        /// # Errors
        ///
        /// As [`get_secret`](Self::get_secret).
        pub fn backup_secret(&self, name: &str) -> Result<Vec<u8>> {
            Ok(wait!(self.0.backup_secret(argument!(name), None))?)
        }

        /// Returns a backup of a secret, as [`backup_secret`](Self::backup_secret), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`get_secret`](Self::get_secret).
        pub fn backup_secret_with(&self, name: &str, options: &CallOptions) -> Result<Vec<u8>> {
            Ok(wait!(self.0.backup_secret(argument!(name), Some(options.handle())))?)
        }

        /// Restores a secret from a backup. The request is not repeated if the vault may have received it.
        ///
        /// # Errors
        ///
        /// [`Conflict`](crate::ErrorKind::Conflict) if the vault has a secret of that name, even a deleted one, and those of
        /// [`get_secret`](Self::get_secret).
        pub fn restore_secret_backup(&self, backup: &[u8]) -> Result<SecretProperties> {
            Ok(wait!(self.0.restore_secret_backup(argument!(backup), None))?.into())
        }

        /// Restores a secret from a backup, as [`restore_secret_backup`](Self::restore_secret_backup), with a timeout.
        ///
        /// # Errors
        ///
        /// As [`restore_secret_backup`](Self::restore_secret_backup).
        pub fn restore_secret_backup_with(&self, backup: &[u8], options: &CallOptions) -> Result<SecretProperties> {
            Ok(wait!(self.0.restore_secret_backup(argument!(backup), Some(options.handle())))?.into())
        }
    }
}

impl fmt::Debug for SecretClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretClient")
    }
}
