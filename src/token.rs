//! Token requests, access tokens, and the identity that a token is for.

use crate::error::{Error, Result};
use crate::json::{self, JsonError};
use crate::language::{self, Language};
use crate::prelude::*;
use crate::secret::{SecretString, quote, quote_value};
use crate::text::base64url;
use crate::value;

/// A request for a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    pub(crate) scopes: Vec<String>,
    /// The tenant, if not the credential's own.
    pub(crate) tenant: Option<String>,
    /// The tenant comes from a vault's challenge, not from the caller.
    pub(crate) tenant_from_challenge: bool,
    /// A claims challenge, as JSON text.
    pub(crate) claims: Option<String>,
    /// The caller handles claims challenges (continuous access evaluation).
    pub(crate) cae: bool,
    /// A token that the service rejected, and when the rejected request was sent, in unix seconds. A new token is needed.
    pub(crate) refused: Option<(SecretString, u64)>,
}

impl TokenRequest {
    /// Whether a token for the one request answers the other, whatever the claims.
    pub(crate) fn is_for_token_of(&self, other: &Self) -> bool {
        self.scopes == other.scopes && self.tenant == other.tenant && self.cae == other.cae
    }

    /// Checks the scopes (1 to 16, printable ASCII, at most 512 bytes each) and the claims. Nothing has been sent yet.
    pub(crate) fn check(&self, language: Language) -> Result<()> {
        let is_object = |claims: &String| json::Value::parse(claims.as_bytes()).is_ok_and(json::Value::is_object);
        if !self.claims.as_ref().is_none_or(is_object) {
            return Err(Error::invalid("the claims are no JSON object, such as {\"access_token\":{…}}"));
        }
        let is_valid =
            |scope: &String| !scope.is_empty() && scope.len() <= 512 && scope.bytes().all(|b| b.is_ascii_graphic());
        for scope in &self.scopes {
            value::check_public("the scope", scope)?;
        }
        if (1..=16).contains(&self.scopes.len()) && self.scopes.iter().all(is_valid) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "{} requires at least one scope, and a scope is a resource and /.default without white space, such as https://vault.azure.net/.default",
            language.say(language::GET_TOKEN)
        )))
    }

    /// The form parameter `claims`: the claims of the challenge, and the client capability CP1 (the client handles claims
    /// challenges).
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub(crate) fn claims_parameter(&self) -> Option<String> {
        let text = self.claims.as_deref();
        if !self.cae {
            return text.map(str::to_owned);
        }
        let claims = text.and_then(|text| json::Value::parse(text.as_bytes()).ok()).unwrap_or(json::EMPTY);
        // Claims of another shape are sent unchanged; Entra validates them.
        claims.with_member(&["access_token", "xms_cc", "values"], r#"["CP1"]"#).or(text.map(str::to_owned))
    }

    /// The resource, for endpoints that take a resource instead of scopes: the only scope without its `/.default`, as in
    /// the Azure SDKs.
    pub(crate) fn resource(&self) -> Result<&str> {
        match self.scopes.as_slice() {
            [scope] => Ok(scope.strip_suffix("/.default").unwrap_or(scope)),
            _ => Err(Error::invalid(
                "managed identity requires exactly one scope per token request, such as https://vault.azure.net/.default",
            )),
        }
    }
}

/// The member that `keyfob dev-identity` adds to a token: the developer's account and tool.
const DEVELOPER: &str = "developer";

/// The source of tokens that the embedding program gives.
pub(crate) const EMBEDDING_PROGRAM: &str = "the embedding program";

/// An access token and its origin.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token itself.
    pub token: SecretString,
    /// When the token expires, in unix seconds.
    pub expires_on: u64,
    /// When to request the next token, in unix seconds.
    pub refresh_on: Option<u64>,
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// Where the credential got the token, such as IMDS.
    pub source: &'static str,
    /// A description of the identity that was requested.
    pub identity: String,
    /// No identity was specified, so the platform chose its default.
    pub platform_chose: bool,
}

