//! The port of a request's URI, and its form for a log.

use http::Uri;

/// The port that a request goes to: the one that the URI names, else that of its scheme, http or https.
pub fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    })
}

/// The names of parameters that are shown: those of Azure's services. A link to a list's next page is the vault's text, and
/// what has another name there may be a part of an echoed token.
const NAMES: [&str; 16] = [
    "$filter",
    "$skiptoken",
    "$top",
    "api-version",
    "bypass_cache",
    "client_id",
    "clientid",
    "maxresults",
    "mi_res_id",
    "msi_res_id",
    "object_id",
    "outContentType",
    "principal_id",
    "principalId",
    "resource",
    "scope",
];

/// The URI for a log: with the known names of its query parameters, and of their values only that of `api-version`.
pub fn redacted(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("?");
    let host = uri.host().unwrap_or("?");
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let mut url = format!("{scheme}://{host}{port}{}", uri.path());
    for (index, pair) in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some(("api-version", _)) => url.push_str(pair),
            Some((name, _)) if NAMES.contains(&name) => {
                url.push_str(name);
                url.push_str("=…");
            }
            // It may be a value without a name.
            _ => url.push('…'),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_left_out() {
        let uri = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=abc&x";
        assert_eq!(
            redacted(&uri.parse().expect("a URI")),
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=…&…"
        );
        let echo = "https://host/secrets?eyJ0eXAiOiJKV1=1&QiLCJhbGci=2&$skiptoken=2";
        assert_eq!(redacted(&echo.parse().expect("a URI")), "https://host/secrets?…&…&$skiptoken=…");
        assert_eq!(redacted(&Uri::from_static("https://user:pw@host:8443/")), "https://host:8443/");
    }
}
