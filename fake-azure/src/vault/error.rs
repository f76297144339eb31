//! Error responses of a vault. Texts that are not in the documentation are from recorded responses in the tests of Azure's
//! SDKs and in what people reported. <https://learn.microsoft.com/azure/key-vault/general/rest-error-codes>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Method;
use serde_json::json;

use super::super::Fake;
use super::super::description::Vault;
use super::super::ids::ADFS;
use crate::wire::ScriptedResponse;

/// An error response of a vault.
#[derive(Debug)]
pub(super) struct VaultError {
    status: u16,
    code: &'static str,
    inner: Option<&'static str>,
    message: String,
    claims: Option<String>,
}

impl VaultError {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, inner: None, message: message.into(), claims: None }
    }

    /// The token is missing or invalid.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "Unauthorized", message)
    }

    /// The token has to be newer than `since`, or requested with the claims of the challenge.
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub(super) fn insufficient_claims(since: u64) -> Self {
        let claims = json!({"access_token": {"nbf": {"essential": true, "value": since.to_string()}}});
        let text = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";
        Self { claims: Some(BASE64URL.encode(claims.to_string())), ..Self::unauthorized(text) }
    }

    /// Forbidden, with the reason in the inner code.
    pub(super) fn forbidden(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(403, "Forbidden", message) }
    }

    /// The vault has purge protection.
    pub(super) fn purge_protected(vault: &str) -> Self {
        let text = format!(
            "Operation \"purge\" is not allowed because purge protection is enabled for this vault. Key Vault service \
             will automatically purge it after the retention period has passed.\r\nVault: {vault};location=westeurope"
        );
        Self::new(403, "Forbidden", text)
    }

    /// Only the certificate may change the secret.
    pub(super) fn managed(operation: &str) -> Self {
        let text = format!("Operation {operation} is not allowed on a secret that is managed by a certificate.");
        Self::new(403, "Forbidden", text)
    }

    /// The request is wrong.
    pub(super) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "BadParameter", message)
    }

    /// The backup is malformed, or of another subscription.
    pub(super) fn malformed_backup(message: &str) -> Self {
        Self::new(400, "Malformed backup blob", message)
    }

    /// The body is not JSON. Key Vault's own text is not known; the status is that of HTTP.
    pub(super) fn unsupported_media_type() -> Self {
        Self::new(415, "UnsupportedMediaType", "The content type of the request is not application/json.")
    }

    /// There is no such secret or version.
    pub(super) fn secret_not_found(id: &str) -> Self {
        let text = format!(
            "A secret with (name/id) {id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        Self::new(404, "SecretNotFound", text)
    }

    /// There is no such deleted secret, or not yet.
    pub(super) fn deleted_secret_not_found(name: &str) -> Self {
        Self::new(404, "SecretNotFound", format!("Deleted Secret not found: {name}"))
    }

    fn conflict(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(409, "Conflict", message) }
    }

    /// The name belongs to a deleted secret.
    pub(super) fn name_deleted(name: &str) -> Self {
        let text = format!(
            "Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this \
             state, the secret can only be recovered or purged."
        );
        Self::conflict("ObjectIsDeletedButRecoverable", text)
    }

    /// The name belongs to a secret that is being deleted.
    pub(super) fn name_being_deleted(name: &str) -> Self {
        let text = format!("Secret {name} is currently being deleted and cannot be re-created; retry later.");
        Self::conflict("ObjectIsBeingDeleted", text)
    }

    /// The name belongs to a secret that is being recovered.
    pub(super) fn name_being_recovered(name: &str) -> Self {
        let text = format!("Secret {name} is currently being recovered and cannot be re-created; retry later.");
        Self::conflict("ObjectIsBeingRecovered", text)
    }

    /// The secret is being deleted.
    pub(super) fn being_deleted() -> Self {
        Self::conflict("ObjectIsBeingDeleted", "Secret is currently being deleted.")
    }

    /// The secret is being recovered.
    pub(super) fn being_recovered() -> Self {
        Self::conflict("ObjectIsBeingRecovered", "Secret is currently being recovered.")
    }

    /// A restore does not replace an existing secret. `id` is that of its version.
    pub(super) fn restore_conflict(id: &str) -> Self {
        let text = format!("Conflict while restoring secret {id} - secret already exists or concurrent access");
        Self::new(409, "Conflict", text)
    }

    /// Too many requests. <https://learn.microsoft.com/azure/key-vault/general/overview-throttling>
    pub(super) fn throttled() -> Self {
        let text =
            "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
        Self::new(429, "Throttled", text)
    }

    /// Not implemented by the fake: 501, which Key Vault never returns.
    pub(super) fn not_implemented(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("The fake vault does not play this: {what}."))
    }

    /// The vault has no such path.
    pub(super) fn unknown_path() -> Self {
        Self::new(404, "NotFound", "The request URI is not known.")
    }

    /// The path does not have the method.
    pub(super) fn method_not_allowed(method: &Method) -> Self {
        Self::new(405, "MethodNotAllowed", format!("The HTTP method {method} is not allowed here."))
    }

    /// The response. A 401 has the challenge, and a 429 the time to wait.
    pub(super) fn response(&self, fake: &Fake, vault: &Vault) -> ScriptedResponse {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(inner) = self.inner {
            error["innererror"] = json!({"code": inner});
        }
        let answer = ScriptedResponse::json(self.status, &json!({"error": error}));
        match self.status {
            401 => answer.header("www-authenticate", &self.challenge(fake, vault)),
            // The shortest possible wait in seconds.
            429 => answer.header("retry-after", "1"),
            _ => answer,
        }
    }

    fn challenge(&self, fake: &Fake, vault: &Vault) -> String {
        let adfs = fake.description.adfs_host.as_deref().filter(|_| vault.tenant == ADFS);
        let host = adfs.unwrap_or(fake.description.cloud_of(vault).authority());
        let (tenant, resource) = (&vault.tenant, &vault.resource);
        match &self.claims {
            Some(claims) => format!(
                "Bearer realm=\"\", authorization_uri=\"https://{host}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{claims}\""
            ),
            None => format!("Bearer authorization=\"https://{host}/{tenant}\", resource=\"{resource}\""),
        }
    }
}
