//! Retries and requested delays, on a platform with scripted responses.

use core::cell::{Cell, RefCell};
use core::future::{Future, ready};
use core::task::{Context, Waker};

use super::*;
use crate::language::Language;
use crate::platform::{FileError, LocalFuture, Platform, Request};
use crate::secret::SecretBytes;
use crate::url::Url;

fn parsed_delay(name: &str, value: &str) -> Option<Duration> {
    let response = Response { status: 429, headers: vec![(name.into(), value.into())], body: Vec::new().into() };
    retry_after(&response, 1_445_412_470)
}

/// Gives these responses in turn, and then always `then`. Its clock advances only in `sleep`.
struct Scripted {
    answers: RefCell<Vec<Result<u16, SendError>>>,
    then: Result<u16, SendError>,
    random: u64,
    now: Cell<Duration>,
    sent: Cell<usize>,
}

impl Platform for Scripted {
    fn environment(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn read_file<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(async move { Err(FileError::NotFound) })
    }

    fn unix_now(&self) -> u64 {
        0
    }

    fn monotonic(&self) -> Duration {
        self.now.get()
    }

    fn random(&self) -> u64 {
        self.random
    }

    fn log(&self, _: &str) {}

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        self.now.set(self.now.get() + pause);
        Box::pin(ready(()))
    }

    fn send<'a>(&'a self, _: &'a Request, _: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        self.sent.set(self.sent.get() + 1);
        let answer = if self.answers.borrow().is_empty() { self.then } else { self.answers.borrow_mut().remove(0) };
        let answer = answer.map(|status| Response { status, headers: Vec::new(), body: Vec::new().into() });
        Box::pin(ready(answer))
    }
}

impl Scripted {
    fn new(answers: Vec<Result<u16, SendError>>, then: Result<u16, SendError>) -> Self {
        let (now, sent) = (Cell::new(Duration::ZERO), Cell::new(0));
        Self { answers: RefCell::new(answers), then, random: 0, now, sent }
    }

    /// How often a request is sent to the service, and for how many seconds, in a call with this timeout.
    fn tries(&self, service: &StartingService, timeout: u64) -> (usize, u64) {
        let (sent, start) = (self.sent.get(), self.now.get());
        let call = Call::start(self, Duration::from_secs(timeout), Level::Silent, Language::default());
        let prepared = PreparedRequest::new(&Url::parse("http://localhost:1").unwrap(), "/".to_owned(), Vec::new());
        let mut sending = Box::pin(call.send(service, &prepared));
        assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        (self.sent.get() - sent, (self.now.get() - start).as_secs())
    }
}

/// How often a request is sent whose first response is this, and whose second is 200.
fn sent(idempotent: bool, answer: Result<u16, SendError>) -> usize {
    let platform = Scripted::new(vec![answer], Ok(200));
    let call = Call::start(&platform, Duration::from_secs(30), Level::Silent, Language::default());
    let url = Url::parse("https://a.vault.azure.net").unwrap();
    let prepared =
        PreparedRequest { idempotent, ..PreparedRequest::new(&url, "/secrets/restore".to_owned(), Vec::new()) };
    let mut sending = Box::pin(call.send(&DEFAULT_RETRY, &prepared));
    assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    platform.sent.get()
}

#[test]
fn only_idempotent_requests_are_retried_if_they_may_have_been_processed() {
    let not_processed = [
        Ok(429),
        Ok(503),
        Err(SendError::NameNotFound),
        Err(SendError::Refused),
        Err(SendError::Unreachable),
        Err(SendError::ConnectTimeout),
    ];
    let maybe_processed = [
        Ok(408),
        Ok(500),
        Ok(502),
        Ok(504),
        Err(SendError::Reset),
        Err(SendError::FirstByteTimeout),
        Err(SendError::BetweenBytesTimeout),
    ];
    for answer in not_processed {
        assert_eq!((sent(true, answer), sent(false, answer)), (2, 2), "{answer:?}");
    }
    for answer in maybe_processed {
        assert_eq!((sent(true, answer), sent(false, answer)), (2, 1), "{answer:?}");
    }
    for answer in [Ok(200), Ok(400), Ok(501), Err(SendError::Tls), Err(SendError::TooLarge), Err(SendError::Denied)] {
        assert_eq!((sent(true, answer), sent(false, answer)), (1, 1), "{answer:?}");
    }
}

#[test]
fn a_service_that_is_starting_is_tried_for_20_seconds_with_at_most_9_requests() {
    for answer in
        [Ok(404), Ok(500), Ok(503), Err(SendError::Refused), Err(SendError::Reset), Err(SendError::NameNotFound)]
    {
        for random in [0, u64::MAX, 12_345_678_901] {
            let platform = Scripted { random, ..Scripted::new(Vec::new(), answer) };
            let (sent, seconds) = platform.tries(&StartingService::default(), 30);
            assert!((8..=9).contains(&sent) && seconds == 20, "{answer:?} {random}: {sent} in {seconds} s");
        }
    }
    // A second is left at the end of a shorter call; a very short one has only the usual retries.
    let refused = Scripted::new(Vec::new(), Err(SendError::Refused));
    assert_eq!(refused.tries(&StartingService::default(), 10), (8, 9));
    assert_eq!(refused.tries(&StartingService::default(), 1), (4, 0));
}

#[test]
fn throttling_and_other_answers_are_not_about_the_start() {
    for (answer, sent) in [(429, 4), (408, 4), (400, 1), (401, 1), (403, 1), (501, 1)] {
        let platform = Scripted::new(Vec::new(), Ok(answer));
        assert_eq!(platform.tries(&StartingService::default(), 30), (sent, 0), "{answer}");
    }
}

#[test]
fn a_service_that_has_answered_is_not_starting() {
    let service = StartingService::default();
    let platform = Scripted::new(vec![Err(SendError::Refused), Ok(200)], Err(SendError::Refused));
    assert_eq!(platform.tries(&service, 30), (2, 0));
    assert_eq!(platform.tries(&service, 30), (4, 0));
    assert_eq!(Scripted::new(Vec::new(), Ok(404)).tries(&service, 30), (1, 0));
}

#[test]
fn every_form_of_retry_after() {
    let seconds = |s| Some(Duration::from_secs_f64(s));
    assert_eq!(parsed_delay("retry-after", "7"), seconds(7.0));
    assert_eq!(parsed_delay("retry-after", " 1.5 "), seconds(2.0));
    assert_eq!(parsed_delay("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), seconds(10.0));
    assert_eq!(parsed_delay("retry-after-ms", "250"), seconds(0.25));
    assert_eq!(parsed_delay("x-ms-retry-after-ms", "2000"), seconds(2.0));
    assert_eq!(parsed_delay("retry-after", "18446744073709551615"), Some(Duration::from_secs(u64::MAX)));
}

#[test]
fn an_invalid_retry_after_counts_as_absent() {
    for value in ["", "soon", "-1", "+1", "NaN", "Wed, 21 Oct 2015 07:27:49 GMT", "Wed, 99 Oct 2015", "1.x", "1e9"] {
        assert_eq!(parsed_delay("retry-after", value), None, "{value}");
    }
    assert_eq!(parsed_delay("retry-after-ms", "-5").or(parsed_delay("retry-after-ms", "+5")), None);
}
