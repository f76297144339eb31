//! Azure Arc: a server outside of Azure. Its agent requires the content of a key file, which shows that the caller may read
//! that file.
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use super::endpoint::{IdentityEndpoint, is_header_value};
use super::selector::IdentitySelector;
use super::source::Source;
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, PreparedRequest, Reply, auth_challenge};
use crate::platform::{FileError, LocalFuture};
use crate::prelude::*;
use crate::secret::{SecretString, quote};
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "Azure Arc";
const API_VERSION: &str = "2020-06-01";

/// The folder of the agent's key files, which members of the group himds can read. A challenge may name only a file there.
const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";

/// Stands for a key file in hints.
const ANY_KEY_FILE: &str = "/var/opt/azcmagent/tokens/*.key";

/// The largest key in bytes, as in the Azure SDKs.
const MAX_KEY_SIZE: usize = 4096;

pub(super) struct AzureArc(IdentityEndpoint);

impl AzureArc {
    pub(super) fn new(endpoint: &str) -> Result<Self> {
        Ok(Self(IdentityEndpoint::new(NAME, ("IDENTITY_ENDPOINT", endpoint), ("", ""))?))
    }

    /// The content of the key file that the challenge names.
    async fn read_key(&self, call: Call<'_>, challenge: &Reply) -> Result<SecretString> {
        let invalid_challenge =
            |why: &str| self.0.unexpected(challenge, &format!("with a challenge that can't be followed: {why}"));
        let challenges: Vec<_> =
            challenge.response.headers("www-authenticate").flat_map(auth_challenge::parse).collect();
        let realm = challenges.iter().filter(|challenge| challenge.is("basic")).find_map(|basic| basic.find("realm"));
        let Some(realm) = realm else { return Err(invalid_challenge("there is no Basic realm")) };
        // The path is compared without resolving it, so a path with `..` never matches.
        let name = match realm.rsplit_once('/') {
            Some((KEY_FOLDER, name)) if name.len() > ".key".len() && name.ends_with(".key") => name,
            _ => return Err(invalid_challenge(&format!("{} is no .key file in {KEY_FOLDER}", quote(realm, &[])))),
        };
        let failed = |why: &str| {
            let message = format!("the key {KEY_FOLDER}/{} of Azure Arc's agent {why}", quote(name, &[]));
            Err(Error::new(ErrorKind::AuthenticationFailed, message)
                .with_hint(diagnosis::arc_key(realm, call.language)))
        };
        let bytes = match call.platform.read_file(realm, MAX_KEY_SIZE).await {
            Ok(bytes) => bytes,
            Err(FileError::TooLarge) => return Err(invalid_challenge("its key is larger than 4096 bytes")),
            Err(error) => return failed(error.describe()),
        };
        match core::str::from_utf8(&bytes.0) {
            Ok(key) if !key.is_empty() && is_header_value(key) => Ok(key.into()),
            _ => Err(invalid_challenge("its key is empty, or holds white space")),
        }
    }
}

/// Agents without support for user-assigned identities return the token of the system-assigned one. Newer agents name the
/// identity in the response, so the token is used only if that is the requested identity.
fn check_identity(selector: &IdentitySelector, reply: &Reply) -> Result<()> {
    let (names, requested): (&[&'static str], _) = match &selector.id {
        ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => return Ok(()),
        ManagedIdentityId::ClientId(id) => (&["client_id"], id),
        ManagedIdentityId::ObjectId(id) => (&["object_id"], id),
        ManagedIdentityId::ResourceId(id) => (&["msi_res_id", "mi_res_id"], id),
    };
    let json = reply.json(names).unwrap_or_default();
    let replied = names.iter().find_map(|name| json.text(name));
    if replied.is_some_and(|replied| replied.eq_ignore_ascii_case(requested)) {
        return Ok(());
    }
    let message = "Azure Arc's agent gave a token without confirming that it is the identity that was asked for; the token was not used";
    Err(reply
        .error(ErrorKind::AuthenticationFailed, message.to_owned())
        .with_hint(diagnosis::arc_not_confirmed(selector.language)))
}

impl Source for AzureArc {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        "detected by IDENTITY_ENDPOINT and IMDS_ENDPOINT"
    }

    fn url(&self) -> &Url {
        &self.0.url
    }

    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest {
        let query = format!(
            "api-version={API_VERSION}&resource={}{}",
            encode(resource),
            // The agent does not support mi_res_id.
            selector.query("client_id", "object_id", "msi_res_id")
        );
        self.0.get(&query, vec![("metadata", "true".into())])
    }

    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        self.0.send(call, prepared)
    }

    fn challenge_key<'a>(&'a self, call: Call<'a>, reply: &'a Reply) -> LocalFuture<'a, Result<Option<SecretString>>> {
        Box::pin(async move {
            match reply.response.status {
                200 => Err(self.0.unexpected(reply, "without a challenge")),
                401 => self.read_key(call, reply).await.map(Some),
                _ => Ok(None),
            }
        })
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        let token = self.0.token(now, reply, selector).map_err(|mut error| {
            if error.status == Some(401) {
                error.hint = Some(diagnosis::arc_key(ANY_KEY_FILE, selector.language));
            }
            error
        })?;
        check_identity(selector, reply)?;
        Ok(token)
    }
}
