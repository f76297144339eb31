//! A platform without an outside: its answers are given beforehand, its clock moves only when somebody waits.

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

/// What a request takes. Not nothing, so that a call which goes on for ever runs into its deadline.
const ROUND_TRIP: Duration = Duration::from_millis(100);

/// More requests than any call makes: a list that leads in circles makes one each round trip, for 30 seconds.
const MOST_REQUESTS: usize = 400;

/// The longest that a call may take here, a managed identity's own 100 seconds and the last wait.
const LONGEST: Duration = Duration::from_secs(101);

/// A request as it left.
#[derive(Debug)]
pub struct Sent {
    /// It left as a POST.
    pub post: bool,
    /// The scheme is https.
    pub https: bool,
    /// Host and port.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// Every header, in clear.
    pub headers: Vec<(&'static str, String)>,
    /// The body, in clear.
    pub body: String,
}

impl Sent {
    /// The header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }
}

/// How the world answers a request.
type Answer = dyn Fn(&Sent) -> Option<Response>;

/// The world of one call.
pub struct World {
    environment: Vec<(String, String)>,
    /// By path; `None` is every path.
    files: Vec<(Option<String>, Vec<u8>)>,
    answer: Box<Answer>,
    answers: RefCell<VecDeque<Response>>,
    clock: Cell<Duration>,
    /// What was sent, in order.
    pub sent: RefCell<Vec<Sent>>,
    /// The files that were asked for.
    pub read: RefCell<Vec<String>>,
    /// The log, at its most talkative.
    pub logged: RefCell<String>,
}

impl World {
    /// A world with these variables. What `answer` leaves open gets the next of the answers given, then the last again.
    pub fn new(environment: &[(&str, &str)], answer: impl Fn(&Sent) -> Option<Response> + 'static) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut environment: Vec<_> = environment.iter().map(owned).collect();
        environment.push(("AZURE_LOG_LEVEL".to_owned(), "verbose".to_owned()));
        Self {
            environment,
            files: Vec::new(),
            answer: Box::new(answer),
            answers: RefCell::default(),
            clock: Cell::default(),
            sent: RefCell::default(),
            read: RefCell::default(),
            logged: RefCell::default(),
        }
    }

    /// The same with a file; at every path if none is given.
    pub fn with_file(mut self, path: Option<&str>, content: &[u8]) -> Self {
        self.files.push((path.map(str::to_owned), content.to_owned()));
        self
    }

    /// The same with more answers.
    pub fn with_answers(self, answers: impl IntoIterator<Item = Response>) -> Self {
        self.answers.borrow_mut().extend(answers);
        self
    }

    /// An answer with this status, one header at most, and this body.
    pub fn reply(status: u16, header: Option<(&str, &str)>, body: &[u8]) -> Response {
        let headers = header.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Response { status, headers, body: SecretBytes::from(body.to_owned()) }
    }

    /// A token reply.
    pub fn token(token: &str) -> Response {
        Self::reply(200, None, format!(r#"{{"access_token":"{token}","expires_in":3600}}"#).as_bytes())
    }

    fn next(&self, sent: &Sent) -> Option<Response> {
        if let Some(response) = (self.answer)(sent) {
            return Some(response);
        }
        let mut answers = self.answers.borrow_mut();
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    }
}

impl Platform for World {
    fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    fn read_file(&self, path: &str, limit: usize) -> Result<SecretBytes, FileError> {
        self.read.borrow_mut().push(path.to_owned());
        let file = self.files.iter().find(|(at, _)| at.as_deref().is_none_or(|at| at == path));
        let (_, content) = file.ok_or(FileError::NotFound)?;
        if content.len() > limit { Err(FileError::TooLarge) } else { Ok(content.clone().into()) }
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
        // The attempts of a chain have a tab before them.
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "the log is forged: {line:?}");
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
        let sent = Sent {
            post: request.method == Method::Post,
            https: request.https,
            authority: request.authority.clone(),
            path: request.path.clone(),
            headers: request.headers.iter().map(|(name, value)| (*name, value.expose().to_owned())).collect(),
            body: request.body.expose().to_owned(),
        };
        // Whatever the values are made of: a request can't be split into two.
        for (name, value) in &sent.headers {
            assert!(value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()), "header {name}: {value:?}");
        }
        assert!(sent.path.starts_with('/') && sent.path.bytes().all(|b| b.is_ascii_graphic()), "path {:?}", sent.path);
        let answer = self.next(&sent);
        self.sent.borrow_mut().push(sent);
        assert!(self.sent.borrow().len() <= MOST_REQUESTS, "a call without an end");
        let answer = match answer {
            _ if self.clock.get() > limits.deadline => Err(SendError::Deadline),
            Some(response) if response.body.0.len() > request.max_body => Err(SendError::TooLarge),
            Some(response) => Ok(response),
            None => Err(SendError::Refused),
        };
        Box::pin(ready(answer))
    }
}

/// Runs a call to its end, which it reaches without a wait of real time; and looks at the error that it ends with.
pub fn run<T>(world: &Rc<World>, call: impl Future<Output = Result<T, Box<Error>>>) -> Result<T, Box<Error>> {
    let started = world.clock.get();
    let Poll::Ready(result) = pin!(call).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a call waits for something that is not the platform's");
    };
    assert!(world.clock.get() - started <= LONGEST, "a call that takes {:?}", world.clock.get());
    if let Err(error) = &result {
        assert_printable(error);
    }
    result
}

/// Fails if a report can be forged with what an error quotes.
fn assert_printable(error: &Error) {
    let hint = error.hint.as_ref().map(|hint| hint.text.as_str());
    let texts = [error.message.as_str()].into_iter().chain(hint).chain(error.code.as_deref());
    let details = error.details.iter().map(|(_, value)| value.as_str());
    for text in texts.chain(details).chain(error.attempts.iter().map(|attempt| attempt.message.as_str())) {
        // A chain's own report has a line an attempt, and a tab before it.
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "control characters in {text:?}");
    }
}
