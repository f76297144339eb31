//! IMDS, the metadata service of virtual machines, scale sets and AKS nodes.
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
//!
//! No variable announces it, and other clouds answer at the same address: until an answer proves that it is IMDS,
//! the request itself is the probe, with a short limit for the connection and none for a slow answer.

use core::cell::Cell;
use core::time::Duration;

use super::selector::IdentitySelector;
use super::source::{Source, error_message};
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::credential::options::CredentialOptions;
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, PreparedRequest, Reply, RetryPolicy, ServicePolicy, no_response};
use crate::json::Json;
use crate::platform::{LocalFuture, SendError};
use crate::prelude::*;
use crate::text::{encode, find, trim_end};
use crate::token::AccessToken;
use crate::url::Url;

pub(super) const NAME: &str = "IMDS";
const ADDRESS: &str = "http://169.254.169.254";
const API_VERSION: &str = "2018-02-01";

/// Its team promises an answer within 10 seconds; the same limit frees an app from an address that accepts and is silent.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(10);

/// For the connection while nothing proves that there is an IMDS: off Azure, each call of a chain waits for it. One
/// second is what the Azure SDKs take; some networks need more, hence the option.
const PROBE_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Proven by an answer, or the only credential that was asked for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// While it is updated it answers 410, for up to 70 seconds. The Azure SDKs wait like this too, after a first retry at
/// once that an IMDS that is being updated can't answer.
const UPDATE_DELAYS: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20), Duration::from_secs(40)];

pub(super) struct Imds {
    url: Url,
    /// The caller's limit for the connection.
    connect_timeout: Option<Duration>,
    proven: Cell<bool>,
    environment_is_empty: bool,
    detected_by: &'static str,
}

impl Imds {
    pub(super) fn new(env: &Env, options: &CredentialOptions) -> Result<Self> {
        const OVERRIDE: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
        let text = env.get(OVERRIDE).map_or(ADDRESS, |host| trim_end(host, b'/'));
        let url = Url::parse(text).ok().filter(|url| url.is_local() && url.path.is_empty()).ok_or_else(|| {
            Error::invalid(format!(
                "{OVERRIDE} is not the address of a metadata service on this machine or in its private network"
            ))
            .with_hint(diagnosis::configuration(&format!(
                "Unset {OVERRIDE}, or set it to an address such as http://127.0.0.1:2579"
            )))
        })?;
        // Whoever names its address knows that it is there: the Azure SDKs don't probe it then either.
        let address_is_set = env.get(OVERRIDE).is_some();
        let detected_by = if address_is_set {
            "at the address in AZURE_POD_IDENTITY_AUTHORITY_HOST"
        } else if env.get("IDENTITY_HEADER").is_some() {
            "IDENTITY_HEADER is set without IDENTITY_ENDPOINT, so App Service was not asked"
        } else {
            "as no variable names another source"
        };
        let connect_timeout = options.imds_connect_timeout.map(Duration::from_millis);
        Ok(Self {
            url,
            connect_timeout,
            proven: Cell::new(address_is_set),
            environment_is_empty: env.is_empty(),
            detected_by,
        })
    }

    /// No answer: off Azure this is how it is. One that answered before has failed.
    fn no_response_error(&self, call: &Call<'_>, error: SendError) -> Box<Error> {
        let mut failure = no_response(call, error, "the Azure metadata service (IMDS)", &self.url);
        if !self.proven.get() {
            // Asked for alone it was meant, and the host's no is an answer.
            if call.chained || error != SendError::Denied {
                failure.kind = ErrorKind::CredentialUnavailable;
            }
            let nothing = diagnosis::nothing_configured(self.environment_is_empty);
            failure.hint = Some(match failure.hint {
                Some(denied) if error == SendError::Denied => diagnosis::imds_denied(denied, &nothing),
                _ => nothing,
            });
        }
        let option = if error == SendError::ConnectTimeout { " (option imds-connect-timeout)" } else { "" };
        failure.message = format!(
            "ManagedIdentityCredential authentication unavailable, no response from the IMDS endpoint: {}{option}",
            failure.message
        );
        failure
    }
}

