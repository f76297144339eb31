//! Key Vault: the secrets of one vault.

mod challenge;
mod list;
mod secret;
mod url;

use core::cell::RefCell;

use crate::credential::Credential;
use crate::diagnosis;
use crate::env::{Env, LOOPBACK_HTTP_NOTICE};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, Draft, ENDPOINT, Reply};
use crate::json::Json;
use crate::prelude::*;
use crate::secret::quote;
use crate::token::{AccessToken, TokenRequest};
use challenge::Challenge;
pub use list::{ListOptions, SecretList};
pub use secret::{Properties, Secret};
use url::VaultUrl;

/// The newest stable version.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>
const API_VERSION: &str = "2026-04-01";

/// A value has at most 25 KiB, which JSON's escapes can make six times as long; tags and the rest come on top.
const MAX_BODY: usize = 256 * 1024;

/// How a client is made.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// False accepts a challenge for another resource than the vault's own domain.
    pub verify_challenge_resource: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { verify_challenge_resource: true }
    }
}

/// How a secret is read.
#[derive(Clone, Debug, Default)]
pub struct GetSecretOptions {
    /// This version instead of the latest.
    pub version: Option<String>,
    /// The whole call's limit in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

/// What a vault is asked to do, for its errors.
struct Operation<'a> {
    /// In words, to follow "to".
    what: &'a str,
    /// The permission in an access policy.
    permission: &'a str,
    /// The secret's name and version, where it is about one.
    secret: Option<(&'a str, Option<&'a str>)>,
}

/// A client for the secrets of one vault.
pub struct SecretClient {
    vault: VaultUrl,
    credential: Credential,
    options: ClientOptions,
    /// What the vault said that it wants; kept for this client alone.
    challenge: RefCell<Option<Challenge>>,
}

impl SecretClient {
    /// A client for the vault at this URL. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL that is not a vault's.
    pub fn open(vault_url: &str, credential: &Credential, options: ClientOptions) -> Result<Self> {
        let env = Env::read(credential.platform());
        let vault = VaultUrl::parse(vault_url, env.allows_loopback_http())?;
        Ok(Self { vault, credential: credential.clone(), options, challenge: RefCell::new(None) })
    }

    /// The scope that a token for this vault must have; `None` where only the vault's challenge tells.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.vault.resource.as_ref().map(|resource| format!("{resource}/.default"))
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals; see [`ErrorKind`].
    pub async fn get_secret(&self, name: &str, options: &GetSecretOptions) -> Result<Secret> {
        check_segment(
            name,
            127,
            "a secret name",
            "letters, digits and dashes, 1 to 127 of them (no underscore, no URL)",
        )?;
        if let Some(version) = &options.version {
            check_segment(
                version,
                64,
                "a secret version",
                "the letters and digits at the end of the secret's identifier",
            )?;
        }
        let call = self.start(options.timeout)?;
        call.end(self.read(call, name, options.version.as_deref()).await)
    }

    async fn read(&self, call: Call<'_>, name: &str, version: Option<&str>) -> Result<Secret> {
        let path = match version {
            Some(version) => format!("/secrets/{name}/{version}"),
            None => format!("/secrets/{name}"),
        };
        let (reply, token) = self.send(call, &path, MAX_BODY).await?;
        match (reply.response.status, token) {
            (200, Some(token)) => {
                let json = reply.json().ok_or("it is no JSON");
                let (value, properties) = json
                    .and_then(|json| secret::read(&json, name, version))
                    .map_err(|why| self.unexpected(&reply, why))?;
                Ok(Secret { value, properties, credential: token.credential, source: token.source })
            }
            (_, token) => {
                let what = format!("get secret {name}");
                let operation = Operation { what: &what, permission: "Get", secret: Some((name, version)) };
                Err(self.refused(&reply, token.as_ref(), &operation))
            }
        }
    }

    /// A call that starts now.
    fn start(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let call = self.credential.start_call(timeout)?;
        if self.vault.loopback {
            call.platform.log(LOOPBACK_HTTP_NOTICE);
        }
        Ok(call)
    }

    /// Sends a request with a token, following challenges: at most one for the vault's tenant and resource, and one
    /// for claims. <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    async fn send(&self, call: Call<'_>, path: &str, max_body: usize) -> Result<(Reply, Option<AccessToken>)> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}api-version={API_VERSION}");
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
            draft.request.max_body = max_body;
            if let Some(token) = &token {
                draft.secrets = vec![token.token.clone()];
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

    fn unexpected(&self, reply: &Reply, why: &str) -> Box<Error> {
        let origin = self.vault.url.origin();
        let said = format!(
            "the vault at {origin} answered {} with something that is no reply of Key Vault: {why}",
            reply.status()
        );
        reply.error(ErrorKind::UnexpectedReply, said).hint(diagnosis::not_the_protocol("Key Vault", &self.vault.url))
    }

    /// An error of the vault, by status and code and never by text.
    fn refused(&self, reply: &Reply, token: Option<&AccessToken>, operation: &Operation<'_>) -> Box<Error> {
        let json = reply.json().unwrap_or(Json::Null);
        let text = |path: &[&str]| json.text(path).map(|text| reply.quote(text));
        let code = text(&["error", "innererror", "code"]).or_else(|| text(&["error", "code"]));
        let kind = match reply.response.status {
            401 => ErrorKind::AuthenticationFailed,
            403 => ErrorKind::Forbidden,
            404 if code.is_some() => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            429 | 500.. => ErrorKind::Service,
            _ if code.is_some() => ErrorKind::Service,
            _ => return self.unexpected(reply, "it has no error code"),
        };
        let vault = self.vault.url.origin();
        let who = token.map(AccessToken::describe).unwrap_or_default();
        let mut message = format!("the vault at {vault} answered {} to {}", reply.status(), operation.what);
        if !who.is_empty() {
            message.push_str(&format!(" as {who}"));
        }
        if let Some(said) = text(&["error", "message"]) {
            message.push_str(&format!(": {said}"));
        }
        let mut error = reply.error(kind, message);
        if error.hint.is_none() {
            error.hint = match error.kind {
                ErrorKind::Forbidden => {
                    let chose = token.is_some_and(|t| t.platform_chose);
                    Some(diagnosis::forbidden(
                        code.as_deref().unwrap_or_default(),
                        operation.permission,
                        &who,
                        &vault,
                        chose,
                    ))
                }
                ErrorKind::NotFound => {
                    operation.secret.map(|(name, version)| diagnosis::not_found(name, version, &vault))
                }
                ErrorKind::AuthenticationFailed => Some(diagnosis::token_refused(&vault)),
                _ => None,
            };
        }
        error.code = code;
        if let Some(token) = token {
            error.details.push(("credential", token.credential.to_owned()));
            error.details.push(("source", token.source.to_owned()));
            error.details.extend(token.ids());
        }
        error
    }
}

/// Checks what becomes a segment of the path.
fn check_segment(text: &str, longest: usize, what: &str, expected: &str) -> Result<()> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err(Error::invalid(format!("'{}' is not {what}: expected {expected}", quote(text, &[]))))
}
