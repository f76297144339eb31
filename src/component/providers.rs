//! The interface `providers`: credentials that ask the embedding program.

use alloc::rc::Rc;

use super::Component;
use super::bindings::exports::keyfob::azure::identity as wit;
use super::bindings::exports::keyfob::embedding::providers;
use super::identity::{Credential, OptionsHandle};
use crate::platform::embedded::HostProvider;
use crate::prelude::*;
use crate::{ClientAuthentication, CredentialKind};

impl providers::Guest for Component {
    fn token_provider(provider: u32) -> wit::Credential {
        Credential::resource(CredentialKind::Provider(Rc::new(HostProvider(provider))), None)
    }

    fn assertion_provider(
        tenant_id: String,
        client_id: String,
        provider: u32,
        options: OptionsHandle<'_>,
    ) -> wit::Credential {
        Credential::client_resource(
            tenant_id,
            client_id,
            ClientAuthentication::Provider(Rc::new(HostProvider(provider))),
            &options,
        )
    }
}
