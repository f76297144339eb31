//! Authentication of the caller.

use super::super::description::Vault;
use super::super::token::{self, Claims, InvalidToken};
use super::error::VaultError;
use crate::wire::Request;

/// The caller's claims, if the token is valid for this vault.
pub(super) fn authenticate(vault: &Vault, request: &Request, now: u64) -> Result<Claims, VaultError> {
    let mut headers = request.headers().get_all(http::header::AUTHORIZATION).iter();
    let header = headers.next().and_then(|header| header.to_str().ok());
    let bearer = header.and_then(|header| header.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (Some((_, token)), None) = (bearer, headers.next()) else {
        return Err(VaultError::unauthorized("AKV10000: Request is missing a Bearer or PoP token."));
    };
    let claims = token::check(token, now).map_err(|error| {
        VaultError::unauthorized(match error {
            InvalidToken::NotIssuedHere => "AKV10000: Error validating token: its signature is invalid.",
            InvalidToken::OutsideLifetime => "[TokenExpired] Error validating token: 'S2S12086'.",
        })
    })?;
    if claims.aud != vault.resource {
        let (expected, found) = (&vault.resource, &claims.aud);
        let text = format!("AKV10022: Invalid audience. Expected {expected}, found: {found}.");
        return Err(VaultError::unauthorized(text));
    }
    let expected = token::issuer(&vault.tenant);
    if !claims.iss.eq_ignore_ascii_case(&expected) {
        let found = &claims.iss;
        let text = format!("AKV10032: Invalid issuer. Expected one of {expected}, found {found}.");
        return Err(VaultError::unauthorized(text));
    }
    match outdated(vault, &claims) {
        Some(since) => Err(VaultError::insufficient_claims(since)),
        None => Ok(claims),
    }
}

/// The time that the token has to be newer than, if it is older and its client can handle claims challenges.
fn outdated(vault: &Vault, claims: &Claims) -> Option<u64> {
    /// The time in the challenge of a vault that challenges every token; any time would do.
    const ALWAYS: u64 = 1_767_225_600;
    let challenged = claims.xms_cc.iter().any(|capability| capability.eq_ignore_ascii_case("CP1"));
    let since = match vault.revoke_before {
        Some(time) if claims.iat < time || vault.claims_challenge => time,
        None if vault.claims_challenge => ALWAYS,
        _ => return None,
    };
    let asked = claims.asked.get("nbf").and_then(|nbf| nbf.get("value")?.as_str());
    (challenged && asked != Some(&since.to_string())).then_some(since)
}
