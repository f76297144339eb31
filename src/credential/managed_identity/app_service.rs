//! App Service, and everything that speaks its protocol: Functions, Container Apps, Automation.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use super::{Asked, Source, said};
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, Draft, ENDPOINT, Reply};
use crate::json::Json;
use crate::platform::{LocalFuture, Method};
use crate::prelude::*;
use crate::secret::Secret;
use crate::text::{encode, find};
use crate::token::AccessToken;
use crate::url::Url;

const NAME: &str = "App Service";
const API_VERSION: &str = "2019-08-01";

pub(super) struct AppService {
    endpoint: Url,
    header: Secret,
    in_chain: bool,
}

impl AppService {
    pub(super) fn new(endpoint: &str, header: &str, in_chain: bool) -> Result<Self> {
        let invalid = |why: &str| {
            Error::invalid(format!("IDENTITY_ENDPOINT is not an identity endpoint: {why}; IDENTITY_HEADER was not sent")).hint(diagnosis::expected(
                "Set IDENTITY_ENDPOINT to the value that the platform gives, such as http://localhost:42356/msi/token or http://172.16.5.3:8081/msi/token",
            ))
        };
        let endpoint = Url::parse(endpoint).map_err(invalid)?;
        if !endpoint.is_local() {
            return Err(invalid(&format!("{} is neither this machine nor a private network", endpoint.host)));
        }
        if !header.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::invalid("IDENTITY_HEADER holds white space or characters that no header has")
                .hint(diagnosis::identity_header()));
        }
        Ok(Self { endpoint, header: header.into(), in_chain })
    }

    async fn token(&self, call: Call<'_>, resource: &str, asked: &Asked) -> Result<AccessToken> {
        let base = if self.endpoint.path.is_empty() { "/" } else { &self.endpoint.path };
        let separator = if base.contains('?') { '&' } else { '?' };
        let draft = Draft {
            method: Method::Get,
            url: &self.endpoint,
            path: format!(
                "{base}{separator}api-version={API_VERSION}&resource={}{}",
                encode(resource),
                asked.query("object_id", "mi_res_id")
            ),
            // Metadata is what Automation wants; the others ignore it.
            headers: vec![
                ("x-identity-header", self.header.clone()),
                ("metadata", "true".into()),
                ("accept", "application/json".into()),
            ],
            body: Secret::default(),
            secrets: vec![self.header.clone()],
            max_body: None,
        };
        let reply = call.send_with_retries(&ENDPOINT, &draft).await.map_err(|error| {
            let mut error =
                http::no_answer(&call, error, "the App Service identity endpoint (IDENTITY_ENDPOINT)", &self.endpoint);
            error.message = format!("{NAME} managed identity, {}: {}", asked.describe(), error.message);
            error
        })?;
        if reply.response.status == 200 {
            let json = reply.json().unwrap_or(Json::Null);
            return AccessToken::read(&json, call.platform.unix_now()).map_err(|why| {
                let answered = self.answered(asked, &reply);
                self.unexpected(&reply, format!("{answered} with something that is no token reply: {why}"))
            });
        }
        Err(self.refused(asked, &reply))
    }

    fn answered(&self, asked: &Asked, reply: &Reply) -> String {
        format!("{NAME} managed identity, {}: {} answered {}", asked.describe(), self.endpoint.origin(), reply.status())
    }

    fn unexpected(&self, reply: &Reply, message: String) -> Box<Error> {
        let failing = reply.response.status >= 500;
        let kind = if failing { ErrorKind::AuthenticationFailed } else { ErrorKind::UnexpectedReply };
        let mut error = reply.error(kind, message);
        error.hint.get_or_insert_with(|| diagnosis::not_the_protocol("App Service", &self.endpoint));
        error
    }

    fn refused(&self, asked: &Asked, reply: &Reply) -> Box<Error> {
        let answered = self.answered(asked, reply);
        let Some(said) = said(reply) else {
            return self.unexpected(reply, format!("{answered} without the JSON that this endpoint gives"));
        };
        let message = format!("{answered}: {said}");
        match reply.response.status {
            // Entra's answers are passed on in the same field, and are about the resource or the identity itself.
            400 if find(&said, "AADSTS").is_none() => asked.refused(NAME, reply, message, self.in_chain),
            401 | 403 => reply.error(ErrorKind::AuthenticationFailed, message).hint(diagnosis::identity_header()),
            _ => reply.error(ErrorKind::AuthenticationFailed, message),
        }
    }
}

impl Source for AppService {
    fn name(&self) -> &'static str {
        NAME
    }

    fn ask<'a>(&'a self, call: Call<'a>, resource: &'a str, asked: &'a Asked) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.token(call, resource, asked))
    }
}
