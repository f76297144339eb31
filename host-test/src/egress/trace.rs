//! One line for each exchange, without anything secret in it.

use std::fmt::Write as _;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Uri};
use wasmtime_wasi_http::Error;

use super::Response;
use fake_azure::wire::Request;

/// Where the lines go.
pub(super) struct Trace(Box<dyn Fn(&str) + Send + Sync>);

impl Trace {
    pub(super) fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Box::new(sink))
    }

    pub(super) fn exchange(&self, request: &Request, result: &Result<Response, Error>, took: Duration) {
        let mut line = format!("{} {} -> ", request.method(), redacted(request.uri()));
        // Writing to a String does not fail.
        let _ = match result {
            Ok(response) => {
                write!(line, "{} {}", response.status().as_u16(), media(response.headers()))
            }
            Err(error) => write!(line, "{error}"),
        };
        let _ = write!(line, " in {} ms", took.as_millis());
        (self.0)(&line);
    }
}

/// The media type, if it is one that the services of Azure and what stands before them have. A header's value could be
/// anything, an echo of the request included.
fn media(headers: &HeaderMap) -> &'static str {
    const KNOWN: [&str; 5] =
        ["application/json", "application/problem+json", "application/xml", "text/html", "text/plain"];
    let Some(value) = headers.get(CONTENT_TYPE) else { return "no content type" };
    let told = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(told)).unwrap_or("another content type")
}

/// Longer than any name of a parameter, and far shorter than a token.
const LONGEST_NAME: usize = 32;

/// The URL with the names of its query and no values but the API's version.
pub(crate) fn redacted(uri: &Uri) -> String {
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
            // A value without a name would be printed here.
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
