//! A request and its answer: with a token for the vault, as the vault's challenges say.

use super::challenge::{self, Challenge};
use super::operation::Operation;
use super::{API_VERSION, SecretClient};
use crate::diagnosis;
use crate::error::{ErrorKind, Result};
use crate::http::{self, Call, Draft, ENDPOINT, Reply};
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

impl SecretClient {
    /// Does it; what else than success comes back is an error.
    pub(super) async fn perform(&self, call: Call<'_>, operation: &Operation<'_>) -> Result<(Reply, AccessToken)> {
        match self.send(call, operation).await? {
            (reply, Some(token)) if reply.response.status == operation.kind.done => Ok((reply, token)),
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
        let (mut claims, mut fresh) = (None, false);
        loop {
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
                        fresh,
                    };
                    Some(self.credential.token(call, &request).await?)
                }
            };
            let mut draft = Draft::new(&self.vault.url, path.clone(), Vec::new());
            draft.request.method = operation.method();
            draft.request.max_body = operation.kind.max_body;
            draft.idempotent = operation.kind.idempotent;
            if let Some(token) = &token {
                draft.secrets = vec![token.token.clone()];
                // Who is not known yet learns no value.
                if !operation.body.expose().is_empty() {
                    draft.request.headers.push(("content-type", "application/json".into()));
                    draft.request.body = operation.body.clone();
                    draft.secrets.extend(operation.hidden.clone());
                }
                draft.request.headers.push(("authorization", format!("Bearer {}", token.token.expose()).into()));
            }
            let reply = call
                .send(&ENDPOINT, &draft)
                .await
                .map_err(|error| http::no_answer(&call, error, "the vault", &self.vault.url))?;
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
                (claimed, claims) = (true, Some(text));
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
            (challenged, fresh) = (true, token.is_some());
            self.challenge.replace(Some(challenge));
        }
    }

    /// A challenge decides what the next token is good for: it must be this vault's own domain and nothing else.
    fn verify(&self, challenge: &Challenge, reply: &Reply) -> Result<()> {
        let fine = match &self.vault.resource {
            Some(resource) => challenge.resource() == resource,
            None => !self.options.verify_challenge_resource || challenge.is_for(&self.vault.url.host),
        };
        if fine {
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
            .hint(diagnosis::challenge_mismatch(&resource, host)))
    }
}
