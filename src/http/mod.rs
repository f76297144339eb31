//! HTTP requests of one call of the user: its deadline, requests, replies, and the error when there is no response.

pub(crate) mod auth_challenge;
mod content;
mod retry;

use core::time::Duration;

use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::json::{self, JsonError};
use crate::language::Language;
use crate::log::{Level, Log};
use crate::platform::{Method, Platform, Request, Response, SendError};
use crate::prelude::*;
use crate::secret::{self, SecretString};
use crate::url::Url;
pub(crate) use content::Content;
#[cfg(fuzzing)]
pub(crate) use retry::retry_after;
pub(crate) use retry::{DEFAULT_RETRY, RetryPolicy, START_TIME, ServicePolicy, StartingService};

/// The most bytes of a response body that are read by default. Tokens of 24 h with many groups reach 16 KiB.
const MAX_BODY: usize = 64 * 1024;

/// One call of the user: its platform, deadline and log.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) platform: &'a dyn Platform,
    /// When the call must end, by `Platform::monotonic`.
    pub(crate) deadline: Duration,
    /// The credential is in a chain: other credentials may be tried after it.
    pub(crate) chained: bool,
    pub(crate) log: Log<'a>,
    /// The language of the caller.
    pub(crate) language: Language,
}

impl<'a> Call<'a> {
    /// A call that starts now and must end after `timeout`.
    pub(crate) fn start(platform: &'a dyn Platform, timeout: Duration, level: Level, language: Language) -> Self {
        let deadline = platform.monotonic().saturating_add(timeout);
        Self { platform, deadline, chained: false, log: Log { platform, level }, language }
    }

    /// Logs the error if the call failed, and returns the result.
    pub(crate) fn end<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.log.write(Level::Error, &|| error.log_line());
        }
        result
    }

    /// The time until the deadline.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.platform.monotonic())
    }

    /// The same call with a deadline at most `timeout` from now.
    pub(crate) fn within(self, timeout: Duration) -> Self {
        Self { deadline: self.deadline.min(self.platform.monotonic().saturating_add(timeout)), ..self }
    }
}

/// A request to send, with what the retry policy and error messages need to know about it.
pub(crate) struct PreparedRequest {
    pub(crate) request: Request,
    /// The secrets in the request. They are masked in texts, because a server may echo them.
    pub(crate) secrets: Vec<SecretString>,
    /// The request is idempotent. One that is not is retried only if the service can't have processed it.
    pub(crate) idempotent: bool,
}

impl PreparedRequest {
    /// A GET for JSON at this path and query, on the URL's host. The path of the URL itself is not used.
    pub(crate) fn new(url: &Url, path: String, mut headers: Vec<(&'static str, SecretString)>) -> Self {
        headers.push(("accept", "application/json".into()));
        headers.push(("user-agent", SecretString::from(concat!("keyfob/", env!("CARGO_PKG_VERSION")))));
        let request = Request {
            method: Method::Get,
            https: url.https,
            authority: url.authority(),
            path,
            headers,
            body: SecretString::default(),
            max_body: MAX_BODY,
        };
        Self { request, secrets: Vec::new(), idempotent: true }
    }

    /// The same request as a POST with a form as its body.
    pub(crate) fn post(mut self, form: String) -> Self {
        self.request.method = Method::Post;
        self.request.headers.push(("content-type", "application/x-www-form-urlencoded".into()));
        self.request.body = form.into();
        self
    }
}

/// How often and how long a request was tried.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tried {
    attempts: u32,
    /// From the first attempt to the last result.
    time: Duration,
}

impl Tried {
    /// A note for messages, such as ` (tried 7 times in 19 s)`. It is empty where the retries took no time worth telling.
    fn note(self) -> String {
        let (attempts, seconds) = (self.attempts, self.time.as_secs());
        if attempts < 2 || seconds < 2 {
            return String::new();
        }
        format!(" (tried {attempts} times in {seconds} s)")
    }
}

/// Why there is no response.
pub(crate) struct NoResponse {
    pub(crate) error: SendError,
    tried: Tried,
}

/// The last response, and the delay that the service asked for.
pub(crate) struct Reply {
    pub(crate) response: Response,
    /// The delay that the service asked for.
    pub(crate) retry_after: Option<Duration>,
    /// That delay ends after the deadline of the call.
    pub(crate) wait_too_long: bool,
    tried: Tried,
    /// The secrets of the request, which the response may echo.
    pub(crate) secrets: Vec<SecretString>,
}

