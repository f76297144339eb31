//! How a client proves that it is who it says: with a secret, or with the token of a federated identity.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::Value;

use super::super::description::Identity;
use super::super::params::Params;
use super::error::Refusal;

/// The only assertion type there is. <https://datatracker.ietf.org/doc/html/rfc7523#section-2.2>
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Whether the client is who it says.
pub(super) fn prove(identity: &Identity, form: &Params) -> Result<(), Refusal> {
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(_), Some(_)) => Err(Refusal::malformed("It has both client_secret and client_assertion.")),
        (Some(secret), None) => prove_secret(identity, secret),
        (None, Some(assertion)) => {
            let kind = form.filled("client_assertion_type");
            if kind.ok_or_else(|| Refusal::missing("client_assertion_type"))? != ASSERTION_TYPE {
                return Err(Refusal::malformed("The client_assertion_type is unknown."));
            }
            prove_assertion(identity, assertion)
        }
        (None, None) => Err(Refusal::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

fn prove_secret(identity: &Identity, secret: &str) -> Result<(), Refusal> {
    let app = &identity.client_id;
    if identity.client_secret.as_deref() != Some(secret) {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'."
        );
        return Err(Refusal::client(7_000_215, text));
    }
    if identity.client_secret_expired {
        let text = format!(
            "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
        );
        return Err(Refusal::client(7_000_222, text));
    }
    Ok(())
}

fn prove_assertion(identity: &Identity, assertion: &str) -> Result<(), Refusal> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let segment = |part: &str| !part.is_empty() && part.bytes().all(base64url);
    // A newline at the end of the token file, sent along, ends up here.
    if assertion.split('.').count() != 3 || !assertion.split('.').all(segment) {
        return Err(Refusal::new(400, "invalid_request", 50_027, "JWT token is invalid or malformed."));
    }
    if identity.federated_token.as_deref() == Some(assertion) {
        return Ok(());
    }
    let text = format!(
        "No matching federated identity record found for presented assertion subject '{}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
        subject(assertion).unwrap_or_default()
    );
    Err(Refusal::new(400, "invalid_client", 700_213, text))
}

/// The `sub` of a JWT.
fn subject(assertion: &str) -> Option<String> {
    let payload = BASE64URL.decode(assertion.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}
