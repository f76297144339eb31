//! StaticTokenCredential: a token that the caller already has, and replaces when it expires.

use core::cell::RefCell;

use super::candidate::Candidate;
use super::token_credential::TokenCredential;
use crate::cloud;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::json;
use crate::language;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretString, quote};
use crate::token::{AccessToken, TokenRequest};
use crate::value;

pub(super) const NAME: &str = "StaticTokenCredential";

/// What the caller gave.
#[derive(Clone)]
struct Given {
    token: SecretString,
    /// When the token expires, in unix seconds.
    expires_on: u64,
    /// The scope that the token is for.
    scope: Option<String>,
}

pub(super) struct StaticToken(RefCell<Given>);

impl StaticToken {
    pub(super) fn new(token: SecretString, expires_on: u64, scope: Option<String>) -> Self {
        Self(RefCell::new(Given { token, expires_on, scope }))
    }

    /// The token, unless it has expired or is for another resource. The vault URL may come from an untrusted place, which
    /// must not get the token.
    fn check(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        let (now, language) = (call.platform.unix_now(), call.language);
        let Given { token, expires_on, scope } = self.0.borrow().clone();
        // The token becomes a header value.
        if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::invalid(
                "the token is empty or holds characters that no token has (white space, a newline at its end)",
            ));
        }
        value::check_form("the token", token.expose())?;
        let token = AccessToken {
            token,
            expires_on,
            refresh_on: None,
            credential: NAME,
            source: "the caller",
            identity: "the identity of the given token".to_owned(),
            platform_chose: false,
        };
        let refused = |message, hint: &str| {
            Err(Error::new(ErrorKind::AuthenticationFailed, message).with_hint(diagnosis::configuration(hint)))
        };
        let new_token = language.say(language::NEW_TOKEN);
        if token.expires_on <= now {
            return refused(format!("the static token has expired (at unix time {})", token.expires_on), new_token);
        }
        let payload = token.payload();
        let claims = json::object(&payload, &["aud"]).unwrap_or_default();
        // An audience that is an application id can't be compared with a resource.
        let audience = claims.text("aud").filter(|audience| audience.starts_with("https://"));
        for wanted in request.scopes.iter().map(|scope| resource_of(scope)) {
            let other =
                [scope.as_deref(), audience.as_deref()].into_iter().flatten().find(|of| resource_of(of) != wanted);
            if let Some(other) = other {
                let message = format!("the static token is for {}, not for {wanted}", quote(resource_of(other), &[]));
                return refused(message, new_token);
            }
            if scope.is_none() && audience.is_none() && cloud::by_resource(wanted).is_none() {
                return refused(
                    format!(
                        "the static token was given without its scope, and has no audience that is a URL, so that it may be \
                         for another resource than {wanted}"
                    ),
                    &language.fill(language::TOKEN_WITH_SCOPE, &[]),
                );
            }
        }
        Ok(token)
    }
}

/// The resource of a scope, without a slash at its end.
fn resource_of(scope: &str) -> &str {
    scope.strip_suffix("/.default").unwrap_or(scope).trim_end_matches('/')
}

impl TokenCredential for StaticToken {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(core::future::ready(self.check(call, request)))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let expires_on = self.0.borrow().expires_on;
        candidates.push(Candidate::ready(NAME, format!("a token of the caller's, until unix time {expires_on}")));
    }

    fn set_token(&self, token: SecretString, expires_on: u64, scope: Option<String>) -> Result<(), ErrorKind> {
        self.0.replace(Given { token, expires_on, scope });
        Ok(())
    }
}
