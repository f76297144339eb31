//! A token that the caller already has, and can replace when it expires.

use core::cell::RefCell;

use super::TokenCredential;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::Secret;
use crate::token::{AccessToken, TokenRequest};

const NAME: &str = "StaticTokenCredential";

pub(super) struct StaticToken(RefCell<AccessToken>);

impl StaticToken {
    pub(super) fn new(token: Secret, expires_on: u64) -> Result<Self> {
        Ok(Self(RefCell::new(check(token, expires_on)?)))
    }
}

/// A token becomes a header value.
pub(super) fn check(token: Secret, expires_on: u64) -> Result<AccessToken> {
    if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::invalid(
            "the token is empty or holds characters that no token has (white space, a newline at its end)",
        ));
    }
    Ok(AccessToken {
        token,
        expires_on,
        refresh_on: None,
        credential: NAME,
        source: "the caller",
        identity: "the identity of the given token".to_owned(),
        platform_chose: false,
    })
}

impl TokenCredential for StaticToken {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, _: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(async move {
            let token = self.0.borrow().clone();
            if token.expires_on > call.platform.unix_now() {
                return Ok(token);
            }
            Err(Error::new(
                ErrorKind::AuthenticationFailed,
                format!("the static token has expired (at unix time {})", token.expires_on),
            )
            .hint(diagnosis::expected("Get a new token and hand it over with set-token")))
        })
    }

    fn set_token(&self, token: AccessToken) -> Result<()> {
        self.0.replace(token);
        Ok(())
    }
}
