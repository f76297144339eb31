//! The challenge in a 401 response: the tenant and the resource that the vault requires a token for.

use crate::http::auth_challenge::{self, AuthChallenge};
use crate::json::Value;
use crate::prelude::*;
use crate::text::base64url;
use crate::token::is_tenant;
use crate::url::Url;

/// The scope and the tenant of the tokens that a vault accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// The scope, with its `/.default`.
    pub(super) scope: String,
    /// The tenant; `None` for AD FS, which has no tenants.
    pub(super) tenant: Option<String>,
}

/// What the `WWW-Authenticate` headers of a response ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenges {
    pub(super) challenge: Option<Challenge>,
    /// The claims of a claims challenge (continuous access evaluation), decoded.
    pub(super) claims: Option<String>,
}

impl Challenge {
    /// The scope without its `/.default`.
    pub(super) fn resource(&self) -> &str {
        self.scope.strip_suffix("/.default").unwrap_or(&self.scope)
    }

    /// Whether the scope is for this resource, `https://` and a host. The host may be written in capitals, with the port 443
    /// and with a slash at its end.
    pub(super) fn is_of(&self, resource: &str) -> bool {
        let same = |url: Url| url.origin() == resource && url.path.trim_matches('/').is_empty();
        Url::parse(self.resource()).is_ok_and(same)
    }

    /// Whether the host is a subdomain of the resource's host: `a.vault.azure.net` is one of `vault.azure.net`, and
    /// `xvault.azure.net` is not. Resources have no port, so one with a port does not match.
    pub(super) fn is_for(&self, host: &str) -> bool {
        Url::parse(self.resource()).is_ok_and(|resource| {
            resource.https
                && resource.port.is_none()
                && host.strip_suffix(resource.host.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        })
    }
}

/// Reads the Bearer challenges of all `WWW-Authenticate` headers of a response (RFC 9110, 11.6.1): the first one that names
/// authority and resource or scope, and the first claims.
pub(super) fn parse<'h>(headers: impl Iterator<Item = &'h str>) -> Challenges {
    let mut challenges = Challenges::default();
    for header in headers {
        for bearer in auth_challenge::parse(header).iter().filter(|challenge| challenge.is("bearer")) {
            challenges.challenge = challenges.challenge.or_else(|| vault_challenge(bearer));
            challenges.claims = challenges.claims.or_else(|| claims(bearer));
        }
    }
    challenges
}

/// Claims that can't be decoded are ignored.
fn claims(bearer: &AuthChallenge<'_>) -> Option<String> {
    let bytes = base64url(bearer.find("claims")?.trim_end_matches('='))?;
    Value::parse(&bytes).ok().filter(|claims| claims.is_object())?;
    String::from_utf8(bytes).ok()
}

