//! A vault's refusals. <https://learn.microsoft.com/azure/key-vault/general/rest-error-codes>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Method;
use serde_json::json;

use super::super::Fake;
use super::super::description::Vault;
use super::super::settle::ADFS;
use crate::wire::Exchange;

/// Why a vault says no.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    inner: Option<&'static str>,
    message: String,
    claims: Option<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, inner: None, message: message.into(), claims: None }
    }

    /// No token, or none that counts.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "Unauthorized", message)
    }

    /// The token has to be newer than `since`. A token that was asked for with the challenge's claims is.
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub(super) fn insufficient_claims(since: u64) -> Self {
        let claims = json!({"access_token": {"nbf": {"essential": true, "value": since.to_string()}}});
        let text = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";
        Self { claims: Some(BASE64URL.encode(claims.to_string())), ..Self::unauthorized(text) }
    }

    /// Not allowed, for the reason of the inner code.
    pub(super) fn forbidden(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(403, "Forbidden", message) }
    }

    /// The request is wrong.
    pub(super) fn bad_parameter(message: String) -> Self {
        Self::new(400, "BadParameter", message)
    }

    /// There is no such secret or version.
    pub(super) fn secret_not_found(id: &str) -> Self {
        let text = format!(
            "A secret with (name/id) {id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        Self::new(404, "SecretNotFound", text)
    }

    /// Nothing of a vault has this path.
    pub(super) fn no_such_path() -> Self {
        Self::new(404, "NotFound", "The request URI is not known.")
    }

    /// The path has other methods.
    pub(super) fn no_such_method(method: &Method) -> Self {
        Self::new(405, "MethodNotAllowed", format!("The HTTP method {method} is not allowed here."))
    }

    /// An operation that a real vault has. No status of a real vault, so that nobody takes it for one.
    pub(super) fn unplayed(operation: &str) -> Self {
        let text = format!("The fake vault does not play the operation '{operation}'.");
        Self::new(501, "NotImplemented", text)
    }

    /// The answer; a 401 carries the challenge.
    pub(super) fn reply(&self, fake: &Fake, vault: &Vault) -> Exchange {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(inner) = self.inner {
            error["innererror"] = json!({"code": inner});
        }
        let answer = Exchange::json(self.status, &json!({"error": error}));
        if self.status != 401 {
            return answer;
        }
        let adfs = fake.world.adfs_host.as_deref().filter(|_| vault.tenant == ADFS);
        let host = adfs.unwrap_or(fake.world.cloud_of(vault).authority());
        let (tenant, resource) = (&vault.tenant, &vault.resource);
        let challenge = match &self.claims {
            Some(claims) => format!(
                "Bearer realm=\"\", authorization_uri=\"https://{host}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{claims}\""
            ),
            None => format!("Bearer authorization=\"https://{host}/{tenant}\", resource=\"{resource}\""),
        };
        answer.header("www-authenticate", &challenge)
    }
}