impl AccessToken {
    /// A token that was issued at `now`. If the service gives no `refresh_in`, a token that lives two hours or more is
    /// refreshed after half of its lifetime, as in the Azure SDKs.
    pub(crate) fn new(token: SecretString, now: u64, expires_on: u64, refresh_in: Option<u64>) -> Self {
        let lifetime = expires_on.saturating_sub(now);
        let refresh_on = match refresh_in {
            Some(seconds) => Some(now.saturating_add(seconds)),
            None if lifetime >= 7200 => Some(now + lifetime / 2),
            None => None,
        };
        Self {
            token,
            expires_on,
            refresh_on,
            credential: "",
            source: "",
            identity: String::new(),
            platform_chose: false,
        }
    }

    /// Reads the token response of Entra or of an identity endpoint; the error says what is wrong with it. Depending on
    /// the endpoint, numbers are JSON numbers or strings of digits, and times may be dates. `secrets` are those of the request.
    pub(crate) fn from_reply(body: &[u8], secrets: &[SecretString], now: u64) -> Result<Self, &'static str> {
        let json = match json::object(body, &["access_token", "expires_on", "expires_in", "refresh_in", DEVELOPER]) {
            Err(JsonError::Malformed) => json::Object::default(),
            json => json?,
        };
        let token = json.text("access_token").filter(|t| !t.is_empty()).ok_or("there is no access_token")?;
        // The token becomes a header value.
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("the access_token holds characters that no token has");
        }
        let expires_on = json
            .number("expires_on")
            .or_else(|| json.text("expires_on").as_deref().and_then(crate::date::parse_expiry))
            .or_else(|| json.number("expires_in").map(|seconds| now.saturating_add(seconds)))
            .ok_or("neither expires_on nor expires_in is a time")?;
        let mut token = Self::new(token.into(), now, expires_on, json.number("refresh_in"));
        // On a developer's machine there is only the developer's identity, whichever was requested.
        if let Some(who) = json.text(DEVELOPER) {
            // Errors show it, and the endpoint may be another program's.
            let secrets = [secrets, &[token.token.clone()]].concat();
            token.identity = format!("the developer's sign-in, {}", quote(&who, &secrets));
        }
        Ok(token)
    }

    /// A description of the identity: the one requested, and the ids in the token.
    pub(crate) fn describe(&self) -> String {
        // The embedding program knows its own credential, and not by the names of this crate.
        let mut text = match self.source {
            EMBEDDING_PROGRAM => self.identity.clone(),
            source => format!("{} from {source} ({})", self.identity, self.credential),
        };
        for (name, value) in self.ids() {
            if !text.contains(&value) {
                text.push_str(&format!(", {} {value}", name.replace('-', " ")));
            }
        }
        text
    }

    /// The client id and the object id, if the token is a JWT that contains them. The signature is not verified, so they
    /// are only for display.
    pub(crate) fn ids(&self) -> Vec<(&'static str, String)> {
        let payload = self.payload();
        let claims = json::object(&payload, &["appid", "oid"]).unwrap_or_default();
        [("client-id", "appid"), ("object-id", "oid")]
            .into_iter()
            .filter_map(|(name, claim)| Some((name, claims.text(claim).filter(|id| is_uuid(id))?)))
            .collect()
    }

    /// The claims as JSON, if the token is a JWT; empty for any other token. The signature is not verified; only the
    /// resource can do that.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let payload = self.token.expose().split('.').nth(1).unwrap_or_default();
        base64url(payload.trim_end_matches('=')).unwrap_or_default()
    }
}

/// Whether the text is a UUID (8-4-4-4-12 hexadecimal digits), the form of client ids, object ids and most tenant ids.
pub(crate) fn is_uuid(text: &str) -> bool {
    let mut parts = text.split('-');
    [8, 4, 4, 4, 12]
        .into_iter()
        .all(|length| parts.next().is_some_and(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_hexdigit())))
        && parts.next().is_none()
}

