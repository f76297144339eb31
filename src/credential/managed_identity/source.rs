//! The trait of a source of managed identities.

use core::future::ready;

use super::selector::IdentitySelector;
use crate::error::Result;
use crate::http::{Call, PreparedRequest, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::AccessToken;
use crate::url::Url;

/// The credential's class name in the Azure SDKs.
pub(in crate::credential) const NAME: &str = "ManagedIdentityCredential";

/// A source of managed identities, such as App Service or IMDS.
pub(super) trait Source {
    /// The name of the source in results and messages.
    fn name(&self) -> &'static str;
    /// How the source was detected, for messages.
    fn detected_by(&self) -> &'static str;
    /// The URL of its endpoint.
    fn url(&self) -> &Url;
    /// Whether the source is known to exist, from the environment or from a response.
    fn is_proven(&self) -> bool {
        true
    }
    /// The client id that the source sends if none is requested, and the variable that it comes from.
    fn default_client_id(&self) -> Option<(&str, &'static str)> {
        None
    }
    /// The request for a token.
    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest;
    /// Sends the request with the source's retry policy. The caller puts the source and the identity in front of the error
    /// message.
    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>>;
    /// The key that the source's challenge asks for, with which the request is sent again.
    fn challenge_key<'a>(
        &'a self,
        _call: Call<'a>,
        _reply: &'a Reply,
    ) -> LocalFuture<'a, Result<Option<SecretString>>> {
        Box::pin(ready(Ok(None)))
    }
    /// The token of the response, or the error that the response means for this identity.
    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken>;
}