/// Reads `Bearer authorization="https://login.…/TENANT", resource="https://vault.…"` in every form that vaults send.
fn vault_challenge(bearer: &AuthChallenge<'_>) -> Option<Challenge> {
    let authorization = bearer.find("authorization_uri").or_else(|| bearer.find("authorization"))?;
    let scope = match bearer.find("scope") {
        Some(scope) => scope.to_owned(),
        None => format!("{}/.default", bearer.find("resource")?),
    };
    let authorization = Url::parse(authorization).ok().filter(|url| url.https)?;
    let tenant = authorization.path.split('?').flat_map(|part| part.split('/')).find(|segment| !segment.is_empty())?;
    let printable = !scope.is_empty() && scope.len() <= 512 && scope.bytes().all(|b| b.is_ascii_graphic());
    let tenant = (!tenant.eq_ignore_ascii_case("adfs")).then(|| tenant.to_owned());
    (printable && tenant.as_deref().is_none_or(is_tenant)).then_some(Challenge { scope, tenant })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(header: &str) -> Option<(String, Option<String>)> {
        parse([header].into_iter()).challenge.map(|c| (c.scope, c.tenant))
    }

    #[test]
    fn every_form_that_vaults_send() {
        let expected = Some(("https://vault.azure.net/.default".to_owned(), Some("t-1".to_owned())));
        for header in [
            r#"Bearer authorization="https://login.microsoftonline.com/t-1", resource="https://vault.azure.net""#,
            r#"Bearer authorization="https://login.microsoftonline.com/t-1", scope="https://vault.azure.net/.default""#,
            r#"bearer authorization_uri=https://login.microsoftonline.com/t-1/oauth2, resource=https://vault.azure.net"#,
        ] {
            assert_eq!(challenge(header), expected, "{header}");
        }
        let adfs = r#"Bearer authorization="https://adfs.local.example/adfs", resource="https://vault.adfs.local.example/guid""#;
        assert_eq!(challenge(adfs), Some(("https://vault.adfs.local.example/guid/.default".to_owned(), None)));
    }

    #[test]
    fn headers_that_are_no_challenge() {
        for header in [
            "",
            "Bearer",
            "Basic realm=x",
            "Bearer resource=\"https://vault.azure.net\"",
            "Bearer authorization=\"https://login.microsoftonline.com/t\"",
            "Bearer authorization=\"http://login.microsoftonline.com/t\", resource=\"https://vault.azure.net\"",
            "Bearer authorization=\"https://login.microsoftonline.com/t%2f\", resource=\"https://vault.azure.net\"",
            "Bearer authorization=\"https://login.microsoftonline.com/\", resource=\"https://vault.azure.net\"",
        ] {
            assert_eq!(challenge(header), None, "{header}");
        }
    }

    #[test]
    fn claims_are_decoded() {
        let header = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        assert_eq!(parse([header].into_iter()).claims.as_deref(), Some(r#"{"a":1}"#));
    }

    #[test]
    fn all_challenges_of_all_headers_count() {
        const FULL: &str =
            r#"Bearer authorization="https://login.microsoftonline.com/t-1", resource="https://vault.azure.net""#;
        let expected = Some(("https://vault.azure.net/.default".to_owned(), Some("t-1".to_owned())));
        for header in [
            format!("PoP nonce=\"a, Bearer b=c\", {FULL}"),
            format!("Negotiate, {FULL}"),
            format!("Negotiate YWJj==,,{FULL}"),
            format!("Bearer, {FULL}"),
            format!("Bearer realm=\"\", {FULL}"),
            format!("Bearer error = \"a \\\"quoted\\\", text\" ,\tBEARER {}", &FULL["Bearer ".len()..]),
            format!("{FULL}, PoP nonce=x"),
            format!("{FULL}, Bearer authorization=\"https://evil.example/t-2\", resource=\"https://evil.example\""),
        ] {
            assert_eq!(challenge(&header), expected, "{header}");
        }
        let headers = ["Negotiate", "Bearer realm=\"not closed", r#"Bearer claims="eyJhIjoxfQ==""#, FULL];
        let both = parse(headers.into_iter());
        assert_eq!(
            (both.challenge.map(|it| it.scope), both.claims),
            (expected.map(|it| it.0), Some(r#"{"a":1}"#.to_owned()))
        );
        // A parameter of another scheme is not Bearer's.
        assert_eq!(challenge(&FULL.replace(", resource", ", PoP resource")), None);
    }

    #[test]
    fn a_resource_may_be_written_in_several_forms() {
        let is_of = |scope: &str| Challenge { scope: scope.to_owned(), tenant: None }.is_of("https://vault.azure.net");
        for scope in ["", "/", "/.default", "//.default", ":443/.default"] {
            assert!(
                is_of(&format!("https://vault.azure.net{scope}")) && is_of(&format!("https://VAULT.Azure.net{scope}")),
                "{scope}"
            );
        }
        for scope in [
            "http://vault.azure.net",
            "https://vault.azure.net/a/.default",
            "https://vault.azure.net:8443",
            "https://vault.azure.com",
            "https://a.vault.azure.net",
            "vault.azure.net",
        ] {
            assert!(!is_of(scope), "{scope}");
        }
    }

    #[test]
    fn a_challenge_is_valid_only_for_the_hosts_own_domain() {
        let is_for =
            |resource: &str, host| Challenge { scope: format!("{resource}/.default"), tenant: None }.is_for(host);
        assert!(is_for("https://vault.example", "a.vault.example"));
        assert!(is_for("https://VAULT.example", "a.vault.example"));
        assert!(is_for("https://vault.example:443", "a.vault.example"));
        for (resource, host) in [
            ("https://vault.example", "vault.example"),
            ("https://vault.example", "xvault.example"),
            ("https://vault.example", "evil-vault.example"),
            ("https://vault.example", "a.vault.example.evil"),
            ("https://graph.microsoft.com", "a.vault.example"),
            ("http://vault.example", "a.vault.example"),
            ("https://vault.example:8443", "a.vault.example"),
            ("vault.example", "a.vault.example"),
            ("https://.example", "a.vault.example"),
            ("https://vault.example@evil", "a.vault.example"),
        ] {
            assert!(!is_for(resource, host), "{resource} {host}");
        }
    }
}
