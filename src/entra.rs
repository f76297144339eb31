//! The OAuth 2.0 client-credentials exchange with Microsoft Entra ID that several credentials share.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use crate::diagnosis::{self, Client};
use crate::env::{Env, LOOPBACK_HTTP_NOTICE};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Call, Draft, ENDPOINT, Reply};
use crate::json::Json;
use crate::platform::Method;
use crate::prelude::*;
use crate::secret::Secret;
use crate::text::encode;
use crate::token::{AccessToken, TokenRequest};
use crate::url::Url;

/// The source that tokens from here name.
pub(crate) const SOURCE: &str = "Microsoft Entra ID";

/// The hosts of Entra's clouds that may get a client secret or an assertion, the public one first. A host that is not
/// here could be anybody's: the Azure SDKs ask the public cloud about it, we ask the developer.
const KNOWN_HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "login.usgovcloudapi.net",
    "login-us.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

/// The Entra host that a credential asks.
#[derive(Clone)]
pub(crate) struct Authority {
    url: Url,
    loopback: bool,
}

impl Authority {
    /// The authority that the option names, else `AZURE_AUTHORITY_HOST`, else the public cloud's.
    pub(crate) fn choose(option: Option<&str>, any_host: bool, env: &Env) -> Result<Self> {
        let (text, from) = match (option, env.get("AZURE_AUTHORITY_HOST")) {
            (Some(text), _) => (text, "the option authority-host"),
            (None, Some(text)) => (text, "AZURE_AUTHORITY_HOST"),
            (None, None) => (KNOWN_HOSTS.first().copied().unwrap_or_default(), "the default"),
        };
        let invalid = |why: &str| {
            Error::invalid(format!(
                "{from} is not an authority host: {why}. Expected https:// and one of Microsoft Entra's hosts, such as https://login.microsoftonline.com"
            ))
            .hint(diagnosis::expected(&format!(
                "Correct {from}; for AD FS or Azure Stack give the host in code, with the option disable-instance-discovery"
            )))
        };
        let trimmed = text.trim().trim_end_matches('/');
        let with_scheme =
            if crate::text::find(trimmed, "://").is_some() { trimmed.to_owned() } else { format!("https://{trimmed}") };
        let url = Url::parse(&with_scheme).map_err(invalid)?;
        let loopback = !url.https && url.is_loopback() && env.allows_loopback_http();
        if !url.path.is_empty() {
            return Err(invalid("it has a path (the tenant is given apart)"));
        }
        if !url.https && !loopback {
            return Err(invalid("its scheme is not https"));
        }
        let known = url.port.is_none() && KNOWN_HOSTS.contains(&url.host.as_str());
        if !known && !any_host && !loopback {
            return Err(invalid(&format!("{} is not well-known", url.host)));
        }
        Ok(Self { url, loopback })
    }
}

/// The tenant to ask: the credential's own, unless the request names another. Only the same tenant, or any when the
/// credential has none of its own ("organizations"), is allowed.
fn resolve_tenant<'a>(configured: &'a str, requested: Option<&'a str>) -> Result<&'a str> {
    match requested {
        None => Ok(configured),
        // AD FS has no tenants; its path says adfs.
        Some(_) if configured.eq_ignore_ascii_case("adfs") => Ok(configured),
        Some(requested) if requested.eq_ignore_ascii_case(configured) || configured == "organizations" => Ok(requested),
        // A domain name and an id may be the same tenant: then only Entra can tell, and it answers for its own.
        Some(_) if configured.contains('.') => Ok(configured),
        Some(requested) => Err(Error::new(
            ErrorKind::AuthenticationFailed,
            format!("the credential is not configured to acquire tokens for tenant {requested}, only for {configured}"),
        )
        .hint(diagnosis::other_tenant(configured, requested))),
    }
}

