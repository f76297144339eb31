//! The client credentials grant, with a secret or with the token of a federated identity.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::super::Fake;
use super::super::description::Identity;
use super::super::params::Params;
use super::super::token::{self, ENTRA_LIFETIME};
use super::error::Refusal;
use crate::wire::{Exchange, Request};

/// The only assertion type there is. <https://datatracker.ietf.org/doc/html/rfc7523#section-2.2>
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client may send; the last two are MSAL's and change nothing here.
const KNOWN: [&str; 8] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "grant_type",
    "scope",
    "claims",
    "client_info",
];

/// `/{tenant}/oauth2/v2.0/token`.
pub(super) fn token(
    fake: &Fake,
    tenant: &str,
    request: &Request,
    now: u64,
) -> Result<Exchange, Refusal> {
    let form = form(request)?;
    let must = |name| form.filled(name).ok_or_else(|| Refusal::missing(name));
    let grant = must("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(Refusal::new(400, "unsupported_grant_type", 70_003, text));
    }
    if form.get("resource").is_some() {
        let text = "The 'resource' request parameter is not supported.";
        return Err(Refusal::new(400, "invalid_request", 901_002, text));
    }
    if let Some(name) = form.unknown(&KNOWN) {
        return Err(Refusal::malformed(&format!(
            "The parameter '{name}' is unknown."
        )));
    }
    let client_id = must("client_id")?;
    let resource = resource(must("scope")?)?;
    let world = &fake.world;
    let here = |it: &&Identity| it.is_in(tenant, &world.tenant);
    let identity = world.application(client_id).filter(here).ok_or_else(|| {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        Refusal::new(400, "unauthorized_client", 700_016, text)
    })?;
    prove(identity, &form)?;
    if !world.has_resource(resource) {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
        );
        return Err(Refusal::new(400, "invalid_resource", 500_011, text));
    }
    let tenant = tenant.to_ascii_lowercase();
    let body = json!({
        "token_type": "Bearer",
        "expires_in": ENTRA_LIFETIME,
        "ext_expires_in": ENTRA_LIFETIME,
        "access_token": token::issue(fake, identity, &tenant, resource, now, ENTRA_LIFETIME),
    });
    Ok(Exchange::json(200, &body))
}

/// The form; a body of another type is, to Entra, an empty one.
fn form(request: &Request) -> Result<Params, Refusal> {
    let kind = request
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(Params::default());
    }
    let text =
        std::str::from_utf8(request.body()).map_err(|_| Refusal::malformed("It is not UTF-8."))?;
    Params::parse(text).map_err(|flaw| Refusal::malformed(&flaw.0))
}

/// The resource of the one scope.
fn resource(scope: &str) -> Result<&str, Refusal> {
    if scope.split_ascii_whitespace().count() != 1 || scope.trim() != scope {
        let text = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        return Err(Refusal::new(400, "invalid_scope", 70_011, text));
    }
    scope.strip_suffix("/.default").ok_or_else(|| {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        );
        Refusal::new(400, "invalid_scope", 1_002_012, text)
    })
}

/// Whether the client is who it says.
fn prove(identity: &Identity, form: &Params) -> Result<(), Refusal> {
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(_), Some(_)) => Err(Refusal::malformed(
            "It has both client_secret and client_assertion.",
        )),
        (Some(secret), None) => prove_secret(identity, secret),
        (None, Some(assertion)) => {
            let kind = form.filled("client_assertion_type");
            if kind.ok_or_else(|| Refusal::missing("client_assertion_type"))? != ASSERTION_TYPE {
                return Err(Refusal::malformed("The client_assertion_type is unknown."));
            }
            prove_assertion(identity, assertion)
        }
        (None, None) => Err(Refusal::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

fn prove_secret(identity: &Identity, secret: &str) -> Result<(), Refusal> {
    let app = &identity.client_id;
    if identity.client_secret.as_deref() != Some(secret) {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'."
        );
        return Err(Refusal::client(7_000_215, text));
    }
    if identity.client_secret_expired {
        let text = format!(
            "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
        );
        return Err(Refusal::client(7_000_222, text));
    }
    Ok(())
}

