//! Azure Cloud Shell, which gives the tokens of the user who is signed in.
//! <https://learn.microsoft.com/azure/cloud-shell/msi-authorization>

use super::endpoint::Endpoint;
use super::id::Asked;
use super::source::Source;
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{Call, Draft, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "Cloud Shell";
const DETECTED_BY: &str = "detected by MSI_ENDPOINT without MSI_SECRET";

pub(super) struct CloudShell(Endpoint);

impl CloudShell {
    pub(super) fn new(endpoint: &str, asked: &Asked) -> Result<Self> {
        if asked.id().is_some() {
            return Err(asked.not_selectable((NAME, DETECTED_BY), "Its tokens are the signed-in user's: pass no id"));
        }
        Ok(Self(Endpoint::new(NAME, ("MSI_ENDPOINT", endpoint), ("", ""))?))
    }
}

impl Source for CloudShell {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        DETECTED_BY
    }

    fn url(&self) -> &Url {
        &self.0.url
    }

    fn draft(&self, resource: &str, _: &Asked) -> Draft {
        self.0.get("", vec![("metadata", "true".into())]).post(format!("resource={}", encode(resource)))
    }

    fn send<'a>(&'a self, call: Call<'a>, draft: &'a Draft) -> LocalFuture<'a, Result<Reply>> {
        self.0.send(call, draft)
    }

    fn token(&self, now: u64, reply: &Reply, asked: &Asked) -> Result<AccessToken> {
        self.0.token(now, reply, asked).map_err(|mut error| {
            // There is no other identity to choose: it is the session that failed.
            if error.kind == ErrorKind::CredentialUnavailable {
                error.kind = ErrorKind::AuthenticationFailed;
                error.hint = Some(diagnosis::expected(
                    "Is the resource one that Cloud Shell gives tokens for? Else sign in again: restart the Cloud Shell",
                ));
            }
            error
        })
    }
}
