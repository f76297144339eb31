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

/// The longest parameter name that is shown: above all real names, and far below a token's length.
const LONGEST_NAME: usize = 32;

/// The URI for a log: with the names of its query parameters, and of their values only that of `api-version`.
pub fn redacted(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("?");
    let host = uri.host().unwrap_or("?");
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let mut url = format!("{scheme}://{host}{port}{}", uri.path());
    for (index, pair) in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some(("api-version", _)) => url.push_str(pair),
            // A link to a list's next page is the vault's text: what is no name there may be an echo of the token.
            Some((name, _)) if name.len() <= LONGEST_NAME => {
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
        let echo = format!("https://host/secrets?{}=1&$skiptoken=2", "eyJ0".repeat(10));
        assert_eq!(redacted(&echo.parse().expect("a URI")), "https://host/secrets?…&$skiptoken=…");
        assert_eq!(redacted(&Uri::from_static("https://user:pw@host:8443/")), "https://host:8443/");
    }
}
