//! Sending requests to the vault, with a token as the vault's challenges require.

use super::challenge::{self, Challenge};
use super::operation::Operation;
use super::{API_VERSION, SecretClient};
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{self, Call, DEFAULT_RETRY, PreparedRequest, Reply};
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

impl SecretClient {
    /// Sends the operation. A response other than success is an error.
    pub(super) async fn perform(&self, call: Call<'_>, operation: &Operation<'_>) -> Result<(Reply, AccessToken)> {
        // Before: a failed request may have been processed too. After: for values that were read in the meantime.
        self.cache.invalidate(operation);
        let sent = self.send(call, operation).await;
        self.cache.invalidate(operation);
        match sent? {
            (reply, Some(token)) if reply.response.status == operation.kind.success_status => Ok((reply, token)),
            (reply, token) => Err(self.refused(&reply, token.as_ref(), operation)),
        }
    }

    /// Sends a request with a token and follows challenges: at most one for tenant and resource, and one for claims. <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    async fn send(&self, call: Call<'_>, operation: &Operation<'_>) -> Result<(Reply, Option<AccessToken>)> {
        let separator = if operation.path.contains('?') { '&' } else { '?' };
        let version = self.options.api_version.as_deref().unwrap_or(API_VERSION);
        let path = format!("{}{separator}api-version={version}", operation.path);
        let (mut challenged, mut claimed) = (false, false);
        let (mut claims, mut refused) = (None, None);
        let mut guard = None;
        loop {
            // One operation of a batch gets the challenge and the token; the others wait for it.
            if let (Some(batch), None) = (operation.batch, &guard) {
                guard = Some(batch.token_lock.lock(call, "waited for the token").await?);
            }
            let known = self.challenge.borrow().clone();
            // In a known cloud the scope never comes from the challenge, which may write it in another form.
            let scope = self.scope().or_else(|| known.as_ref().map(|c| c.scope.clone()));
            // If the scope is not known, the first request has no token, and the vault responds with a challenge.
            let token = match scope {
                None => None,
                Some(scope) => {
                    let tenant = known.and_then(|c| c.tenant);
                    let request = TokenRequest {
                        scopes: vec![scope],
                        tenant,
                        tenant_from_challenge: true,
                        claims: claims.take(),
                        // Key Vault sends claims challenges, which are handled below.
                        cae: true,
                        refused: refused.take(),
                    };
                    if let Some(error) = operation.batch.and_then(|batch| batch.token_failure(&request)) {
                        return Err(error);
                    }
                    match self.credential.token(call, &request).await {
                        Ok(token) => Some(token),
                        Err(mut error) => {
                            // The kinds of errors of the vault and of the credential overlap.
                            error.details.push(("step", "get-token".to_owned()));
                            if let Some(batch) = operation.batch {
                                batch.failed_token.replace(Some((request, error.clone())));
                            }
                            return Err(error);
                        }
                    }
                }
            };
            guard = guard.filter(|_| token.is_none());
            let mut prepared = PreparedRequest::new(&self.vault.url, path.clone(), Vec::new());
            prepared.request.method = operation.method();
            prepared.request.max_body = operation.kind.max_body;
            prepared.idempotent = operation.kind.idempotent;
            if let Some(token) = &token {
                prepared.secrets = vec![token.token.clone()];
                // Never send a body before there is a token.
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
                .map_err(|failure| http::no_response(&call, &failure, "the vault", &self.vault.url))?;
            if reply.response.status != 401 {
                return Ok((reply, token));
            }
            if reply.response.header("www-authenticate").is_none() {
                self.challenge.replace(None);
                return Ok((reply, token));
            }
            let answer = challenge::parse(reply.response.headers("www-authenticate"));
            if let Some(text) = answer.claims {
                // A claims challenge (continuous access evaluation) has no scope and no tenant; the known ones stay valid.
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
            // The cache may return the token that was just rejected, so the next request names it.
            (challenged, refused) = (true, token.map(|token| (token.token, sent_at)));
            self.challenge.replace(Some(challenge));
        }
    }

    /// Checks that a challenge is for this vault's own domain, because it decides which resource the next token is valid for.
    fn verify(&self, challenge: &Challenge, reply: &Reply) -> Result<()> {
        let is_valid = match &self.vault.resource {
            Some(resource) => challenge.is_of(resource),
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
            .with_hint(diagnosis::challenge_mismatch(
                &resource,
                host,
                self.vault.resource.is_none(),
                self.credential.language(),
            )))
    }
}
