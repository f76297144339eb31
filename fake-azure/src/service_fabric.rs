//! Service Fabric's identity endpoint. Its certificate is self-signed, and clients have to recognise it by its thumbprint.
//! The fake plays it only for clients that do not know the thumbprint.
//! <https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code>

use super::Fake;
use super::description::Description;
use super::platform::IdentityEndpoint;
use crate::wire::{ConnectOutcome, NetworkError, Request, ScriptedResponse};

/// The SHA-1 thumbprint of a certificate that does not exist.
const THUMBPRINT: &str = "9F3B1A0C7D5E42886B17C09A4E2D6F8135B0C7A2";

/// The endpoint.
pub(super) const ENDPOINT: IdentityEndpoint = IdentityEndpoint {
    url: "https://localhost:2377/metadata/identity/oauth2/token",
    has_header: true,
    variables,
    handle,
};

fn variables(description: &Description) -> Vec<(&'static str, String)> {
    vec![
        ("IDENTITY_ENDPOINT", description.identity_endpoint().to_owned()),
        ("IDENTITY_HEADER", description.identity_header().to_owned()),
        ("IDENTITY_SERVER_THUMBPRINT", THUMBPRINT.to_owned()),
    ]
}

fn handle(_: &Fake, _: &str, _: &Request, _: u64) -> ScriptedResponse {
    ScriptedResponse::no_connection(ConnectOutcome::Fails(NetworkError::Certificate))
}