fn prove_assertion(identity: &Identity, assertion: &str) -> Result<(), Refusal> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let segment = |part: &str| !part.is_empty() && part.bytes().all(base64url);
    // A newline at the end of the token file, sent along, ends up here.
    if assertion.split('.').count() != 3 || !assertion.split('.').all(segment) {
        return Err(Refusal::new(
            400,
            "invalid_request",
            50_027,
            "JWT token is invalid or malformed.",
        ));
    }
    if identity.federated_token.as_deref() == Some(assertion) {
        return Ok(());
    }
    let text = format!(
        "No matching federated identity record found for presented assertion subject '{}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
        subject(assertion).unwrap_or_default()
    );
    Err(Refusal::new(400, "invalid_client", 700_213, text))
}

/// The `sub` of a JWT.
fn subject(assertion: &str) -> Option<String> {
    let payload = BASE64URL.decode(assertion.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::super::description::TENANT;
    use super::super::super::testing::{NOW, ask, fake, get, post, request};
    use super::super::super::token;
    use bytes::Bytes;

    const WORLD: &str = r#"
        [[identity]]
        name = "P"
        kind = "service-principal"
        client-id = "00000000-0000-0000-0000-00000000000c"
        client-secret = "s~ cret"
        other-tenants = ["00000000-0000-0000-0000-0000000000ff"]
        [[identity]]
        name = "E"
        kind = "service-principal"
        client-id = "00000000-0000-0000-0000-00000000000e"
        client-secret = "old"
        client-secret-expired = true
        [[identity]]
        name = "W"
        kind = "user-assigned"
        client-id = "00000000-0000-0000-0000-00000000000f"
        federated-token = "eyJh.eyJzdWIiOiJtZSJ9.c2ln"
        [[vault]]
        url = "https://kv.corp.example.com"
        tenant = "00000000-0000-0000-0000-0000000000aa"
    "#;
    const SECRET: &str = "client_id=00000000-0000-0000-0000-00000000000c&client_secret=s~+cret";
    const ASSERTION: &str = "client_id=00000000-0000-0000-0000-00000000000f&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";
    const GRANT: &str = "grant_type=client_credentials";
    const SCOPE: &str = "scope=https%3A%2F%2Fvault.azure.net%2F.default";

    fn url(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token")
    }

    #[test]
    fn gives_a_token() {
        let fake = fake(WORLD);
        let upper = TENANT.to_ascii_uppercase();
        for (tenant, form) in [
            (TENANT, format!("{GRANT}&{SCOPE}&{SECRET}")),
            (
                &upper,
                format!("{GRANT}&{SCOPE}&{SECRET}&client_info=1&claims=%7B%7D"),
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9.c2ln"),
            ),
            (
                "00000000-0000-0000-0000-0000000000ff",
                format!("{GRANT}&{SCOPE}&{SECRET}"),
            ),
        ] {
            let (status, body) = ask(&fake, &post(&url(tenant), &form));
            assert_eq!(
                (status, body["expires_in"].as_u64()),
                (200, Some(3599)),
                "{form}: {body}"
            );
            let claims = token::check(body["access_token"].as_str().unwrap(), NOW).unwrap();
            assert_eq!(
                (claims.aud.as_str(), claims.exp),
                ("https://vault.azure.net", NOW + 3599)
            );
            assert!(claims.tid.eq_ignore_ascii_case(tenant));
        }
    }

    #[test]
    fn refuses() {
        let fake = fake(WORLD);
        let scope = |scope: &str| format!("{GRANT}&{SECRET}&scope={scope}");
        for (tenant, form, status, error, code) in [
            (
                "00000000-0000-0000-0000-000000000000",
                String::new(),
                400,
                "invalid_request",
                90_002,
            ),
            (
                "contoso.example",
                String::new(),
                400,
                "invalid_request",
                90_002,
            ),
            ("contoso", String::new(), 400, "invalid_request", 900_023),
            ("common", String::new(), 400, "invalid_request", 50_059),
            (TENANT, String::new(), 400, "invalid_request", 900_144),
            (
                TENANT,
                format!("{SCOPE}&{SECRET}"),
                400,
                "invalid_request",
                900_144,
            ),
            (
                TENANT,
                format!("{GRANT}&{SECRET}"),
                400,
                "invalid_request",
                900_144,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}"),
                400,
                "invalid_request",
                900_144,
            ),
            (
                TENANT,
                format!("grant_type=password&{SCOPE}&{SECRET}"),
                400,
                "unsupported_grant_type",
                70_003,
            ),
            (
                TENANT,
                scope("https://vault.azure.net"),
                400,
                "invalid_scope",
                1_002_012,
            ),
            (
                TENANT,
                scope("https://vault.azure.net/.default+openid"),
                400,
                "invalid_scope",
                70_011,
            ),
            (
                TENANT,
                scope("https://x.example/.default"),
                400,
                "invalid_resource",
                500_011,
            ),
            (
                TENANT,
                scope("https://vault.azure.net//.default"),
                400,
                "invalid_resource",
                500_011,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{SECRET}&resource=x"),
                400,
                "invalid_request",
                901_002,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{SECRET}&foo=x"),
                400,
                "invalid_request",
                9_002_313,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{SECRET}&{SCOPE}"),
                400,
                "invalid_request",
                9_002_313,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{}", SECRET.replace("c&", "d&")),
                400,
                "unauthorized_client",
                700_016,
            ),
            (
                "00000000-0000-0000-0000-0000000000aa",
                format!("{GRANT}&{SCOPE}&{SECRET}"),
                400,
                "unauthorized_client",
                700_016,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{SECRET}x"),
                401,
                "invalid_client",
                7_000_215,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{}", SECRET.replace("c&", "f&")),
                401,
                "invalid_client",
                7_000_215,
            ),
            (
                TENANT,
                format!(
                    "{GRANT}&{SCOPE}&client_id=00000000-0000-0000-0000-00000000000e&client_secret=old"
                ),
                401,
                "invalid_client",
                7_000_222,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&client_id=00000000-0000-0000-0000-00000000000c"),
                401,
                "invalid_client",
                7_000_218,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJ5b3UifQ.c2ln"),
                400,
                "invalid_client",
                700_213,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9.c2ln%0A"),
                400,
                "invalid_request",
                50_027,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{ASSERTION}eyJh.eyJzdWIiOiJtZSJ9"),
                400,
                "invalid_request",
                50_027,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{ASSERTION}a.b.c&client_secret=x"),
                400,
                "invalid_request",
                9_002_313,
            ),
            (
                TENANT,
                format!("{GRANT}&{SCOPE}&{}a.b.c", ASSERTION.replace("urn", "arn")),
                400,
                "invalid_request",
                9_002_313,
            ),
        ] {
            let (got, body) = ask(&fake, &post(&url(tenant), &form));
            assert_eq!(
                (got, &body["error"]),
                (status, &error.into()),
                "{tenant} {form}: {body}"
            );
            assert_eq!(
                body["error_codes"],
                serde_json::json!([code]),
                "{tenant} {form}"
            );
            let text = body["error_description"].as_str().unwrap();
            assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
            assert!(text.ends_with("Timestamp: 2027-01-15 08:00:00Z"), "{text}");
        }
    }

    #[test]
    fn wants_a_posted_form() {
        let fake = fake(WORLD);
        let form = Bytes::from(format!("{GRANT}&{SCOPE}&{SECRET}"));
        let json = [("content-type", "application/json")];
        let (status, body) = ask(&fake, &request("POST", &url(TENANT), &json).map(|_| form));
        assert_eq!((status, &body["error_codes"][0]), (400, &900_144.into()));
        let (status, body) = ask(&fake, &get(&url(TENANT), &[]));
        assert_eq!((status, &body["error_codes"][0]), (405, &900_561.into()));
    }
}
