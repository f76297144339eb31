//! Client assertions: tokens that a client sends instead of a secret. Either a federated identity provider has
//! issued it, or the client has signed it with the key of its certificate.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::{Map, Value};

use super::super::cloud::Cloud;
use super::super::identity::Identity;
use super::super::ids::ADFS;
use super::super::timestamp;
use super::Realm;
use super::certificate::Certificate;
use super::error::EntraError;

/// Base64url, padded or not: the official Python SDK pads.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The tolerated difference between the clocks of client and service, in seconds.
const SKEW: f64 = 300.0;

/// The parts of an assertion.
struct Jwt<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok();
        let signature = BASE64URL.decode(signature).ok()?;
        Some(Self { header: json(header)?, claims: json(claims)?, signed, signature })
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }
}

/// The request that an assertion is sent with.
pub(super) struct TokenRequestTarget<'a> {
    pub(super) realm: Realm,
    /// The host that the request went to.
    pub(super) host: &'a str,
    /// The path of the token endpoint.
    pub(super) path: &'a str,
    pub(super) tenant: &'a str,
    pub(super) now: u64,
}

/// Whether the assertion proves that the client is `identity`.
pub(super) fn prove(identity: &Identity, assertion: &str, target: &TokenRequestTarget<'_>) -> Result<(), EntraError> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let bare = |part: &str| part.trim_end_matches('=').to_owned();
    let segment = |part: &str| !bare(part).is_empty() && bare(part).bytes().all(base64url);
    // A client that sends the newline at the end of the token file fails here.
    if assertion.split('.').count() != 3 || !assertion.split('.').all(segment) {
        return Err(malformed("JWT token is invalid or malformed."));
    }
    if identity.federated().any(|good| good == assertion) {
        return Ok(());
    }
    if identity.federated_token_expired.as_deref() == Some(assertion) {
        return Err(out_of_time(target.now, 0.0, target.now.saturating_sub(1) as f64));
    }
    let jwt = Jwt::read(assertion);
    let own = jwt.as_ref().is_some_and(|jwt| {
        let thumbprint = ["x5t", "x5t#S256"].iter().any(|name| jwt.header.contains_key(*name));
        thumbprint || jwt.text("iss") == Some(&identity.client_id)
    });
    match (jwt, &identity.certificate) {
        (Some(jwt), certificate) if own => signed(identity, certificate.as_deref(), &jwt, target),
        (None, Some(_)) => Err(malformed("JWT token is invalid or malformed.")),
        (jwt, _) => {
            let subject = jwt.as_ref().and_then(|jwt| jwt.text("sub")).unwrap_or_default();
            let text = format!(
                "No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
            );
            Err(EntraError::new(400, "invalid_client", 700_213, text))
        }
    }
}

/// Checks the signature by the certificate's key, and the claims.
fn signed(
    identity: &Identity,
    pem: Option<&str>,
    jwt: &Jwt<'_>,
    target: &TokenRequestTarget<'_>,
) -> Result<(), EntraError> {
    let certificate = pem.and_then(|pem| Certificate::read(pem).ok());
    let header = |name: &str| jwt.header.get(name).and_then(Value::as_str);
    let adfs = target.realm == Realm::Adfs;
    let (pss, name, digest) = match header("alg") {
        Some("PS256") if !adfs => (true, "x5t#S256", &SHA256),
        Some("RS256") => (false, "x5t", &SHA1_FOR_LEGACY_USE_ONLY),
        other => {
            let (other, known) = (other.unwrap_or_default(), if adfs { "RS256" } else { "RS256, PS256" });
            let text = format!(
                "Invalid JWT token. '{other}' is not a supported signature algorithm. Supported signing algorithms are: '{known}'"
            );
            return Err(EntraError::client(5_002_738, text));
        }
    };
    let thumbprint = header(name).and_then(|text| BASE64URL.decode(text).ok());
    let thumbprint = thumbprint
        .ok_or_else(|| malformed("Invalid JWT token. No certificate thumbprint specified in token header."))?;
    let shown = thumbprint.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let Some(certificate) = certificate.filter(|it| it.thumbprint(digest) == thumbprint) else {
        let app = &identity.client_id;
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{shown}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{app}'.]"
        );
        return Err(EntraError::client(700_027, text));
    };
    if let Some(chain) = jwt.header.get("x5c") {
        let first = chain.as_array().and_then(|chain| chain.first()?.as_str());
        let first = first.and_then(|first| STANDARD.decode(first).ok());
        if first.as_deref() != Some(certificate.der()) {
            return Err(malformed("Invalid JWT token. The x5c header does not begin with the signing certificate."));
        }
    }
    if !certificate.has_signed(pss, jwt.signed.as_bytes(), &jwt.signature) {
        let text = format!(
            "Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value., Thumbprint of key used by client: '{shown}']"
        );
        return Err(EntraError::client(700_027, text));
    }
    check_claims(identity, jwt, target)
}

/// Checks the claims.
fn check_claims(identity: &Identity, jwt: &Jwt<'_>, target: &TokenRequestTarget<'_>) -> Result<(), EntraError> {
    let own = |claim| jwt.text(claim).is_some_and(|id| id.eq_ignore_ascii_case(&identity.client_id));
    if !own("iss") || !own("sub") {
        let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
        return Err(EntraError::client(700_021, text));
    }
    if !jwt.text("aud").is_some_and(|audience| is_audience(audience, target)) {
        let text = "Client assertion audience claim does not match Realm issuer.";
        return Err(EntraError::client(700_023, text));
    }
    if jwt.text("jti").is_none_or(str::is_empty) {
        return Err(malformed("Invalid JWT token. The claim 'jti' is missing."));
    }
    let time = |claim: &str| match jwt.claims.get(claim) {
        None => Ok(None),
        // The official Python SDK writes fractions.
        Some(time) => time.as_f64().map(Some).ok_or_else(|| malformed("Invalid JWT token. A time is not a number.")),
    };
    let (from, to) = (time("nbf")?.unwrap_or_default(), time("exp")?);
    let to = to.ok_or_else(|| malformed("Invalid JWT token. The claim 'exp' is missing."))?;
    let now = target.now as f64;
    if now + SKEW < from || now - SKEW >= to {
        return Err(out_of_time(target.now, from, to));
    }
    Ok(())
}

/// The token endpoint, and for Entra also the issuer of the tenant. All hosts of a cloud are accepted.
fn is_audience(audience: &str, target: &TokenRequestTarget<'_>) -> bool {
    let hosts: &[&str] = match target.realm {
        Realm::Cloud(cloud) => Cloud::hosts(cloud),
        Realm::Adfs => &[target.host],
    };
    let issuer = format!("/{}/v2.0", target.tenant);
    let issuer = Some(issuer.as_str()).filter(|_| target.tenant != ADFS);
    let paths = [Some(target.path), issuer].into_iter().flatten();
    let mut all = paths.flat_map(|path| hosts.iter().map(move |host| format!("https://{host}{path}")));
    all.any(|known| known.eq_ignore_ascii_case(audience))
}

fn malformed(text: &str) -> EntraError {
    EntraError::new(400, "invalid_request", 50_027, text)
}

fn out_of_time(now: u64, from: f64, to: f64) -> EntraError {
    let date = |time: f64| timestamp::format(time.max(0.0) as u64, timestamp::RFC3339);
    let text = format!(
        "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
        timestamp::format(now, timestamp::RFC3339),
        date(from),
        date(to),
    );
    EntraError::client(700_024, text)
}

#[cfg(test)]
mod tests;
