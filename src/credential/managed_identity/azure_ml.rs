//! Azure Machine Learning: compute instances, clusters and endpoints. It speaks App Service's protocol of 2017.
//! <https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication>

use super::endpoint::Endpoint;
use super::id::Asked;
use super::source::Source;
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::env::Env;
use crate::error::Result;
use crate::http::{Call, Draft, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "Azure ML";
const DETECTED_BY: &str = "detected by MSI_ENDPOINT and MSI_SECRET";
const DEFAULT_ID: &str = "DEFAULT_IDENTITY_CLIENT_ID";
const API_VERSION: &str = "2017-09-01";

pub(super) struct AzureMl {
    endpoint: Endpoint,
    /// `DEFAULT_IDENTITY_CLIENT_ID`: the endpoint wants a client id always, and the platform says which to use where
    /// nobody else does. <https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/5167>
    default_client_id: Option<String>,
}

impl AzureMl {
    pub(super) fn new(env: &Env, endpoint: &str, secret: &str, asked: &Asked) -> Result<Self> {
        if let ManagedIdentityId::ObjectId(_) | ManagedIdentityId::ResourceId(_) = asked.id {
            let why = "It knows client ids alone: pass the identity's client id, or none";
            return Err(asked.not_selectable((NAME, DETECTED_BY), why));
        }
        let endpoint = Endpoint::new(NAME, ("MSI_ENDPOINT", endpoint), ("MSI_SECRET", secret))?;
        Ok(Self { endpoint, default_client_id: env.get(DEFAULT_ID).map(str::to_owned) })
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

    fn draft(&self, resource: &str, asked: &Asked) -> Draft {
        let mut query = format!("api-version={API_VERSION}&resource={}", encode(resource));
        match (asked.id(), &self.default_client_id) {
            (None, Some(id)) => query.push_str(&format!("&clientid={}", encode(id))),
            _ => query.push_str(&asked.query("clientid", "", "")),
        }
        self.endpoint.get(&query, vec![("secret", self.endpoint.secret.clone())])
    }

    fn send<'a>(&'a self, call: Call<'a>, draft: &'a Draft) -> LocalFuture<'a, Result<Reply>> {
        self.endpoint.send(call, draft)
    }

    fn token(&self, now: u64, reply: &Reply, asked: &Asked) -> Result<AccessToken> {
        self.endpoint.token(now, reply, asked)
    }
}
