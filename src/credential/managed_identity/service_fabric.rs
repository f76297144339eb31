//! Service Fabric, which a component can't use. Its endpoint has a self-signed certificate, and the platform gives the app
//! its thumbprint to compare. wasi:http does not expose the certificate, and without the comparison the secret could be sent
//! to another server. <https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code>

use super::selector::IdentitySelector;
use crate::diagnosis;
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

pub(super) const NAME: &str = "Service Fabric";

pub(super) fn refuse(selector: &IdentitySelector) -> Box<Error> {
    let mut message = format!(
        "{NAME} managed identity (detected by IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT) can't be used in a \
         component: it can't check the certificate of its endpoint against the thumbprint. Nothing was sent"
    );
    if let Some((kind, id)) = selector.id() {
        message.push_str(&format!(
            "; nor does it know the {kind} {id} (from {}): the application's manifest chooses its identity",
            selector.from
        ));
    }
    let cause = format!("{NAME} managed identity can't be used in a component");
    Error::new(ErrorKind::Unsupported, message).with_hint(diagnosis::instead_of_managed_identity().because(cause))
}
