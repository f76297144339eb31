//! IMDS, the metadata service of virtual machines, scale sets and AKS nodes.
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
//!
//! No variable announces IMDS, and other clouds have services at the same address. Until a response proves that it is IMDS,
//! the token request is the probe: its connect timeout is short, its time limit for the response is the usual one.

use core::cell::Cell;
use core::time::Duration;

use super::selector::IdentitySelector;
use super::source::Source;
use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::credential::options::CredentialOptions;
use crate::diagnosis::{self, Hint};
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{
    Call, Content, NoResponse, PreparedRequest, Reply, RetryPolicy, START_TIME, ServicePolicy, no_response,
};
use crate::language::{self, Language};
use crate::platform::{LocalFuture, SendError};
use crate::prelude::*;
use crate::text::encode;
use crate::token::AccessToken;
use crate::url::Url;
use crate::value;

pub(super) const NAME: &str = "IMDS";
pub(super) const ARC: &str = "Azure Arc managed identity";
const ADDRESS: &str = "http://169.254.169.254";
const API_VERSION: &str = "2018-02-01";

/// The variable that names another address.
const OVERRIDE: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// The environment names the address.
const AT_ADDRESS: &str = "at the address in AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// App Service is meant, and only a part of its variables reaches the component.
const WITHOUT_ENDPOINT: &str = "IDENTITY_HEADER is set without IDENTITY_ENDPOINT, so App Service was not asked";

/// The time limit for a response. The IMDS team promises one within 10 seconds. The limit also ends the wait for an address
/// that accepts connections and never responds.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(10);

/// The connect timeout until a response proves that there is an IMDS. Outside Azure each call of a chain waits this long.
/// The Azure SDKs take one second too; some networks need more, hence the option.
const PROBE_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The connect timeout if a response has proven that there is an IMDS, or if the credential is not in a chain.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The delays after a 410, which IMDS returns while it is updated, for up to 70 seconds. The Azure SDKs have the same
/// delays, after an immediate first retry that can't succeed during an update.
const UPDATE_DELAYS: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20), Duration::from_secs(40)];

pub(super) struct Imds {
    url: Url,
    /// The connect timeout that the caller set.
    connect_timeout: Option<Duration>,
    /// A response has proven that this is IMDS, or the environment names its address.
    proven: Cell<bool>,
    /// The environment names its address.
    address_is_set: bool,
    /// It has returned a token.
    has_answered: Cell<bool>,
    environment_is_empty: bool,
    /// `IMDS_ENDPOINT` is set, which Azure Arc sets together with `IDENTITY_ENDPOINT`.
    arc_is_partly_set: bool,
    language: Language,
    detected_by: &'static str,
}

impl Imds {
    pub(super) fn new(env: &Env, options: &CredentialOptions) -> Result<Self> {
        let text = env.get(OVERRIDE).map_or(ADDRESS, |host| host.trim_end_matches('/'));
        value::check_public(OVERRIDE, text)?;
        let url = Url::parse(text).ok().filter(|url| url.is_local() && url.path.is_empty()).ok_or_else(|| {
            Error::invalid(format!(
                "{OVERRIDE} is not the address of a metadata service on this machine or in its private network"
            ))
            .with_hint(diagnosis::configuration(&format!(
                "Unset {OVERRIDE}, or set it to an address such as http://127.0.0.1:2579\nA name other than localhost may lead \
                 anywhere: use its address"
            )))
        })?;
        // If the address is set, IMDS is taken to exist; the Azure SDKs don't probe it then either.
        let address_is_set = env.get(OVERRIDE).is_some();
        let detected_by = if address_is_set {
            AT_ADDRESS
        } else if env.get("IDENTITY_HEADER").is_some() {
            WITHOUT_ENDPOINT
        } else {
            "as no variable names another source"
        };
        let connect_timeout = options.imds_connect_timeout.map(Duration::from_millis);
        Ok(Self {
            url,
            connect_timeout,
            proven: Cell::new(address_is_set),
            address_is_set,
            has_answered: Cell::new(false),
            environment_is_empty: env.is_empty(),
            arc_is_partly_set: env.get("IMDS_ENDPOINT").is_some(),
            language: env.language,
            detected_by,
        })
    }

