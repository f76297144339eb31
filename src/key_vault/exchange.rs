//! A request and its answer: with a token for the vault, as the vault's challenges say.

use super::challenge::{self, Challenge};
use super::operation::Operation;
use super::{API_VERSION, SecretClient};
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{self, Call, DEFAULT_RETRY, PreparedRequest, Reply};
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

impl SecretClient {
    /// Does it; what else than success comes back is an error.
    pub(super) async fn perform(&self, call: Call<'_>, operation: &Operation<'_>) -> Result<(Reply, AccessToken)> {
        // Whether or not it is then done; and again, for what was read meanwhile.
        self.cache.invalidate(operation);
        let sent = self.send(call, operation).await;
        self.cache.invalidate(operation);
        match sent? {
            (reply, Some(token)) if reply.response.status == operation.kind.success_status => Ok((reply, token)),
            (reply, token) => Err(self.refused(&reply, token.as_ref(), operation)),
        }
    }

    /// Sends a request with a token, following challenges: at most one for the vault's tenant and resource, and one
    /// for claims. <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    async fn send(&self, call: Call<'_>, operation: &Operation<'_>) -> Result<(Reply, Option<AccessToken>)> {
        let separator = if operation.path.contains('?') { '&' } else { '?' };
        let version = self.options.api_version.as_deref().unwrap_or(API_VERSION);
        let path = format!("{}{separator}api-version={version}", operation.path);
        let (mut challenged, mut claimed) = (false, false);
        let (mut claims, mut refused) = (None, None);
        loop {
            // One of a batch gets the token, or is told what it must be for; the others wait for that.
            let guard = match operation.batch {
                Some(batch) => Some(batch.token_lock.lock().await),
                None => None,
            };
            let known = self.challenge.borrow().clone();
            let scope = known.as_ref().map(|c| c.scope.clone()).or_else(|| self.scope());
            // Without a scope the first request goes out bare, to be told.
            let token = match scope {
                None => None,
                Some(scope) => {
                    let tenant = known.and_then(|c| c.tenant);
                    let request = TokenRequest {
                        scopes: vec![scope],
                        tenant,
                        tenant_from_challenge: true,
                        claims: claims.take(),
                        // Key Vault sends claims challenges, and they are followed below.
                        cae: true,
                        refused: refused.take(),
                    };
                    if let Some(error) = operation.batch.and_then(|batch| batch.token_failure(&request)) {
                        return Err(error);
                    }
                    match self.credential.token(call, &request).await {
                        Ok(token) => Some(token),
                        Err(error) => {
                            if let Some(batch) = operation.batch {
                                batch.failed_token.replace(Some((request, error.clone())));
                            }
                            return Err(error);
                        }
                    }
                }
            };
            let _guard = guard.filter(|_| token.is_none());
            let mut prepared = PreparedRequest::new(&self.vault.url, path.clone(), Vec::new());
            prepared.request.method = operation.method();
            prepared.request.max_body = operation.kind.max_body;
            prepared.idempotent = operation.kind.idempotent;
            if let Some(token) = &token {
                prepared.secrets = vec![token.token.clone()];
                // Who is not known yet learns no value.
                if !operation.body.expose().is_empty() {
                    prepared.request.headers.push(("content-type", "application/json".into()));
                    prepared.request.body = operation.body.clone();
                    prepared.secrets.extend(operation.secret_value.clone());
                }
                prepared.request.headers.push(("authorization", format!("Bearer {}", token.token.expose()).into()));
            }
            let sent_at = call.platform.unix_now();
            let reply = call
                .send(&DEFAULT_RETRY, &prepared)
                .await
                .map_err(|error| http::no_response(&call, error, "the vault", &self.vault.url))?;
            if reply.response.status != 401 {
                return Ok((reply, token));
            }
            let Some(header) = reply.response.header("www-authenticate") else {
                self.challenge.replace(None);
                return Ok((reply, token));
            };
            let answer = challenge::parse(header);
            if let Some(text) = answer.claims {
                // Continuous access evaluation: it names neither scope nor tenant; those of before stand.
                if claimed || token.is_none() {
                    return Ok((reply, token));
                }
                (claimed, claims, refused) = (true, Some(text), token.map(|token| (token.token, sent_at)));
                continue;
            }
            if challenged {
                self.challenge.replace(None);
                return Ok((reply, token));
            }
            let challenge = answer
                .challenge
                .ok_or_else(|| self.unexpected(&reply, "its challenge names no authority and resource"))?;
            self.verify(&challenge, &reply)?;
            // The token that was just refused may come out of the cache again.
            (challenged, refused) = (true, token.map(|token| (token.token, sent_at)));
            self.challenge.replace(Some(challenge));
        }
    }

    /// A challenge decides what the next token is good for: it must be this vault's own domain and nothing else.
    fn verify(&self, challenge: &Challenge, reply: &Reply) -> Result<()> {
        let is_valid = match &self.vault.resource {
            Some(resource) => challenge.resource() == resource,
            None => !self.options.verify_challenge_resource || challenge.is_for(&self.vault.url.host),
        };
        if is_valid {
            return Ok(());
        }
        let (resource, host) = (reply.quote(challenge.resource()), &self.vault.url.host);
        Err(reply
            .error(
                ErrorKind::UnexpectedReply,
                format!(
                    "the challenge resource {resource} does not match the requested domain {host}; no token was sent"
                ),
            )
            .with_hint(diagnosis::challenge_mismatch(&resource, host)))
    }
}
