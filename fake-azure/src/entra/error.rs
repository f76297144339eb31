//! Entra's error responses.

use serde_json::json;

use super::super::{Fake, timestamp};
use crate::wire::{Request, ScriptedResponse};

/// An error response of Entra.
#[derive(Debug)]
pub(super) struct EntraError {
    status: u16,
    error: &'static str,
    code: u32,
    text: String,
}

impl EntraError {
    /// An error with the number of its AADSTS code.
    /// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
    pub(super) fn new(status: u16, error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self { status, error, code, text: text.into() }
    }

    /// A required parameter is missing.
    pub(super) fn missing(name: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(400, "invalid_request", 900_144, text)
    }

    /// The request is malformed.
    pub(super) fn malformed(detail: &str) -> Self {
        let text = format!("Invalid request. Request is malformed or invalid. {detail}");
        Self::new(400, "invalid_request", 9_002_313, text)
    }

    /// The client's credential is not valid.
    pub(super) fn client(code: u32, text: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", code, text)
    }

    /// The response.
    pub(super) fn response(&self, fake: &Fake, request: &Request, now: u64) -> ScriptedResponse {
        let trace = fake.request_id();
        let asked = request.headers().get("client-request-id");
        let asked = asked.and_then(|id| id.to_str().ok());
        let correlation = asked.map_or_else(|| fake.request_id(), str::to_owned);
        let host = request.uri().host().unwrap_or_default();
        let (code, text, time) = (self.code, &self.text, timestamp::format(now, timestamp::ENTRA));
        let description =
            format!("AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}");
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://{host}/error?code={code}"),
        });
        ScriptedResponse::json(self.status, &body)
    }
}
