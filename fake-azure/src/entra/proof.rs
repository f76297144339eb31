//! Client authentication: with a secret or with an assertion.

use super::super::identity::Identity;
use super::super::params::Params;
use super::assertion::{self, TokenRequestTarget};
use super::error::EntraError;

/// The only assertion type there is. <https://datatracker.ietf.org/doc/html/rfc7523#section-2.2>
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Authenticates the client.
pub(super) fn prove(identity: &Identity, form: &Params, target: &TokenRequestTarget<'_>) -> Result<(), EntraError> {
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(_), Some(_)) => Err(EntraError::malformed("It has both client_secret and client_assertion.")),
        (Some(secret), None) => prove_secret(identity, secret),
        (None, Some(assertion)) => {
            let kind = form.filled("client_assertion_type");
            if kind.ok_or_else(|| EntraError::missing("client_assertion_type"))? != ASSERTION_TYPE {
                return Err(EntraError::malformed("The client_assertion_type is unknown."));
            }
            assertion::prove(identity, assertion, target)
        }
        (None, None) => Err(EntraError::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

fn prove_secret(identity: &Identity, secret: &str) -> Result<(), EntraError> {
    let app = &identity.client_id;
    if identity.client_secret.as_deref() != Some(secret) {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'."
        );
        return Err(EntraError::client(7_000_215, text));
    }
    if identity.client_secret_expired {
        let text = format!(
            "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
        );
        return Err(EntraError::client(7_000_222, text));
    }
    Ok(())
}
