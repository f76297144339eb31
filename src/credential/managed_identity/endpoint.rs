//! An identity endpoint whose URL is in the environment: App Service, Azure Arc, Azure ML and Cloud Shell. They differ in
//! the parameters and headers of the request.

use super::selector::IdentitySelector;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, PreparedRequest, Reply, StartingService};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::AccessToken;
use crate::url::Url;
use crate::value;

/// The error code that `keyfob dev-identity` adds. It implements App Service's protocol for the developer who is signed in
/// on this machine.
const DEVELOPER_IDENTITY: &str = "developer-identity";

pub(super) struct IdentityEndpoint {
    /// The name of the source.
    name: &'static str,
    /// The variable that contains the secret, or empty.
    secret_variable: &'static str,
    pub(super) url: Url,
    pub(super) secret: SecretString,
    policy: StartingService,
}

impl IdentityEndpoint {
    /// Checks the variables. The request contains the platform's secret and the response a token, so the endpoint must be on
    /// this machine or in its private network.
    pub(super) fn new(
        name: &'static str,
        (variable, url): (&'static str, &str),
        (secret_variable, secret): (&'static str, &str),
    ) -> Result<Self> {
        let invalid = |why: &str| {
            Error::invalid(format!("{variable} is not an identity endpoint: {why}; nothing was sent there")).with_hint(
                diagnosis::configuration(&format!(
                    "Set {variable} to the value that the platform gives, such as http://172.16.5.3:8081/msi/token\n\
                     A name other than localhost may lead anywhere: use its address"
                )),
            )
        };
        value::check_public(variable, url)?;
        value::check(secret_variable, secret)?;
        let url = Url::parse(url).map_err(invalid)?;
        if !url.is_local() {
            return Err(invalid(&format!(
                "{} is neither localhost nor an address of this machine or of a private network",
                url.host
            )));
        }
        if !is_header_value(secret) {
            return Err(Error::invalid(format!(
                "{secret_variable} holds white space or characters that no header has"
            ))
            .with_hint(diagnosis::configuration("Set it to the value that the platform gives, and nothing else")));
        }
        Ok(Self { name, secret_variable, url, secret: secret.into(), policy: StartingService::default() })
    }

    /// A GET with this query, appended to the query of the URL if it has one.
    pub(super) fn get(&self, query: &str, headers: Vec<(&'static str, SecretString)>) -> PreparedRequest {
        let base = &self.url.path;
        // A URL may have a query without a path; a request needs the path.
        let root = if base.starts_with('/') { "" } else { "/" };
        let separator = match query {
            "" => "",
            _ if base.contains('?') => "&",
            _ => "?",
        };
        let prepared = PreparedRequest::new(&self.url, format!("{root}{base}{separator}{query}"), headers);
        PreparedRequest { secrets: vec![self.secret.clone()], ..prepared }
    }

    /// Sends a request, also to an endpoint that is still starting.
    pub(super) fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        Box::pin(async move {
            let service = format!("the {} identity endpoint", self.name);
            call.send(&self.policy, prepared)
                .await
                .map_err(|failure| http::no_response(&call, &failure, &service, &self.url))
        })
    }

    /// The token of the response, or the error that the response means for this identity.
    pub(super) fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        if reply.response.status == 200 {
            let no_token = |why| self.unexpected(reply, &["with something that is no token reply: ", why].concat());
            return AccessToken::from_reply(&reply.response.body.0, now).map_err(no_token);
        }
        let Some(error_message) = reply.error_message() else {
            return Err(self.unexpected(reply, "without the JSON that this endpoint gives"));
        };
        let message = format!("{} answered {}: {error_message}", self.name, reply.status());
        // On a developer's machine there is only the developer's identity, whichever was requested.
        let json = reply.json(&["code"]).unwrap_or_default();
        if json.text("code").as_deref() == Some(DEVELOPER_IDENTITY) {
            return Err(reply
                .error(ErrorKind::CredentialUnavailable, message)
                .with_hint(diagnosis::developer_sign_in()));
        }
        Err(match reply.response.status {
            // Errors that Entra returned to the source are about the resource or the identity, and don't mean that the
            // source lacks the identity.
            400 | 404 if !error_message.contains("AADSTS") => selector.refused(self.name, reply, message),
            401 | 403 if !self.secret_variable.is_empty() => reply
                .error(ErrorKind::AuthenticationFailed, message)
                .with_hint(diagnosis::identity_header(self.name, self.secret_variable)),
            _ => reply.error(ErrorKind::AuthenticationFailed, message),
        })
    }

    /// The error of a response that does not follow the protocol of this endpoint.
    pub(super) fn unexpected(&self, reply: &Reply, what: &str) -> Box<Error> {
        let message = format!("{} at {} answered {} {what}", self.name, self.url.origin(), reply.status());
        let failing = reply.response.status >= 500;
        let kind = if failing { ErrorKind::AuthenticationFailed } else { ErrorKind::UnexpectedReply };
        let mut error = reply.error(kind, message);
        if !failing {
            error.hint.get_or_insert_with(|| diagnosis::unexpected_service(self.name, &self.url));
        }
        error
    }
}

/// Whether the text can be a header value.
pub(super) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_appended_to_the_urls_own() {
        for (url, query, path) in [
            ("http://localhost", "", "/"),
            ("http://localhost", "a=b", "/?a=b"),
            ("http://localhost?c", "a=b", "/?c&a=b"),
            ("http://localhost/x?c", "", "/x?c"),
            ("http://localhost/x", "a=b", "/x?a=b"),
        ] {
            let endpoint = IdentityEndpoint::new("", ("", url), ("", "")).unwrap();
            assert_eq!(endpoint.get(query, Vec::new()).request.path, path, "{url}");
        }
    }
}
