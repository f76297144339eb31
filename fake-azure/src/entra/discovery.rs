//! The discovery documents. Keyfob does not read them before it requests a token; the official Python SDK does.

use http::Uri;
use serde_json::json;

use super::super::Fake;
use super::super::cloud::Cloud;
use super::super::params::Params;
use super::error::EntraError;
use crate::wire::{Request, ScriptedResponse};

/// `/{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) fn configuration(cloud: Cloud, tenant: &str) -> Result<ScriptedResponse, EntraError> {
    let host = cloud.authority();
    let base = format!("https://{host}/{tenant}");
    let body = json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/v2.0"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "tenant_region_scope": "EU",
        "cloud_instance_name": host.trim_start_matches("login."),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
    });
    Ok(ScriptedResponse::json(200, &body))
}

/// `/adfs/.well-known/openid-configuration`, without the version that Entra's has.
pub(super) fn adfs(request: &Request) -> ScriptedResponse {
    let base = format!("https://{}/adfs", request.uri().host().unwrap_or_default());
    let body = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth2/authorize/"),
        "token_endpoint": format!("{base}/oauth2/token/"),
        "jwks_uri": format!("{base}/discovery/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
    });
    ScriptedResponse::json(200, &body)
}

/// `/common/discovery/instance`.
pub(super) fn instance(fake: &Fake, request: &Request) -> Result<ScriptedResponse, EntraError> {
    let query = request.uri().query().unwrap_or_default();
    let params = Params::parse(query).map_err(|error| EntraError::malformed(&error.0))?;
    let version = params.get("api-version").unwrap_or_default();
    if !["1.0", "1.1"].contains(&version) {
        return Err(EntraError::malformed("The api-version is missing or unknown."));
    }
    let endpoint = params.get("authorization_endpoint");
    let endpoint = endpoint.ok_or_else(|| EntraError::missing("authorization_endpoint"))?;
    let uri: Option<Uri> = endpoint.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let Some(cloud) = Cloud::ALL.into_iter().find(|cloud| cloud.hosts().contains(&host)) else {
        return Err(EntraError::new(400, "invalid_instance", 50_049, "Unknown or invalid instance."));
    };
    let path = uri.as_ref().map_or("", Uri::path);
    let tenant = path.split('/').nth(1).unwrap_or_default();
    let tenant = if tenant == "common" { tenant } else { super::known(fake, cloud, tenant)? };
    let authority = cloud.authority();
    let metadata = |cloud: &Cloud| {
        json!({
            "preferred_network": cloud.authority(),
            "preferred_cache": if *cloud == Cloud::Public { "login.windows.net" } else { cloud.authority() },
            "aliases": cloud.hosts(),
        })
    };
    let body = json!({
        "tenant_discovery_endpoint":
            format!("https://{authority}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": version,
        "metadata": Cloud::ALL.iter().map(metadata).collect::<Vec<_>>(),
    });
    Ok(ScriptedResponse::json(200, &body))
}

#[cfg(test)]
mod tests {
    use super::super::super::description::TENANT;
    use super::super::super::testing::{ask, fake, get};

    #[test]
    fn answers_sdks() {
        let fake = fake("");
        let base = "https://login.microsoftonline.com";
        let instance = format!("{base}/common/discovery/instance");
        let authorize = format!("{base}/{TENANT}/oauth2/v2.0/authorize");
        for (url, status, says) in [
            (format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration"), 200, "/oauth2/v2.0/token"),
            (format!("{base}/{}/v2.0/.well-known/openid-configuration", TENANT.replace('7', "8")), 400, "AADSTS90002"),
            (format!("{instance}?api-version=1.1&authorization_endpoint={authorize}"), 200, TENANT),
            (
                format!("{instance}?api-version=1.0&authorization_endpoint=https://login.example.com/{TENANT}/a"),
                400,
                "invalid_instance",
            ),
            (format!("{instance}?api-version=1.0"), 400, "authorization_endpoint"),
            (format!("{instance}?authorization_endpoint={authorize}"), 400, "AADSTS9002313"),
            (format!("{base}/{TENANT}/oauth2/token"), 404, "AADSTS"),
        ] {
            let (got, body) = ask(&fake, &get(&url, &[]));
            assert_eq!(got, status, "{url}: {body}");
            assert!(body.to_string().contains(says), "{url}: {body}");
        }
    }
}
