//! The OAuth 2.0 client credentials flow with Microsoft Entra ID, which several credentials use.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use crate::cloud::{self, PUBLIC_AUTHORITY};
use crate::diagnosis::{self, ClientContext, Hint, RefusedSignIn};
use crate::env::{Env, LOOPBACK_HTTP_NOTICE};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, PreparedRequest, Reply, ServicePolicy};
use crate::json::Object;
use crate::language::{self, Language};
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::encode;
use crate::token::{AccessToken, TokenRequest};
use crate::url::Url;
use crate::value;

/// The `source` of tokens from Entra.
pub(crate) const SOURCE: &str = "Microsoft Entra ID";

/// The Entra host that a credential sends its token requests to.
#[derive(Clone)]
pub(crate) struct Authority {
    url: Url,
    loopback: bool,
}

impl Authority {
    /// The authority in the option, else in `AZURE_AUTHORITY_HOST`, else that of the public cloud. `any_host` allows a host
    /// that belongs to no known cloud.
    pub(crate) fn choose(option: Option<&str>, any_host: bool, env: &Env) -> Result<Self> {
        let (text, from) = match (option, env.get("AZURE_AUTHORITY_HOST")) {
            (Some(text), _) => (text, env.language.say(language::AUTHORITY_HOST)),
            (None, Some(text)) => (text, "AZURE_AUTHORITY_HOST"),
            (None, None) => (PUBLIC_AUTHORITY, "the default"),
        };
        let invalid = |why: &str| {
            Error::invalid(format!(
                "{from} is not an authority host: {why}. Expected https:// and one of Microsoft Entra's hosts, such as https://login.microsoftonline.com"
            ))
            .with_hint(diagnosis::configuration(&format!(
                "Correct {from}; {}",
                env.language.fill(language::ALLOW_ANY_AUTHORITY, &[])
            )))
        };
        let trimmed = text.trim_ascii().trim_end_matches('/');
        value::check_public(from, trimmed)?;
        if let Some((cloud, host)) = cloud::by_tool_name(trimmed).and_then(|it| Some((it, it.authorities.first()?))) {
            return Err(Error::invalid(format!(
                "{from} is the name of {}, not the host of its Microsoft Entra ID",
                cloud.name
            ))
            .with_hint(diagnosis::configuration(&format!("Set {from} to https://{host}"))));
        }
        let with_scheme = if trimmed.contains("://") { trimmed.to_owned() } else { format!("https://{trimmed}") };
        let url = Url::parse(&with_scheme).map_err(invalid)?;
        let loopback = !url.https && url.is_loopback() && env.allows_loopback_http();
        if !url.path.is_empty() {
            return Err(invalid("it has a path (the tenant is given apart)"));
        }
        if !url.https && !loopback {
            let error = invalid("its scheme is not https");
            return Err(if url.is_loopback() { error.with_hint(diagnosis::plain_http(true)) } else { error });
        }
        let known = url.port.is_none() && cloud::by_authority(&url.host).is_some();
        if !known && !any_host && !loopback {
            return Err(invalid(&format!("{} is not well-known", url.host)));
        }
        Ok(Self { url, loopback })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.url.origin()
    }
}

/// The token endpoint of one tenant.
pub(crate) struct TokenEndpoint<'a> {
    authority: &'a Authority,
    path: String,
    /// The endpoint is an AD FS, which has no tenants and takes assertions signed with an older algorithm.
    #[cfg(feature = "certificate")]
    pub(crate) adfs: bool,
}

impl<'a> TokenEndpoint<'a> {
    pub(crate) fn new(authority: &'a Authority, tenant: &str, adfs: bool) -> Self {
        // <https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts>
        let path = if adfs { "/adfs/oauth2/token".to_owned() } else { format!("/{tenant}/oauth2/v2.0/token") };
        Self {
            authority,
            path,
            #[cfg(feature = "certificate")]
            adfs,
        }
    }

    /// The URL of the endpoint, which is the audience of a client assertion.
    #[cfg(feature = "certificate")]
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.authority.origin(), self.path)
    }
}

/// Requests a token. `proof` has the form fields that authenticate the client: a client secret or an assertion.
pub(crate) async fn request_token(
    call: Call<'_>,
    endpoint: &TokenEndpoint<'_>,
    client: &ClientContext<'_>,
    request: &TokenRequest,
    proof: &[(&str, SecretString)],
    policy: &dyn ServicePolicy,
) -> Result<AccessToken> {
    let authority = endpoint.authority;
    let scopes: Vec<&str> = request.scopes.iter().map(String::as_str).collect();
    if authority.loopback {
        call.platform.log(LOOPBACK_HTTP_NOTICE);
    }
    let mut form = format!(
        "client_id={}&grant_type=client_credentials&scope={}",
        encode(client.client_id),
        encode(&scopes.join(" "))
    );
    if let Some(claims) = request.claims_parameter() {
        form.push_str(&format!("&claims={}", encode(&claims)));
    }
    for (name, value) in proof {
        form.push_str(&format!("&{name}={}", encode(value.expose())));
    }
    let mut prepared = PreparedRequest::new(&authority.url, endpoint.path.clone(), Vec::new()).post(form);
    // The type of an assertion is no secret, and Entra's messages name it.
    let secrets = proof.iter().filter(|(name, _)| *name != "client_assertion_type");
    prepared.secrets = secrets.map(|(_, value)| value.clone()).collect();
    let reply = call
        .send(policy, &prepared)
        .await
        .map_err(|failure| http::no_response(&call, &failure, SOURCE, &authority.url))?;
    let now = call.platform.unix_now();
    match reply.json(&["error", "error_description", "correlation_id", "trace_id", "timestamp"]) {
        Ok(_) if reply.response.status == 200 => AccessToken::from_reply(&reply.response.body.0, &reply.secrets, now)
            .map_err(|why| unexpected(authority, &reply, why)),
        Ok(json) if json.text("error").is_some() => Err(refused(authority, client, request, &reply, &json)),
        _ => Err(unexpected(authority, &reply, "it is no JSON of the token protocol")),
    }
}