fn refused(selector: &IdentitySelector, reply: &Reply, mut message: String) -> Box<Error> {
    let error_message = error_message(reply).unwrap_or_default();
    if !error_message.is_empty() {
        message.push_str(": ");
        message.push_str(&error_message);
    }
    let code = reply.json().and_then(|json| Some(reply.quote(json.text(&["error"])?)));
    let mut error = match (reply.response.status, code.as_deref()) {
        (400, Some("invalid_request")) if find(&error_message, "AADSTS").is_none() => {
            selector.refused(NAME, reply, message)
        }
        (404 | 410, _) => {
            reply.error(ErrorKind::TimedOut, message + " (it is being updated)").with_hint(diagnosis::imds_updating())
        }
        _ => reply.error(ErrorKind::AuthenticationFailed, message),
    };
    error.code = code;
    error
}

/// Whether an answer is IMDS's: other clouds own its address too and answer 401, 403, 404 or HTML.
fn is_imds(reply: &Reply) -> bool {
    reply.response.status == 410
        || reply.response.header("server").is_some_and(|server| server.starts_with("IMDS/"))
        || reply.json().is_some_and(|json| json.at(&["access_token"]).is_some() || json.at(&["error"]).is_some())
}

impl ServicePolicy for Imds {
    /// In a chain the request itself is the probe.
    fn retry_policy(&self, call: &Call<'_>) -> RetryPolicy {
        let trusted = self.proven.get() || !call.chained;
        let connect_timeout =
            self.connect_timeout.unwrap_or(if trusted { CONNECT_TIMEOUT } else { PROBE_CONNECT_TIMEOUT });
        RetryPolicy {
            connect_timeout,
            // It counts from the start, so a longer limit for the connection needs more.
            first_byte_timeout: FIRST_BYTE_TIMEOUT.max(connect_timeout),
            retries: if trusted { 4 } else { 2 },
            retry_no_response: trusted,
            retry_for: if trusted { Duration::MAX } else { Duration::from_secs(3) },
        }
    }

    fn on_response(&self, reply: &Reply, retry: u32) -> Option<Duration> {
        if is_imds(reply) {
            self.proven.set(true);
        }
        match reply.response.status {
            410 => Some(UPDATE_DELAYS.get(retry as usize).copied().unwrap_or_default()),
            // What it answers during an update too, as the Azure SDKs have it.
            404 if self.proven.get() => Some(Duration::ZERO),
            _ => None,
        }
    }
}

impl Source for Imds {
    fn name(&self) -> &'static str {
        NAME
    }

    fn detected_by(&self) -> &'static str {
        self.detected_by
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn is_proven(&self) -> bool {
        self.proven.get()
    }

    fn prepare(&self, resource: &str, selector: &IdentitySelector) -> PreparedRequest {
        let path = format!(
            "/metadata/identity/oauth2/token?api-version={API_VERSION}&resource={}{}",
            encode(resource),
            selector.query("client_id", "object_id", "msi_res_id")
        );
        PreparedRequest::new(&self.url, path, vec![("metadata", "true".into())])
    }

    fn send<'a>(&'a self, call: Call<'a>, prepared: &'a PreparedRequest) -> LocalFuture<'a, Result<Reply>> {
        Box::pin(async move { call.send(self, prepared).await.map_err(|error| self.no_response_error(&call, error)) })
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        let answered = format!("{} answered {}", self.url.origin(), reply.status());
        if !is_imds(reply) {
            let message = format!("{answered}, which is not the Azure metadata service");
            let mut error = reply.error(ErrorKind::UnexpectedReply, message);
            error.hint.get_or_insert_with(|| diagnosis::unexpected_service(NAME, &self.url));
            // Whoever that is, its wish to be left alone is not ours to report.
            if !self.proven.get() {
                error.hint = Some(diagnosis::nothing_configured(self.environment_is_empty));
                (error.kind, error.retry_after) = (ErrorKind::CredentialUnavailable, None);
            }
            return Err(error);
        }
        if reply.response.status == 200 {
            let json = reply.json().unwrap_or(Json::Null);
            return AccessToken::from_reply(&json, now).map_err(|why| {
                reply.error(
                    ErrorKind::UnexpectedReply,
                    format!("{answered} with something that is no token reply: {why}"),
                )
            });
        }
        let mut error = refused(selector, reply, answered);
        let unnamed =
            error.kind == ErrorKind::CredentialUnavailable && selector.id == ManagedIdentityId::FromEnvironment;
        // It may well be named, and the host keeps that from the component.
        if unnamed && selector.reads_client_id_variable && self.environment_is_empty {
            error.hint = diagnosis::combine(error.hint, Some(diagnosis::nothing_configured(true)));
        }
        Err(error)
    }
}
