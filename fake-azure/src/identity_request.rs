//! The checks that several identity endpoints make before they look for an identity.

use http::{HeaderValue, Method};

use super::managed_identity::IdKind;
use super::params::Params;
use crate::wire::Request;

/// Status, error code and description of an error response of IMDS and of the Azure Arc agent.
pub(super) type ImdsError = (u16, &'static str, String);

/// Status and message of an error response of App Service and of Azure Machine Learning.
pub(super) type AppServiceError = (u16, String);

/// The error for a request that is wrong in itself.
pub(super) fn invalid_request(text: &str) -> ImdsError {
    (400, "invalid_request", text.to_owned())
}

/// Checks headers, path and method as IMDS does and returns the query's parameters. A request with one of the headers in
/// `forbidden` is refused.
pub(super) fn check_imds(request: &Request, path: &str, forbidden: &[(&str, &str)]) -> Result<Params, ImdsError> {
    if !has_metadata(request) {
        return Err(invalid_request("Required metadata header not specified"));
    }
    if let Some((_, text)) = forbidden.iter().find(|(name, _)| request.headers().contains_key(*name)) {
        return Err(invalid_request(text));
    }
    if request.uri().path() != path {
        return Err((404, "not_found", "The requested resource is not found".to_owned()));
    }
    if request.method() != Method::GET {
        return Err((405, "method_not_allowed", "The method is not allowed".to_owned()));
    }
    Params::parse(request.uri().query().unwrap_or_default()).map_err(|error| invalid_request(&error.0))
}

/// Checks that every parameter is known and not empty, and returns the resource.
pub(super) fn resource<'a>(params: &'a Params, ids: &[(&str, IdKind)], others: &[&str]) -> Result<&'a str, ImdsError> {
    let known: Vec<&str> = ids.iter().map(|(name, _)| name).chain(others).copied().collect();
    if let Some(name) = params.unknown(&known) {
        return Err(invalid_request(&format!("The parameter '{name}' is not known to this endpoint")));
    }
    if let Some(name) = params.empty() {
        return Err(invalid_request(&format!("The parameter '{name}' is empty")));
    }
    params.get("resource").ok_or_else(|| invalid_request("Required query variable 'resource' is missing"))
}

/// The header with the platform's secret.
pub(super) struct SecretHeader<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// The name in error messages.
    pub(super) shown: &'a str,
}

/// Checks path, method, secret and api-version as App Service does and returns the query's parameters.
pub(super) fn check_app_service(
    request: &Request,
    path: &str,
    secret: &SecretHeader<'_>,
    api_version: &str,
) -> Result<Params, AppServiceError> {
    if request.uri().path() != path {
        return Err((404, "Not Found".to_owned()));
    }
    if request.method() != Method::GET {
        return Err((405, "The requested resource does not support this http method.".to_owned()));
    }
    if !has_header(request, secret.name, secret.value) {
        return Err((401, format!("The {} is missing or invalid.", secret.shown)));
    }
    let params = Params::parse(request.uri().query().unwrap_or_default()).map_err(|error| (400, error.0))?;
    if params.get("api-version") != Some(api_version) {
        return Err((400, "The api-version is missing or not supported.".to_owned()));
    }
    Ok(params)
}

/// Whether the request has the header once, with exactly this value.
pub(super) fn has_header(request: &Request, name: &str, value: &str) -> bool {
    let mut headers = request.headers().get_all(name).iter();
    (headers.next().map(HeaderValue::as_bytes), headers.next()) == (Some(value.as_bytes()), None)
}

/// Whether the request has the header `Metadata: true`. Redirects and simple forged requests do not carry it.
pub(super) fn has_metadata(request: &Request) -> bool {
    let header = request.headers().get("metadata").map(HeaderValue::as_bytes);
    header.is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
}
