//! Tokens and assertions from the program that embeds the core: a credential of another SDK, with this crate's cache and
//! chains, and ClientAssertionCredential with a function that signs.

use alloc::rc::Rc;

use super::candidate::Candidate;
use super::client_assertion::checked_fields;
use super::confidential_client::{Authenticate, FormFields};
use super::token_credential::TokenCredential;
use crate::entra::TokenEndpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::language::{ASSERTION_PROVIDER, Language, NEW_ASSERTION};
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::platform::provider::{Provider, ProviderError, ProviderRequest};
use crate::prelude::*;
use crate::secret::quote;
use crate::token::{AccessToken, EMBEDDING_PROGRAM, TokenRequest};
use crate::token_cache::{FetchToken, TokenCache};

pub(super) const NAME: &str = "TokenProvider";

impl From<ProviderError> for Box<Error> {
    fn from(ProviderError { unavailable, message }: ProviderError) -> Self {
        let message = quote(&message, &[]);
        if unavailable { Error::unavailable(message) } else { Error::new(ErrorKind::AuthenticationFailed, message) }
    }
}

/// The credential whose tokens come from a provider.
pub(super) struct ProvidedTokens {
    provider: Rc<dyn Provider>,
    cache: TokenCache,
}

impl ProvidedTokens {
    pub(super) fn new(provider: Rc<dyn Provider>) -> Self {
        Self { provider, cache: TokenCache::default() }
    }

    fn request_token(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        let provider_request = ProviderRequest {
            scopes: &request.scopes,
            tenant: request.tenant.as_deref(),
            claims: request.claims.as_deref(),
            enable_cae: request.cae,
        };
        call.log.write(Level::Verbose, &|| format!("{NAME} is asked for {}", request.scopes.join(" ")));
        let provided = self.provider.token(&provider_request)?;
        // The token becomes a header value.
        if provided.token.expose().is_empty() || !provided.token.expose().bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::invalid("the given token is empty or holds characters that no token has"));
        }
        Ok(AccessToken {
            refresh_on: provided.refresh_on,
            credential: NAME,
            source: EMBEDDING_PROGRAM,
            identity: "the identity of the program's own credential".to_owned(),
            ..AccessToken::new(provided.token, call.platform.unix_now(), provided.expires_on, None)
        })
    }
}

impl FetchToken for ProvidedTokens {
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(core::future::ready(self.request_token(call, request)))
    }
}

impl TokenCredential for ProvidedTokens {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.cache.token(call, request, self))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        candidates.push(Candidate::ready(NAME, "tokens of the program's own credential".to_owned()));
    }
}

struct ProvidedAssertion(Rc<dyn Provider>, Language);

pub(super) fn assertion(provider: Rc<dyn Provider>, language: Language) -> Box<dyn Authenticate> {
    Box::new(ProvidedAssertion(provider, language))
}

impl Authenticate for ProvidedAssertion {
    fn form_fields<'a>(
        &'a self,
        _: Call<'a>,
        _: &'a str,
        _: &'a TokenEndpoint<'_>,
    ) -> LocalFuture<'a, Result<FormFields>> {
        Box::pin(async move { checked_fields(self.0.assertion()?) })
    }

    fn origin(&self) -> &str {
        self.1.say(ASSERTION_PROVIDER)
    }

    fn renewal_hint(&self, language: Language) -> &'static str {
        language.say(NEW_ASSERTION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unavailable_provider_lets_a_chain_go_on() {
        let kind = |unavailable| {
            let error: Box<Error> = ProviderError { unavailable, message: "no\r\nluck".to_owned() }.into();
            (error.kind, error.message)
        };
        assert_eq!(kind(true), (ErrorKind::CredentialUnavailable, "no luck".to_owned()));
        assert_eq!(kind(false), (ErrorKind::AuthenticationFailed, "no luck".to_owned()));
    }
}
