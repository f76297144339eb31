//! Access tokens: issued by Entra and the identity endpoints, checked by the vaults. The signature is a digest, so the
//! fake recognises its own tokens without storing them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Fake;
use super::digest::digest;
use super::identity::Identity;

/// The key of all signatures. It protects nothing; it only has to differ from every key that a client could use.
const KEY: &str = "the fake Azure of keyfob-host-test";

/// The lifetime of an application's token from Entra, in seconds.
pub(super) const ENTRA_LIFETIME: u64 = 3599;

/// The lifetime in seconds of a token whose client can handle claims challenges. It is long because it can be revoked.
/// <https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation>
pub(super) const CHALLENGEABLE_LIFETIME: u64 = 24 * 60 * 60;

/// The lifetime of a managed identity's token, in seconds.
pub(super) const MANAGED_LIFETIME: u64 = 24 * 60 * 60;

/// The claims of a token, with the names of Entra's v1.0 access tokens.
/// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) iat: u64,
    pub(super) nbf: u64,
    pub(super) exp: u64,
    pub(super) appid: String,
    pub(super) oid: String,
    pub(super) sub: String,
    pub(super) tid: String,
    pub(super) ver: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) xms_mirid: Option<String>,
    /// The capabilities of the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) xms_cc: Vec<String>,
    /// The claims that the token was requested with. Entra has no such claim; with it the fake need not store them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) asked: Map<String, Value>,
    pub(super) jti: String,
}

/// The capability to handle claims challenges.
/// <https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation>
const CP1: &str = "CP1";

/// The contents of the request parameter `claims` for an access token.
#[derive(Debug, Default)]
pub(super) struct RequestedClaims {
    /// The capabilities that the client declares (`xms_cc`).
    pub(super) capabilities: Vec<String>,
    /// The other claims, which come from a challenge.
    pub(super) claims: Map<String, Value>,
}

impl RequestedClaims {
    /// Whether the client can handle claims challenges.
    pub(super) fn can_be_challenged(&self) -> bool {
        self.capabilities.iter().any(|capability| capability.eq_ignore_ascii_case(CP1))
    }
}

/// Why a token is invalid for every audience.
#[derive(Debug, PartialEq)]
pub(super) enum InvalidToken {
    /// The fake did not issue it, or it was altered.
    NotIssuedHere,
    /// It has expired, or is not valid yet.
    OutsideLifetime,
}

/// The issuer of a tenant's tokens.
pub(super) fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Issues a token for `identity` in `tenant` with this audience. `lifetime` is in seconds.
pub(super) fn issue(fake: &Fake, identity: &Identity, tenant: &str, audience: &str, now: u64, lifetime: u64) -> String {
    issue_as_asked(fake, identity, tenant, audience, now, lifetime, RequestedClaims::default())
}

/// Like [`issue`], with the claims that the client requested.
pub(super) fn issue_as_asked(
    fake: &Fake,
    identity: &Identity,
    tenant: &str,
    audience: &str,
    now: u64,
    lifetime: u64,
    asked: RequestedClaims,
) -> String {
    let claims = Claims {
        aud: audience.to_owned(),
        iss: issuer(tenant),
        iat: now,
        nbf: now,
        exp: now + lifetime,
        appid: identity.client_id.clone(),
        oid: identity.object_id.clone(),
        sub: identity.object_id.clone(),
        tid: tenant.to_owned(),
        ver: "1.0".to_owned(),
        xms_mirid: identity.resource_id.clone(),
        xms_cc: asked.capabilities,
        asked: asked.claims,
        jti: fake.count().to_string(),
    };
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "keyfob-fake"}).to_string();
    let payload = json!(claims).to_string();
    let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
    let signature = sign(&signed);
    format!("{signed}.{signature}")
}

/// The client id in an access token; `None` if it is not such a token. Neither signature nor lifetime is checked.
pub fn client_id(token: &str) -> Option<String> {
    Some(claims(token)?.appid)
}

/// The claims of a token, without any check.
pub(super) fn claims(token: &str) -> Option<Claims> {
    let payload = BASE64URL.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// The claims of a token that the fake issued and that is valid now.
pub(super) fn check(token: &str, now: u64) -> Result<Claims, InvalidToken> {
    let (signed, signature) = token.rsplit_once('.').ok_or(InvalidToken::NotIssuedHere)?;
    if sign(signed) != signature {
        return Err(InvalidToken::NotIssuedHere);
    }
    let (_, payload) = signed.split_once('.').ok_or(InvalidToken::NotIssuedHere)?;
    let payload = BASE64URL.decode(payload).map_err(|_| InvalidToken::NotIssuedHere)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| InvalidToken::NotIssuedHere)?;
    let in_time = (claims.nbf..claims.exp).contains(&now);
    if in_time { Ok(claims) } else { Err(InvalidToken::OutsideLifetime) }
}

/// As long as an RS256 signature, so that tokens have a real token's size.
fn sign(text: &str) -> String {
    let blocks = (0..16).flat_map(|round: u8| digest(&[KEY, &round.to_string(), text]).to_be_bytes());
    BASE64URL.encode(blocks.collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::super::testing::fake;
    use super::{InvalidToken, check, issue};

    const AUDIENCE: &str = "https://vault.azure.net";

    #[test]
    fn accepts_only_its_own_tokens() {
        let fake = fake("[[identity]]\nname = 'A'\nkind = 'user-assigned'");
        let identity = &fake.description.identities[0];
        let issue = || issue(&fake, identity, "t", AUDIENCE, 1000, 100);
        let token = issue();
        assert_ne!(token, issue());
        let claims = check(&token, 1099).unwrap();
        assert_eq!((claims.aud.as_str(), claims.appid), (AUDIENCE, identity.client_id.clone()));
        assert_eq!((claims.iss.as_str(), claims.exp), ("https://sts.windows.net/t/", 1100));
        assert_eq!(claims.xms_mirid, identity.resource_id);
        assert_eq!(check(&token, 1100).unwrap_err(), InvalidToken::OutsideLifetime);
        assert_eq!(check(&token, 999).unwrap_err(), InvalidToken::OutsideLifetime);
        let other = issue();
        let (signed, _) = other.rsplit_once('.').unwrap();
        let (_, signature) = token.rsplit_once('.').unwrap();
        let shorter = &token[..token.len() - 1];
        for altered in [&format!("{signed}.{signature}"), &token.replacen('.', ".e", 1), shorter, "a.b.c"] {
            assert_eq!(check(altered, 1000).unwrap_err(), InvalidToken::NotIssuedHere, "{altered}");
        }
    }
}