    /// The hint for an IMDS that is not there.
    fn nothing_configured(&self) -> Hint {
        if self.arc_is_partly_set {
            let (set, missing) = (&["IMDS_ENDPOINT"], &["IDENTITY_ENDPOINT"]);
            return diagnosis::partly_configured(ARC, set, missing, self.language);
        }
        diagnosis::nothing_configured(self.environment_is_empty, self.language)
    }

    /// Whether it may still be starting: the environment or the code names it, alone, and it has not yet returned a token.
    /// In an unpinned chain it is a guess, which must not take long.
    fn may_be_starting(&self, call: &Call<'_>) -> bool {
        (self.address_is_set || !call.chained) && !self.has_answered.get()
    }

    /// The error of no response. Outside Azure this is normal and means unavailable; an IMDS that responded before has failed.
    fn no_response_error(&self, call: &Call<'_>, no_answer: &NoResponse) -> Box<Error> {
        let error = no_answer.error;
        let mut failure = no_response(call, no_answer, "the Azure metadata service (IMDS)", &self.url);
        if !self.proven.get() {
            // When not chained, a host denial is final.
            if call.chained || error != SendError::Denied {
                failure.kind = ErrorKind::CredentialUnavailable;
            }
            let nothing = self.nothing_configured();
            failure.hint = Some(match failure.hint {
                Some(denied) if error == SendError::Denied => diagnosis::imds_denied(denied, &nothing),
                _ if !call.chained => diagnosis::imds_named_alone(&self.url.authority(), &nothing),
                _ => nothing,
            });
        }
        if error == SendError::ConnectTimeout {
            failure.message.push_str(self.language.say(language::IMDS_TIMEOUT_OPTION));
        }
        if self.detected_by == WITHOUT_ENDPOINT {
            failure.message.push_str(&format!("; {WITHOUT_ENDPOINT}"));
        }
        failure
    }

    /// The error of a response that IMDS does not give.
    fn not_imds(&self, reply: &Reply) -> Box<Error> {
        let (status, content) = (reply.status(), reply.content());
        let origin = self.url.origin();
        let message = format!("{origin} answered {status}, which is not the Azure metadata service{content}");
        let mut error = reply.error(ErrorKind::UnexpectedReply, message);
        let known = diagnosis::identity_in_text(&content);
        if self.proven.get() {
            // A proxy or an IMDS that fails has another status.
            let other_server = self.address_is_set && (400..500).contains(&status) && status != 407;
            let unexpected = if other_server {
                Some(diagnosis::other_server(&self.url, OVERRIDE))
            } else {
                diagnosis::unexpected_reply(status, &content, NAME, &self.url)
            };
            error.hint = error.hint.or(known).or(unexpected);
            // The address may be right, and the machine in another cloud.
            if self.address_is_set {
                error.hint = diagnosis::combine(error.hint, Some(self.nothing_configured()));
            }
        } else {
            let nothing = diagnosis::not_imds(status, &content, &self.url, self.nothing_configured());
            error.hint = known.or(Some(nothing));
            // The delay that an unknown server asks for is not reported.
            (error.kind, error.retry_after) = (ErrorKind::CredentialUnavailable, None);
        }
        error
    }
}

fn refused(selector: &IdentitySelector, reply: &Reply, mut message: String) -> Box<Error> {
    let error_message = reply.error_message().unwrap_or_default();
    if !error_message.is_empty() {
        message.push_str(": ");
        message.push_str(&error_message);
    }
    let json = reply.json(&["error"]).unwrap_or_default();
    let code = json.text("error").map(|code| reply.quote(&code));
    let mut error = match (reply.response.status, code.as_deref()) {
        (400..=403, Some("invalid_request" | "unauthorized_client"))
            if !error_message.contains("AADSTS") && reply.content().is_about_identity() =>
        {
            selector.refused(NAME, reply, message)
        }
        (404 | 410, _) => reply.error(ErrorKind::TimedOut, message).with_hint(diagnosis::imds_updating()),
        _ => reply.error(ErrorKind::AuthenticationFailed, message),
    };
    if reply.status() < 500 && !error_message.contains("AADSTS") {
        error.hint.get_or_insert_with(|| diagnosis::request_refused(NAME, code.as_deref()));
    }
    error.code = code;
    error
}

