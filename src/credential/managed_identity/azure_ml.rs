//! Azure Machine Learning: compute instances, clusters and endpoints, with App Service's protocol of 2017.
//! <https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication>

use super::endpoint::IdentityEndpoint;
use super::selector::IdentitySelector;
use super::source::Source;
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::env::Env;
use crate::error::Result;
use crate::http::{Call, PreparedRequest, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;
use crate::value;

pub(super) const NAME: &str = "Azure ML";
const DETECTED_BY: &str = "detected by MSI_ENDPOINT and MSI_SECRET";
const DEFAULT_ID: &str = "DEFAULT_IDENTITY_CLIENT_ID";
const API_VERSION: &str = "2017-09-01";

pub(super) struct AzureMl {
    endpoint: IdentityEndpoint,
    /// `DEFAULT_IDENTITY_CLIENT_ID`: the endpoint always requires a client id, and this is the one to send if none is
    /// requested. <https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/5167>
    default_client_id: Option<String>,
}

impl AzureMl {
    pub(super) fn new(env: &Env, endpoint: &str, secret: &str, selector: &IdentitySelector) -> Result<Self> {
        if let ManagedIdentityId::ObjectId(_) | ManagedIdentityId::ResourceId(_) = selector.id {
            let why = "Pass the identity's client id, or none: it takes no other kind of id";
            return Err(selector.not_selectable((NAME, DETECTED_BY), why));
        }
        let endpoint = IdentityEndpoint::new(NAME, ("MSI_ENDPOINT", endpoint), ("MSI_SECRET", secret))?;
        let default_client_id = env.get(DEFAULT_ID).filter(|_| selector.id().is_none()).map(str::to_owned);
        value::check_public(DEFAULT_ID, default_client_id.as_deref().unwrap_or_default())?;
        Ok(Self { endpoint, default_client_id })
    }
}

impl Source for AzureMl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        DETECTED_BY
    }

    fn url(&self) -> &Url {
        &self.endpoint.url
    }

    fn default_client_id(&self) -> Option<(&str, &'static str)> {
        Some((self.default_client_id.as_deref()?, DEFAULT_ID))
    }

    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest {
        let mut query = format!("api-version={API_VERSION}&resource={}", encode(resource));
        match (selector.id(), &self.default_client_id) {
            (None, Some(id)) => query.push_str(&format!("&clientid={}", encode(id))),
            _ => query.push_str(&selector.query("clientid", "", "")),
        }
        self.endpoint.get(&query, vec![("secret", self.endpoint.secret.clone())])
    }

    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        self.endpoint.send(call, prepared)
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        self.endpoint.token(now, reply, selector)
    }
}
