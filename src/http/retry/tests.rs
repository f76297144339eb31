//! Retries and the delays that are asked for, over a platform that answers by a script.

use core::cell::{Cell, RefCell};
use core::future::{Future, ready};
use core::task::{Context, Waker};

use super::*;
use crate::platform::{FileError, LocalFuture, Platform, Request};
use crate::secret::SecretBytes;
use crate::url::Url;

fn asked(name: &str, value: &str) -> Option<Duration> {
    let response = Response { status: 429, headers: vec![(name.into(), value.into())], body: Vec::new().into() };
    retry_after(&response, 1_445_412_470)
}

/// Answers in turn, and then always 200. Time passes in pauses alone.
struct Scripted {
    answers: RefCell<Vec<Result<u16, SendError>>>,
    now: Cell<Duration>,
    sent: Cell<usize>,
}

impl Platform for Scripted {
    fn environment(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn read_file(&self, _: &str, _: usize) -> Result<SecretBytes, FileError> {
        Err(FileError::NotFound)
    }

    fn unix_now(&self) -> u64 {
        0
    }

    fn monotonic(&self) -> Duration {
        self.now.get()
    }

    fn random(&self) -> u64 {
        0
    }

    fn log(&self, _: &str) {}

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        self.now.set(self.now.get() + pause);
        Box::pin(ready(()))
    }

    fn send<'a>(&'a self, _: &'a Request, _: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        self.sent.set(self.sent.get() + 1);
        let answer = if self.answers.borrow().is_empty() { Ok(200) } else { self.answers.borrow_mut().remove(0) };
        let answer = answer.map(|status| Response { status, headers: Vec::new(), body: Vec::new().into() });
        Box::pin(ready(answer))
    }
}

/// How often a request is sent that is answered once like this, and then well.
fn sent(idempotent: bool, answer: Result<u16, SendError>) -> usize {
    let (now, sent) = (Cell::new(Duration::ZERO), Cell::new(0));
    let platform = Scripted { answers: RefCell::new(vec![answer]), now, sent };
    let call = Call::start(&platform, Duration::from_secs(30), Level::Silent);
    let url = Url::parse("https://a.vault.azure.net").unwrap();
    let prepared =
        PreparedRequest { idempotent, ..PreparedRequest::new(&url, "/secrets/restore".to_owned(), Vec::new()) };
    let mut sending = Box::pin(call.send(&DEFAULT_RETRY, &prepared));
    assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    platform.sent.get()
}

#[test]
fn what_may_be_done_is_not_done_twice_blindly() {
    let nothing_done = [
        Ok(429),
        Ok(503),
        Err(SendError::NameNotFound),
        Err(SendError::Refused),
        Err(SendError::Unreachable),
        Err(SendError::ConnectTimeout),
    ];
    let perhaps_done = [
        Ok(408),
        Ok(500),
        Ok(502),
        Ok(504),
        Err(SendError::Reset),
        Err(SendError::FirstByteTimeout),
        Err(SendError::BetweenBytesTimeout),
    ];
    for answer in nothing_done {
        assert_eq!((sent(true, answer), sent(false, answer)), (2, 2), "{answer:?}");
    }
    for answer in perhaps_done {
        assert_eq!((sent(true, answer), sent(false, answer)), (2, 1), "{answer:?}");
    }
    for answer in [Ok(200), Ok(400), Ok(501), Err(SendError::Tls), Err(SendError::TooLarge), Err(SendError::Denied)] {
        assert_eq!((sent(true, answer), sent(false, answer)), (1, 1), "{answer:?}");
    }
}

#[test]
fn retry_after_in_every_form() {
    let seconds = |s| Some(Duration::from_secs_f64(s));
    assert_eq!(asked("retry-after", "7"), seconds(7.0));
    assert_eq!(asked("retry-after", " 1.5 "), seconds(2.0));
    assert_eq!(asked("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), seconds(10.0));
    assert_eq!(asked("retry-after-ms", "250"), seconds(0.25));
    assert_eq!(asked("x-ms-retry-after-ms", "2000"), seconds(2.0));
    assert_eq!(asked("retry-after", "18446744073709551615"), Some(Duration::from_secs(u64::MAX)));
}

#[test]
fn a_retry_after_that_makes_no_sense_counts_as_absent() {
    for value in ["", "soon", "-1", "+1", "NaN", "Wed, 21 Oct 2015 07:27:49 GMT", "Wed, 99 Oct 2015", "1.x", "1e9"] {
        assert_eq!(asked("retry-after", value), None, "{value}");
    }
    assert_eq!(asked("retry-after-ms", "-5").or(asked("retry-after-ms", "+5")), None);
}
