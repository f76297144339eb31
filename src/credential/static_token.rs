//! StaticTokenCredential: a token that the caller already has, and replaces when it expires.

use core::cell::RefCell;

use super::candidate::Candidate;
use super::token_credential::TokenCredential;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::json;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretString, quote};
use crate::token::{AccessToken, TokenRequest};

pub(super) const NAME: &str = "StaticTokenCredential";

/// The token, and when it expires in unix seconds.
pub(super) struct StaticToken(RefCell<(SecretString, u64)>);

impl StaticToken {
    pub(super) fn new(token: SecretString, expires_on: u64) -> Self {
        Self(RefCell::new((token, expires_on)))
    }

    /// The token, unless it has expired or its audience is another resource. The vault URL may come from an untrusted place,
    /// which must not get the token.
    fn check(&self, now: u64, request: &TokenRequest) -> Result<AccessToken> {
        let (token, expires_on) = self.0.borrow().clone();
        // The token becomes a header value.
        if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::invalid(
                "the token is empty or holds characters that no token has (white space, a newline at its end)",
            ));
        }
        let token = AccessToken {
            token,
            expires_on,
            refresh_on: None,
            credential: NAME,
            source: "the caller",
            identity: "the identity of the given token".to_owned(),
            platform_chose: false,
        };
        let refused = |message| {
            let error = Error::new(ErrorKind::AuthenticationFailed, message);
            Err(error.with_hint(diagnosis::configuration("Get a new token and hand it over with set-token")))
        };
        if token.expires_on <= now {
            return refused(format!("the static token has expired (at unix time {})", token.expires_on));
        }
        let payload = token.payload();
        let claims = json::object(&payload, &["aud"]).unwrap_or_default();
        // An audience that is an application id can't be compared with a resource.
        if let (Some(audience), Ok(resource)) = (claims.text("aud"), request.resource())
            && audience.starts_with("https://")
            && audience.trim_end_matches('/') != resource.trim_end_matches('/')
        {
            return refused(format!("the static token is for {}, not for {resource}", quote(&audience, &[])));
        }
        Ok(token)
    }
}

impl TokenCredential for StaticToken {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(core::future::ready(self.check(call.platform.unix_now(), request)))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let (_, expires_on) = &*self.0.borrow();
        candidates.push(Candidate::ready(NAME, format!("a token of the caller's, until unix time {expires_on}")));
    }

    fn set_token(&self, token: SecretString, expires_on: u64) -> Result<(), ErrorKind> {
        self.0.replace((token, expires_on));
        Ok(())
    }
}
