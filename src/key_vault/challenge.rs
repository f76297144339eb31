//! The challenge in a 401 response: the tenant and the resource that the vault requires a token for.

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

/// The content of a `WWW-Authenticate` header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ChallengeHeader {
    pub(super) challenge: Option<Challenge>,
    /// The claims of a claims challenge (continuous access evaluation), decoded.
    pub(super) claims: Option<String>,
}

impl Challenge {
    /// The scope without its `/.default`.
    pub(super) fn resource(&self) -> &str {
        self.scope.strip_suffix("/.default").unwrap_or(&self.scope)
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

/// Parses `Bearer authorization="https://login.…/TENANT", resource="https://vault.…"` in every form that vaults send.
pub(super) fn parse(header: &str) -> ChallengeHeader {
    let Some((scheme, parameters)) = header.trim_ascii().split_once(' ') else { return ChallengeHeader::default() };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return ChallengeHeader::default();
    }
    let find = |wanted: &str| {
        parameters.split(',').find_map(|parameter| {
            let (name, value) = parameter.trim_ascii().split_once('=')?;
            (name.trim_ascii().eq_ignore_ascii_case(wanted)).then(|| {
                let value = value.trim_ascii();
                value.strip_prefix('"').unwrap_or(value).trim_end_matches('"')
            })
        })
    };
    // Claims that can't be decoded are ignored.
    let decoded = |text: &str| {
        let bytes = base64url(text.trim_end_matches('='))?;
        Value::parse(&bytes).ok().filter(|claims| claims.is_object())?;
        String::from_utf8(bytes).ok()
    };
    let claims = find("claims").and_then(decoded);
    let challenge = find("authorization_uri").or_else(|| find("authorization")).and_then(|authorization| {
        let scope = match find("scope") {
            Some(scope) => scope.to_owned(),
            None => format!("{}/.default", find("resource")?),
        };
        let authorization = Url::parse(authorization).ok().filter(|url| url.https)?;
        let tenant =
            authorization.path.split('?').flat_map(|part| part.split('/')).find(|segment| !segment.is_empty())?;
        let printable = !scope.is_empty() && scope.len() <= 512 && scope.bytes().all(|b| b.is_ascii_graphic());
        let tenant = (!tenant.eq_ignore_ascii_case("adfs")).then(|| tenant.to_owned());
        (printable && tenant.as_deref().is_none_or(is_tenant)).then_some(Challenge { scope, tenant })
    });
    ChallengeHeader { challenge, claims }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(header: &str) -> Option<(String, Option<String>)> {
        parse(header).challenge.map(|c| (c.scope, c.tenant))
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
        assert_eq!(parse(header).claims.as_deref(), Some(r#"{"a":1}"#));
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
