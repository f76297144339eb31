//! Azure Cloud Shell, whose tokens are those of the signed-in user.
//! <https://learn.microsoft.com/azure/cloud-shell/msi-authorization>

use super::endpoint::IdentityEndpoint;
use super::selector::IdentitySelector;
use super::source::Source;
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{Call, PreparedRequest, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "Cloud Shell";
const DETECTED_BY: &str = "detected by MSI_ENDPOINT without MSI_SECRET";

pub(super) struct CloudShell(IdentityEndpoint);

impl CloudShell {
    pub(super) fn new(endpoint: &str, selector: &IdentitySelector) -> Result<Self> {
        if selector.id().is_some() {
            return Err(selector.not_selectable((NAME, DETECTED_BY), "Pass no id: its tokens are the signed-in user's"));
        }
        Ok(Self(IdentityEndpoint::new(NAME, ("MSI_ENDPOINT", endpoint), ("", ""))?))
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

    fn prepare(&self, resource: &str, _: &IdentitySelector) -> PreparedRequest {
        self.0.get("", vec![("metadata", "true".into())]).post(format!("resource={}", encode(resource)))
    }

    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        self.0.send(call, prepared)
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        self.0.token(now, reply, selector).map_err(|mut error| {
            // Cloud Shell has only one identity, so its session must have failed.
            let refused = error.kind == ErrorKind::AuthenticationFailed && !error.message.contains("AADSTS");
            if error.kind == ErrorKind::CredentialUnavailable || (refused && error.status == Some(400)) {
                error.kind = ErrorKind::AuthenticationFailed;
                error.hint = Some(diagnosis::configuration(
                    "Check that Cloud Shell gives tokens for this resource. If it does, sign in again: restart the Cloud Shell",
                ));
            }
            error
        })
    }
}
