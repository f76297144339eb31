//! A simulated platform: the target gives its responses, and its clock advances only by sleeps and requests.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use keyfob_component::{
    Error, FileError, Limits, LocalFuture, Method, Platform, Request, Response, SecretBytes, SendError,
};

/// The wall clock at the start: 2026-11-25.
pub const NOW: u64 = 1_795_564_800;

/// The simulated duration of a request. It is not zero, so that an endless call reaches its deadline.
const ROUND_TRIP: Duration = Duration::from_millis(100);

/// More requests than any call makes. A list whose links form a circle sends one in each round trip, for 30 seconds.
const MAX_REQUESTS: usize = 400;

/// The longest simulated duration of a call: a managed identity's timeout of 100 seconds, and the last sleep.
const MAX_DURATION: Duration = Duration::from_secs(101);

/// A request that was sent.
#[derive(Debug)]
pub struct SentRequest {
    /// The method is POST, otherwise GET.
    pub post: bool,
    /// The scheme is https.
    pub https: bool,
    /// Host and port.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// Every header, unmasked.
    pub headers: Vec<(&'static str, String)>,
    /// The body, unmasked.
    pub body: String,
}

impl SentRequest {
    /// The value of the header with this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }
}

/// Returns the response to a request, or `None` for the next prepared response.
type Respond = dyn Fn(&SentRequest) -> Option<Response>;

/// The simulated platform of one input.
pub struct World {
    environment: Vec<(String, String)>,
    /// Path and content; `None` stands for every path.
    files: Vec<(Option<String>, Vec<u8>)>,
    respond: Box<Respond>,
    prepared: RefCell<VecDeque<Response>>,
    clock: Cell<Duration>,
    /// The requests, in order.
    pub sent: RefCell<Vec<SentRequest>>,
    /// The paths that were read, in order, whether there is such a file or not.
    pub read: RefCell<Vec<String>>,
    /// The log at the level verbose.
    pub logged: RefCell<String>,
}

impl World {
    /// A platform with these environment variables. If `respond` returns `None`, the request gets the next prepared
    /// response; the last one is repeated.
    pub fn new(environment: &[(&str, &str)], respond: impl Fn(&SentRequest) -> Option<Response> + 'static) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut environment: Vec<_> = environment.iter().map(owned).collect();
        environment.push(("AZURE_LOG_LEVEL".to_owned(), "verbose".to_owned()));
        Self {
            environment,
            files: Vec::new(),
            respond: Box::new(respond),
            prepared: RefCell::default(),
            clock: Cell::default(),
            sent: RefCell::default(),
            read: RefCell::default(),
            logged: RefCell::default(),
        }
    }

    /// Adds a file; without a path, every path has this content.
    pub fn with_file(mut self, path: Option<&str>, content: &[u8]) -> Self {
        self.files.push((path.map(str::to_owned), content.to_owned()));
        self
    }

    /// Adds prepared responses.
    pub fn with_responses(self, responses: impl IntoIterator<Item = Response>) -> Self {
        self.prepared.borrow_mut().extend(responses);
        self
    }

    /// A response with this status, at most one header, and this body.
    pub fn response(status: u16, header: Option<(&str, &str)>, body: &[u8]) -> Response {
        let headers = header.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Response { status, headers, body: SecretBytes::from(body.to_owned()) }
    }

    /// A token response.
    pub fn token_response(token: &str) -> Response {
        Self::response(200, None, format!(r#"{{"access_token":"{token}","expires_in":3600}}"#).as_bytes())
    }

    fn next_response(&self, sent: &SentRequest) -> Option<Response> {
        if let Some(response) = (self.respond)(sent) {
            return Some(response);
        }
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() > 1 { prepared.pop_front() } else { prepared.front().cloned() }
    }
}

impl Platform for World {
    fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(async move {
            self.read.borrow_mut().push(path.to_owned());
            let file = self.files.iter().find(|(file, _)| file.as_deref().is_none_or(|file| file == path));
            let (_, content) = file.ok_or(FileError::NotFound)?;
            if content.len() > limit { Err(FileError::TooLarge) } else { Ok(content.clone().into()) }
        })
    }

    fn unix_now(&self) -> u64 {
        NOW + self.clock.get().as_secs()
    }

    fn monotonic(&self) -> Duration {
        self.clock.get()
    }

    fn random(&self) -> u64 {
        0x5eed
    }

    fn log(&self, line: &str) {
        // A chain's attempts are indented with a tab.
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "control characters in the log: {line:?}");
        let mut logged = self.logged.borrow_mut();
        logged.push_str(line);
        logged.push('\n');
    }

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        self.clock.set(self.clock.get() + pause);
        Box::pin(ready(()))
    }

    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        self.clock.set(self.clock.get() + ROUND_TRIP);
        let sent = SentRequest {
            post: request.method == Method::Post,
            https: request.https,
            authority: request.authority.clone(),
            path: request.path.clone(),
            headers: request.headers.iter().map(|(name, value)| (*name, value.expose().to_owned())).collect(),
            body: request.body.expose().to_owned(),
        };
        // No value can contain a line break, which would split the request into two.
        for (name, value) in &sent.headers {
            assert!(value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()), "header {name}: {value:?}");
        }
        assert!(sent.path.starts_with('/') && sent.path.bytes().all(|b| b.is_ascii_graphic()), "path {:?}", sent.path);
        let response = self.next_response(&sent);
        self.sent.borrow_mut().push(sent);
        assert!(self.sent.borrow().len() <= MAX_REQUESTS, "the call sends requests without end");
        let result = match response {
            _ if self.clock.get() > limits.deadline => Err(SendError::Deadline),
            Some(response) if response.body.0.len() > request.max_body => Err(SendError::TooLarge),
            Some(response) => Ok(response),
            None => Err(SendError::Refused),
        };
        Box::pin(ready(result))
    }
}

/// Runs a call to completion without waiting in real time, and checks its error's texts. Panics if the call waits for
/// anything but the platform, or takes longer than any call should.
pub fn run<T>(world: &Rc<World>, call: impl Future<Output = Result<T, Box<Error>>>) -> Result<T, Box<Error>> {
    let started = world.clock.get();
    let Poll::Ready(result) = pin!(call).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the call waits for something other than the platform");
    };
    let duration = world.clock.get() - started;
    assert!(duration <= MAX_DURATION, "the call takes {duration:?}");
    if let Err(error) = &result {
        assert_printable(error);
    }
    result
}

/// Fails if an error contains control characters, with which quoted text could forge lines of a report.
fn assert_printable(error: &Error) {
    let hint = error.hint.as_ref().map(|hint| hint.text.as_str());
    let texts = [error.message.as_str()].into_iter().chain(hint).chain(error.code.as_deref());
    let details = error.details.iter().map(|(_, value)| value.as_str());
    for text in texts.chain(details).chain(error.attempts.iter().map(|attempt| attempt.message.as_str())) {
        // A chain's message has a line for each attempt, indented with a tab.
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "control characters in {text:?}");
    }
}
