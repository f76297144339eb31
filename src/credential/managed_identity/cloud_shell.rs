//! Azure Cloud Shell, which gives the tokens of the user who is signed in.
//! <https://learn.microsoft.com/azure/cloud-shell/msi-authorization>

use super::endpoint::Endpoint;
use super::{Asked, Source};
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{Call, Draft};
use crate::platform::{LocalFuture, Method};
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;

pub(super) const NAME: &str = "Cloud Shell";

pub(super) struct CloudShell(Endpoint);

impl CloudShell {
    pub(super) fn new(endpoint: &str, asked: &Asked) -> Result<Self> {
        if asked.id().is_some() {
            return Err(asked.not_selectable(NAME, "Its tokens are the signed-in user's"));
        }
        Ok(Self(Endpoint::new(NAME, ("MSI_ENDPOINT", endpoint), ("", ""))?))
    }

    async fn token(&self, call: Call<'_>, resource: &str, asked: &Asked) -> Result<AccessToken> {
        let draft = Draft {
            method: Method::Post,
            path: if self.0.url.path.is_empty() { "/".to_owned() } else { self.0.url.path.clone() },
            headers: vec![
                ("metadata", "true".into()),
                ("accept", "application/json".into()),
                ("content-type", "application/x-www-form-urlencoded".into()),
            ],
            body: format!("resource={}", encode(resource)).into(),
            ..self.0.get("", Vec::new())
        };
        let reply = self.0.send(call, &draft).await?;
        self.0.token(call, &reply, asked).map_err(|mut error| {
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

impl Source for CloudShell {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        "detected by MSI_ENDPOINT without MSI_SECRET"
    }

    fn ask<'a>(&'a self, call: Call<'a>, resource: &'a str, asked: &'a Asked) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.token(call, resource, asked))
    }
}
