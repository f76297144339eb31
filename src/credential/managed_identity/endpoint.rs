//! An identity endpoint whose URL is in the environment: App Service, Azure Arc, Azure ML and Cloud Shell. They differ in
//! the parameters and headers of the request.

use super::selector::IdentitySelector;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, Content, PreparedRequest, Reply, StartingService};
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
        let (status, content, code) = (reply.status(), reply.content(), error_code(reply));
        if status == 200 {
            return AccessToken::from_reply(&reply.response.body.0, &reply.secrets, now).map_err(|why| {
                self.unexpected(reply, &format!("with something that is no token reply: {why}{content}"))
            });
        }
        let message = match content {
            Content::Message(_) => format!("{} answered {status}{content}", self.name),
            Content::Other => self.answered(reply, " without the JSON that this endpoint gives"),
            _ => self.answered(reply, &content.to_string()),
        };
        let is_page = matches!(content, Content::Page(_));
        let text = if let Content::Message(text) | Content::Text(text) = &content { text } else { "" };
        // Errors that Entra returned to the source are about the resource or the identity, and don't mean that the source
        // lacks the identity. A code says what an error is about; App Service's own errors have none.
        let lacks_identity = match (status, &code) {
            (400 | 404, _) if text.contains("AADSTS") => false,
            (400 | 404, Some(code)) if code.contains("Version") => false,
            // App Service without an identity.
            (400, _) if matches!(content, Content::Empty) => !self.secret_variable.is_empty(),
            (400 | 404, _) => content.is_about_identity(),
            _ => false,
        };
        let mut error = match status {
            // On a developer's machine there is only the developer's identity, whichever was requested.
            _ if code.as_deref() == Some(DEVELOPER_IDENTITY) => {
                reply.error(ErrorKind::CredentialUnavailable, message).with_hint(diagnosis::developer_identity(text))
            }
            _ if lacks_identity => selector.refused(self.name, reply, message),
            401 | 403 if !self.secret_variable.is_empty() && !is_page => reply
                .error(ErrorKind::AuthenticationFailed, message)
                .with_hint(diagnosis::identity_header(self.name, self.secret_variable)),
            _ if !matches!(content, Content::Message(_)) => self.foreign(reply, message),
            _ => reply.error(ErrorKind::AuthenticationFailed, message),
        };
        if (400..500).contains(&status) && !text.contains("AADSTS") && error.kind == ErrorKind::AuthenticationFailed {
            error.hint.get_or_insert_with(|| diagnosis::request_refused(self.name, code.as_deref()));
        }
        error.code = code;
        Err(error)
    }

    /// The error of a response that does not follow the protocol of this endpoint.
    pub(super) fn unexpected(&self, reply: &Reply, what: &str) -> Box<Error> {
        self.foreign(reply, self.answered(reply, &format!(" {what}")))
    }

    /// What the server at the endpoint's URL answered, for messages.
    fn answered(&self, reply: &Reply, what: &str) -> String {
        format!("{} at {} answered {}{what}", self.name, self.url.origin(), reply.status())
    }

    fn foreign(&self, reply: &Reply, message: String) -> Box<Error> {
        let (status, content) = (reply.status(), reply.content());
        let kind = if status >= 500 { ErrorKind::AuthenticationFailed } else { ErrorKind::UnexpectedReply };
        let mut error = reply.error(kind, message);
        error.hint = error.hint.or_else(|| diagnosis::unexpected_reply(status, &content, self.name, &self.url));
        error
    }
}

/// The code of an error response: `code`, that of an object `error`, or `error` itself if it is no sentence.
fn error_code(reply: &Reply) -> Option<String> {
    let json = reply.json(&["code", "error"]).ok()?;
    let nested = json.object("error", &["code"]).unwrap_or_default();
    let code = [json.text("code"), nested.text("code"), json.text("error")].into_iter().flatten().next()?;
    (!code.is_empty() && !code.contains(' ')).then(|| reply.quote(&code))
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
