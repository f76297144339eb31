//! What each source of managed identities implements, and what they share.

use super::selector::IdentitySelector;
use crate::error::Result;
use crate::http::{Call, PreparedRequest, Reply};
use crate::platform::{LocalFuture, Platform};
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::AccessToken;
use crate::url::Url;

/// The credential's class name in the Azure SDKs.
pub(in crate::credential) const NAME: &str = "ManagedIdentityCredential";

/// A kind of host that gives identities.
pub(super) trait Source {
    /// Its name in results and reports.
    fn name(&self) -> &'static str;
    /// What told that it is this one, for reports.
    fn detected_by(&self) -> &'static str;
    /// Where it is.
    fn url(&self) -> &Url;
    /// Whether something tells that it is there.
    fn is_proven(&self) -> bool {
        true
    }
    /// The client id that it sends where no id is asked for, and the variable that it is from.
    fn default_client_id(&self) -> Option<(&str, &'static str)> {
        None
    }
    /// The request for a token.
    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest;
    /// Sends it, within the source's retry policy. Messages begin where the report has said which source was asked for
    /// which identity.
    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>>;
    /// The key with which to send it again, where the source wants to see one first.
    fn challenge_key(&self, _platform: &dyn Platform, _reply: &Reply) -> Result<Option<SecretString>> {
        Ok(None)
    }
    /// The token of its answer, or what its refusal means to whom `selector`.
    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken>;
}

/// What the platform says of its refusal, in whichever of its fields: App Service has `message`, IMDS
/// `error_description`, others nest them in `error`.
pub(super) fn error_message(reply: &Reply) -> Option<String> {
    let json = reply.json()?;
    let paths: [&[&str]; 5] = [&["message"], &["error_description"], &["error", "message"], &["Message"], &["error"]];
    let text = paths.into_iter().find_map(|path| json.text(path).filter(|text| !text.is_empty()))?;
    Some(reply.quote(text))
}