/// Whether a response comes from IMDS. Other clouds have services at its address, which return 401, 403, 404 or HTML, and the
/// proxy of Docker Desktop returns 403 with JSON whose `error` is a sentence. The marks of IMDS are the status 410, its
/// `Server` header, a token, and an error as of OAuth 2.0: a code in `error`, and `error_description`.
fn is_imds(reply: &Reply) -> bool {
    let is_code = |error: String| !error.is_empty() && error.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    reply.response.status == 410
        || reply.response.header("server").is_some_and(|server| server.starts_with("IMDS/"))
        || reply.json(&["access_token", "error", "error_description"]).is_ok_and(|json| {
            json.text("access_token").is_some()
                || (json.text("error").is_some_and(is_code) && json.text("error_description").is_some())
        })
}

impl ServicePolicy for Imds {
    /// In a chain the token request is the probe, with short limits.
    fn retry_policy(&self, call: &Call<'_>) -> RetryPolicy {
        let trusted = self.proven.get() || !call.chained;
        let connect_timeout =
            self.connect_timeout.unwrap_or(if trusted { CONNECT_TIMEOUT } else { PROBE_CONNECT_TIMEOUT });
        RetryPolicy {
            connect_timeout,
            // The limit includes the connection, so it is at least the connect timeout.
            first_byte_timeout: FIRST_BYTE_TIMEOUT.max(connect_timeout),
            retries: if trusted { 4 } else { 2 },
            retry_no_response: trusted,
            retry_for: if trusted { Duration::MAX } else { Duration::from_secs(3) },
            start_for: if self.may_be_starting(call) { START_TIME } else { Duration::ZERO },
        }
    }

    fn on_response(&self, call: &Call<'_>, reply: &Reply, retry: u32) -> Option<Duration> {
        if is_imds(reply) {
            self.proven.set(true);
            self.has_answered.set(self.has_answered.get() || reply.status() == 200);
        }
        match reply.response.status {
            410 => Some(UPDATE_DELAYS.get(retry as usize).copied().unwrap_or_default()),
            // In a chain, a web page is the answer of another server that has started, such as another cloud's.
            404 if call.chained
                && !self.has_answered.get()
                && !is_imds(reply)
                && matches!(reply.content(), Content::Page(_)) =>
            {
                None
            }
            // IMDS may return 404 during an update too; the Azure SDKs also retry it.
            404 if self.proven.get() || self.may_be_starting(call) => Some(Duration::ZERO),
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
        Box::pin(async move { call.send(self, prepared).await.map_err(|error| self.no_response_error(&call, &error)) })
    }

    fn token(&self, now: u64, reply: &Reply, selector: &IdentitySelector) -> Result<AccessToken> {
        let answered = format!("{NAME} answered {}", reply.status());
        if !is_imds(reply) {
            return Err(self.not_imds(reply));
        }
        if reply.response.status == 200 {
            return AccessToken::from_reply(&reply.response.body.0, &reply.secrets, now).map_err(|why| {
                reply.error(
                    ErrorKind::UnexpectedReply,
                    format!("{answered} with something that is no token reply: {why}"),
                )
            });
        }
        let mut error = refused(selector, reply, answered);
        let unnamed =
            error.kind == ErrorKind::CredentialUnavailable && selector.id == ManagedIdentityId::FromEnvironment;
        // AZURE_CLIENT_ID may be set in the host and not passed to the component.
        if unnamed && selector.reads_client_id_variable && self.environment_is_empty {
            error.hint = diagnosis::combine(error.hint, Some(self.nothing_configured()));
        }
        Err(error)
    }
}
