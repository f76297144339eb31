//! What all credentials can do.

use std::fmt;
use std::sync::Arc;

use super::bindings::identity;
use super::options::TokenOptions;
use crate::error::Result;
use crate::model::{AccessToken, Candidate};

/// An Azure identity of any kind. Every credential of this crate dereferences to it and converts into it, owned or borrowed.
///
/// It caches its tokens, and a chain remembers the credential that gave the first one. A clone is the same credential, with the
/// same cache. Making one can't fail: what is wrong with arguments, options or environment variables is reported by the calls
/// that need a token.
#[derive(Clone)]
pub struct Credential(Arc<identity::Credential>);

impl Credential {
    pub(super) fn wrap(credential: identity::Credential) -> Self {
        Self(Arc::new(credential))
    }

    pub(super) fn handle(&self) -> &identity::Credential {
        &self.0
    }

    /// The credential's class name in the Azure SDKs, such as `DefaultAzureCredential`.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.name()
    }

    waits! {
        /// Returns a token for the scopes, such as `https://vault.azure.net/.default`: the cached one until it is due for
        /// refresh, else a new one.
        ///
        /// # Errors
        ///
        /// [`InvalidArgument`], [`CredentialUnavailable`], [`AuthenticationFailed`], [`Throttled`], [`TimedOut`],
        /// [`DeniedByHost`], [`Transport`], [`UnexpectedReply`] and [`Unsupported`].
        ///
        /// [`InvalidArgument`]: crate::ErrorKind::InvalidArgument
        /// [`CredentialUnavailable`]: crate::ErrorKind::CredentialUnavailable
        /// [`AuthenticationFailed`]: crate::ErrorKind::AuthenticationFailed
        /// [`Throttled`]: crate::ErrorKind::Throttled
        /// [`TimedOut`]: crate::ErrorKind::TimedOut
        /// [`DeniedByHost`]: crate::ErrorKind::DeniedByHost
        /// [`Transport`]: crate::ErrorKind::Transport
        /// [`UnexpectedReply`]: crate::ErrorKind::UnexpectedReply
        /// [`Unsupported`]: crate::ErrorKind::Unsupported
        pub fn get_token(&self, scopes: &[&str]) -> Result<AccessToken> {
            wait!(self.token(scopes, None))
        }

        /// Returns a token, as [`get_token`](Self::get_token), with a timeout, a tenant or claims.
        ///
        /// # Errors
        ///
        /// As [`get_token`](Self::get_token).
        pub fn get_token_with(&self, scopes: &[&str], options: &TokenOptions) -> Result<AccessToken> {
            wait!(self.token(scopes, Some(options)))
        }

        fn token(&self, scopes: &[&str], options: Option<&TokenOptions>) -> Result<AccessToken> {
            let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
            Ok(wait!(self.0.get_token(argument!(scopes.as_slice()), options.map(TokenOptions::handle)))?.into())
        }
    }

    /// Returns what [`get_token`](Self::get_token) would try: the credentials of a chain in order, followed by those that are
    /// excluded from it. It reads options and environment variables only, sends nothing, and opens no file.
    #[must_use]
    pub fn explain(&self) -> Vec<Candidate> {
        self.0.explain().into_iter().map(Into::into).collect()
    }
}

impl From<&Credential> for Credential {
    fn from(credential: &Credential) -> Self {
        credential.clone()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

/// Declares a type of credential, which dereferences to [`Credential`] and converts into it.
macro_rules! credential_type {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone)]
        pub struct $name(Credential);

        impl std::ops::Deref for $name {
            type Target = Credential;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl From<$name> for Credential {
            fn from(credential: $name) -> Self {
                credential.0
            }
        }

        impl From<&$name> for Credential {
            fn from(credential: &$name) -> Self {
                credential.0.clone()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(super) use credential_type;