impl Reply {
    /// A field of the response, safe to print: secrets masked, one line, limited length.
    pub(crate) fn quote(&self, text: &str) -> String {
        secret::quote(text, &self.secrets)
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.response.status
    }

    /// The members of these names of the body, which is a JSON object.
    ///
    /// # Errors
    /// As [`json::object`].
    pub(crate) fn json(&self, names: &[&'static str]) -> Result<json::Object<'_>, JsonError> {
        json::object(&self.response.body.0, names)
    }

    /// The message of an error response in JSON. App Service has it in `message`, IMDS in `error_description`, others in an
    /// object `error`.
    #[inline(never)]
    pub(crate) fn error_message(&self) -> Option<String> {
        let json = self.json(&["message", "error_description", "error", "Message"]).ok()?;
        let nested = json.object("error", &["message"]).unwrap_or_default();
        let texts = [
            json.text("message"),
            json.text("error_description"),
            nested.text("message"),
            json.text("Message"),
            json.text("error"),
        ];
        let text = texts.into_iter().flatten().find(|text| !text.is_empty())?;
        Some(self.quote(&text))
    }

    /// What the body of an error response says, whoever gave it.
    pub(crate) fn content(&self) -> Content {
        Content::of(self)
    }

    /// An error about this response, with its status, delay and request id, and how long it was tried.
    pub(crate) fn error(&self, kind: ErrorKind, mut message: String) -> Box<Error> {
        message.push_str(&self.tried.note());
        let throttled = self.wait_too_long || self.response.status == 429;
        let mut error = Error::new(if throttled { ErrorKind::Throttled } else { kind }, message);
        error.status = Some(self.response.status);
        error.retry_after = self.retry_after.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0));
        if let Some(id) = self.response.header("x-ms-request-id") {
            error.details.push(("x-ms-request-id", self.quote(id)));
        }
        if throttled {
            error.hint = Some(diagnosis::throttled(error.retry_after));
        }
        error
    }
}

/// The error of a request that got no response from the service `who` at `url`.
pub(crate) fn no_response(call: &Call<'_>, failure: &NoResponse, who: &str, url: &Url) -> Box<Error> {
    let NoResponse { error, tried } = *failure;
    // A limit that ran out because the deadline had shortened it counts as a timeout of the call.
    let kind = match error {
        SendError::Denied => ErrorKind::DeniedByHost,
        SendError::Deadline | SendError::FirstByteTimeout | SendError::BetweenBytesTimeout => ErrorKind::TimedOut,
        SendError::TooLarge => ErrorKind::UnexpectedReply,
        _ if call.remaining().is_zero() => ErrorKind::TimedOut,
        _ => ErrorKind::Transport,
    };
    let hint = diagnosis::no_response(error, who, url, call.language);
    // Keyfob's own programs follow the variables of a proxy. A host of other components does not.
    let proxy = if call.language == Language::Wit
        && !matches!(error, SendError::Denied | SendError::Tls | SendError::TooLarge)
    {
        proxy_variable(&call.platform.environment(), url)
    } else {
        None
    };
    Error::new(kind, format!("{who} at {}: {}{}", url.origin(), error.describe(), tried.note())).with_hint(
        match proxy {
            Some(variable) => diagnosis::proxy_not_followed(hint, variable, url),
            None => hint,
        },
    )
}

/// The variable that names a proxy for this URL, unless `NO_PROXY` names its host. Plain http is for identity endpoints only,
/// which no proxy reaches.
fn proxy_variable(environment: &[(String, String)], url: &Url) -> Option<&'static str> {
    let get = |name: &str| environment.iter().find(|(it, value)| it == name && !value.is_empty());
    let variable =
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().find(|name| get(name).is_some())?;
    let mut exceptions = ["NO_PROXY", "no_proxy"].into_iter().filter_map(get).flat_map(|(_, list)| list.split(','));
    let excepted = exceptions.any(|entry| {
        let domain = entry.trim_ascii().trim_start_matches(['*', '.']);
        // The domain itself, or a name below it.
        let labels = url.host.strip_suffix(domain).filter(|_| !domain.is_empty());
        entry.trim_ascii() == "*" || labels.is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
    });
    (url.https && !excepted).then_some(variable)
}