/// The error of a response that Entra does not give, or of an Entra that fails.
fn unexpected(authority: &Authority, reply: &Reply, why: &str) -> Box<Error> {
    let (status, content) = (reply.status(), reply.content());
    let answered = format!("{SOURCE} at {} answered {status}", authority.origin());
    let mut error = if status >= 500 || status == 429 || reply.wait_too_long {
        reply.error(ErrorKind::AuthenticationFailed, format!("{answered}{content}"))
    } else {
        let message = format!("{answered} with something that is no token reply: {why}{content}");
        reply.error(ErrorKind::UnexpectedReply, message)
    };
    error.hint = error.hint.or_else(|| diagnosis::unexpected_reply(status, &content, SOURCE, &authority.url));
    error
}

/// The error of an OAuth error response: `error`, `error_description` ("AADSTS…: …"), `error_codes`, and ids for support.
fn refused(
    authority: &Authority,
    client: &ClientContext<'_>,
    request: &TokenRequest,
    reply: &Reply,
    json: &Object<'_>,
) -> Box<Error> {
    let said = |name: &str| json.text(name).filter(|text| !text.is_empty());
    let description = said("error_description").or_else(|| said("error")).unwrap_or_default();
    let code = diagnosis::aadsts_code(&description);
    let mut error = reply.error(
        ErrorKind::AuthenticationFailed,
        format!(
            "{SOURCE} at {} answered {} for client id {}, tenant {}: {}",
            authority.origin(),
            reply.status(),
            client.client_id,
            client.tenant,
            reply.quote(description.trim_ascii())
        ),
    );
    let (origin, correlation_id) = (authority.origin(), json.text("correlation_id").map(|id| reply.quote(&id)));
    let sign_in = RefusedSignIn {
        client,
        authority: &origin,
        correlation_id: correlation_id.as_deref(),
        // Key Vault's client takes the scope from Keyfob's table or from the vault's challenge.
        chosen_resource: request.resource().ok().filter(|_| request.tenant_from_challenge),
    };
    let hint = other_cloud(authority, request, client.language).or_else(|| diagnosis::entra_error(code, &sign_in));
    error.hint = error.hint.or(hint);
    error.code =
        code.map(|code| format!("AADSTS{code}")).or_else(|| json.text("error").map(|error| reply.quote(&error)));
    for name in ["error", "correlation_id", "trace_id", "timestamp"] {
        if let Some(value) = json.text(name) {
            error.details.push((name, reply.quote(&value)));
        }
    }
    error
}

/// The hint for a vault and an authority in different clouds. Such an authority knows neither the vault nor, usually, the
/// tenant.
fn other_cloud(authority: &Authority, request: &TokenRequest, language: Language) -> Option<Hint> {
    let authority_cloud = cloud::by_authority(&authority.url.host)?;
    let vault_cloud = cloud::by_resource(request.resource().ok()?)?;
    (authority_cloud.name != vault_cloud.name).then(|| diagnosis::other_cloud(authority_cloud, vault_cloud, language))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn choose(host: &str, any_host: bool) -> Result<String> {
        Authority::choose(Some(host), any_host, &Env::default()).map(|a| a.url.origin())
    }

    #[test]
    fn known_hosts_are_accepted_in_every_spelling() {
        for text in [
            "https://login.microsoftonline.com",
            "login.microsoftonline.com",
            "https://LOGIN.microsoftonline.com// ",
            "https://login.microsoftonline.com:443",
        ] {
            assert_eq!(choose(text, false).unwrap(), "https://login.microsoftonline.com", "{text}");
        }
    }

    #[test]
    fn unknown_hosts_are_refused_unless_the_option_allows_them() {
        for text in [
            "https://evil.example",
            "https://login.microsoftonline.com.evil.example",
            "https://login.microsoftonline.com@evil.example",
            "https://login.microsoftonline.com:8443",
            "http://login.microsoftonline.com",
            "https://login.microsoftonline.com/common",
            "http://127.0.0.1:1",
        ] {
            assert_eq!(choose(text, false).unwrap_err().kind, ErrorKind::InvalidArgument, "{text}");
        }
        assert_eq!(choose("https://adfs.contoso.example", true).unwrap(), "https://adfs.contoso.example");
        assert!(choose("http://adfs.contoso.example", true).is_err());
    }
}
