//! App Service, and the platforms with the same protocol: Functions, Container Apps, Automation, Arc-enabled Kubernetes.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use super::endpoint::IdentityEndpoint;
use super::selector::IdentitySelector;
use super::source::Source;
use crate::error::Result;
use crate::http::{Call, PreparedRequest, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "App Service";
const API_VERSION: &str = "2019-08-01";

pub(super) struct AppService(IdentityEndpoint);

impl AppService {
    pub(super) fn new(endpoint: &str, header: &str) -> Result<Self> {
        Ok(Self(IdentityEndpoint::new(NAME, ("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", header))?))
    }
}

impl Source for AppService {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        "detected by IDENTITY_ENDPOINT and IDENTITY_HEADER"
    }

    fn url(&self) -> &Url {
        &self.0.url
    }

    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest {
        let query = format!(
            "api-version={API_VERSION}&resource={}{}",
            encode(resource),
            selector.query("client_id", "object_id", "mi_res_id")
        );
        // Automation requires the header `metadata`; the others ignore it.
        self.0.get(&query, vec![("x-identity-header", self.0.secret.clone()), ("metadata", "true".into())])
    }

    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        self.0.send(call, prepared)
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        self.0.token(now, reply, selector)
    }
}
