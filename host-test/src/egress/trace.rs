//! One line for each request and its outcome, without secrets.

use std::fmt::Write as _;
use std::time::Duration;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use wasmtime_wasi_http::Error;

use super::Response;
use fake_azure::uri;
use fake_azure::wire::Request;

/// Where the lines go.
pub(super) struct Trace(Box<dyn Fn(&str) + Send + Sync>);

impl Trace {
    pub(super) fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Box::new(sink))
    }

    pub(super) fn exchange(&self, request: &Request, result: &Result<Response, Error>, took: Duration) {
        let mut line = format!("{} {} -> ", request.method(), uri::redacted(request.uri()));
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

/// The media type, if it is one that Azure's services and proxies send. Other values of the header are not printed: they may
/// echo the request.
fn media(headers: &HeaderMap) -> &'static str {
    const KNOWN: [&str; 5] =
        ["application/json", "application/problem+json", "application/xml", "text/html", "text/plain"];
    let Some(value) = headers.get(CONTENT_TYPE) else { return "no content type" };
    let told = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(told)).unwrap_or("another content type")
}