/// Whether the text can be a tenant: letters, digits, `-` and `.`, as in the Azure SDKs.
pub(crate) fn is_tenant(text: &str) -> bool {
    // Not empty, and neither `.` nor `..`, which would change the path of the request.
    text.bytes().any(|b| b.is_ascii_alphanumeric())
        && text.len() <= 253
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Describes an invalid id for an error message. Two variables may have been swapped: a text that is no id at all may be
/// a secret, so only its length is shown.
pub(crate) fn describe_id(text: &str) -> String {
    match value::flaw_in_public(text) {
        Some(flaw) => format!("it {}", flaw.describe()),
        None if is_uuid(text) || text.starts_with("/subscriptions/") => quote_value(text),
        None if text.as_bytes().windows(36).any(|part| core::str::from_utf8(part).is_ok_and(is_uuid)) => {
            "it has more than the id in it".to_owned()
        }
        None => format!("it has {} bytes", text.len()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_default_suffix_is_stripped() {
        for (scope, resource) in [
            ("https://vault.azure.net/.default", "https://vault.azure.net"),
            ("https://x//.default", "https://x/"),
            ("api://id/.default", "api://id"),
            ("https://x", "https://x"),
        ] {
            let request = TokenRequest { scopes: vec![scope.into()], ..TokenRequest::default() };
            assert_eq!(request.resource().unwrap(), resource);
        }
    }

    #[test]
    fn claims_with_the_capability() {
        let parameter = |claims: Option<&str>, cae| {
            TokenRequest { claims: claims.map(str::to_owned), cae, ..TokenRequest::default() }.claims_parameter()
        };
        let capable = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;
        assert_eq!(parameter(None, false), None);
        assert_eq!(parameter(None, true).as_deref(), Some(capable));
        assert_eq!(parameter(Some("{}"), true).as_deref(), Some(capable));
        // Claims of any other shape are kept unchanged.
        for odd in [r#"{"access_token":null}"#, r#"{"access_token":{"xms_cc":1}}"#] {
            assert_eq!(parameter(Some(odd), true).as_deref(), Some(odd));
        }
    }

    #[test]
    fn a_member_of_a_token_reply_that_comes_twice_is_refused() {
        let read = |body: &str| AccessToken::from_reply(body.as_bytes(), &[], 0).map(|token| token.expires_on);
        assert_eq!(read(r#"{"access_token":"t","expires_in":1,"x":1,"x":2}"#), Ok(1));
        for body in [
            r#"{"access_token":"t","expires_in":1,"access_token":"u"}"#,
            r#"{"access_token":"t","expires_in":1,"\u0061ccess_token":"t"}"#,
            r#"{"access_token":"t","expires_in":1,"expires_in":2}"#,
        ] {
            assert_eq!(read(body), Err("it has a member twice"), "{body}");
        }
        assert_eq!(read("[]").and(read("no JSON")), Err("there is no access_token"));
    }

    #[test]
    fn long_lived_tokens_are_refreshed_at_half_their_lifetime() {
        let refresh = |lifetime: u32, refresh_in| {
            AccessToken::new("t".into(), 1000, 1000 + u64::from(lifetime), refresh_in).refresh_on
        };
        assert_eq!(refresh(86_400, None), Some(1000 + 43_200));
        assert_eq!(refresh(7_199, None), None);
        assert_eq!(refresh(3_599, Some(1_800)), Some(2_800));
    }

    #[test]
    fn ids_are_read_only_from_a_jwt() {
        // {"appid":"11111111-2222-3333-4444-555555555555","oid":"not an id"}
        let payload = "eyJhcHBpZCI6IjExMTExMTExLTIyMjItMzMzMy00NDQ0LTU1NTU1NTU1NTU1NSIsIm9pZCI6Im5vdCBhbiBpZCJ9";
        let token = |text: String| AccessToken::new(text.into(), 0, 1, None).ids();
        assert_eq!(
            token(format!("e30.{payload}.x")),
            [("client-id", "11111111-2222-3333-4444-555555555555".to_owned())]
        );
        assert_eq!(token("opaque".into()), []);
    }

    #[test]
    fn uuids_and_tenants() {
        assert!(is_uuid("11111111-2222-3333-4444-55555555555F"));
        assert!(
            !is_uuid("11111111-2222-3333-4444-555555555555\n")
                && !is_uuid("{11111111-2222-3333-4444-55555555555}")
                && !is_uuid("")
        );
        assert!(is_tenant("contoso.onmicrosoft.com") && !is_tenant("a/b") && !is_tenant("..") && !is_tenant(""));
    }
}