/// Asks for a token with the fields of `proof`: a client secret or an assertion.
pub(crate) async fn token(
    call: Call<'_>,
    authority: &Authority,
    client: &Client<'_>,
    request: &TokenRequest,
    proof: &[(&str, &Secret)],
) -> Result<AccessToken> {
    let scopes: Vec<&str> = request.scopes.iter().map(String::as_str).collect();
    let tenant = resolve_tenant(client.tenant, request.tenant.as_deref())?;
    if authority.loopback {
        call.platform.log(LOOPBACK_HTTP_NOTICE);
    }
    let mut form = format!(
        "client_id={}&grant_type=client_credentials&scope={}",
        encode(client.client_id),
        encode(&crate::text::join(&scopes, " "))
    );
    if let Some(claims) = &request.claims {
        form.push_str(&format!("&claims={}", encode(claims)));
    }
    for (name, value) in proof {
        form.push_str(&format!("&{name}={}", encode(value.expose())));
    }
    let draft = Draft {
        method: Method::Post,
        url: &authority.url,
        path: format!("/{tenant}/oauth2/v2.0/token"),
        headers: vec![
            ("accept", "application/json".into()),
            ("content-type", "application/x-www-form-urlencoded".into()),
        ],
        body: form.into(),
        secrets: proof.iter().map(|(_, value)| (*value).clone()).collect(),
        max_body: None,
    };
    let reply = call
        .send_with_retries(&ENDPOINT, &draft)
        .await
        .map_err(|error| http::no_answer(&call, error, SOURCE, &authority.url))?;
    let now = call.platform.unix_now();
    let json = reply.json();
    match json.as_ref() {
        Some(json) if reply.response.status == 200 => {
            AccessToken::read(json, now).map_err(|why| unexpected(authority, &reply, why))
        }
        Some(json) if json.text(&["error"]).is_some() => Err(refused(authority, client, &reply, json)),
        _ if reply.response.status >= 500 || reply.wait_too_long || reply.response.status == 429 => Err(reply.error(
            ErrorKind::AuthenticationFailed,
            format!("{SOURCE} at {} answered {}", authority.url.origin(), reply.status()),
        )),
        _ => Err(unexpected(authority, &reply, "it is no JSON of the token protocol")),
    }
}

fn unexpected(authority: &Authority, reply: &Reply, why: &str) -> Box<Error> {
    let origin = authority.url.origin();
    reply
        .error(
            ErrorKind::UnexpectedReply,
            format!("{SOURCE} at {origin} answered {} with something that is no token reply: {why}", reply.status()),
        )
        .hint(diagnosis::not_the_protocol(SOURCE, &authority.url))
}

/// An error reply: `error`, `error_description` ("AADSTS…: …"), `error_codes`, ids for support.
fn refused(authority: &Authority, client: &Client<'_>, reply: &Reply, json: &Json) -> Box<Error> {
    let text = |name| json.text(&[name]);
    let description = text("error_description").or(text("error")).unwrap_or_default();
    let code = description.split(':').next().filter(|code| code.starts_with("AADSTS") && code.len() < 20);
    let code = code.map(|code| reply.quote(code));
    let mut error = reply.error(
        ErrorKind::AuthenticationFailed,
        format!(
            "{SOURCE} at {} answered {} for client id {}, tenant {}: {}",
            authority.url.origin(),
            reply.status(),
            client.client_id,
            client.tenant,
            reply.quote(description)
        ),
    );
    if let Some(hint) = code.as_deref().and_then(|code| diagnosis::entra(code, client)) {
        error.hint.get_or_insert(hint);
    }
    error.code = code.or_else(|| text("error").map(|error| reply.quote(error)));
    for name in ["error", "correlation_id", "trace_id", "timestamp"] {
        if let Some(value) = text(name) {
            error.details.push((name, reply.quote(value)));
        }
    }
    error
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn choose(host: &str, any_host: bool) -> Result<String> {
        Authority::choose(Some(host), any_host, &Env::default()).map(|a| a.url.origin())
    }

    #[test]
    fn known_hosts_are_taken_as_people_write_them() {
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
    fn any_other_host_gets_no_secret_unless_the_code_says_so() {
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

    #[test]
    fn tenants() {
        assert_eq!(resolve_tenant("a", None).unwrap(), "a");
        assert_eq!(resolve_tenant("a", Some("a")).unwrap(), "a");
        assert_eq!(resolve_tenant("A", Some("a")).unwrap(), "a");
        assert_eq!(resolve_tenant("organizations", Some("b")).unwrap(), "b");
        assert_eq!(resolve_tenant("adfs", Some("b")).unwrap(), "adfs");
        assert_eq!(resolve_tenant("a", Some("b")).unwrap_err().kind, ErrorKind::AuthenticationFailed);
    }
}
