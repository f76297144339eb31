//! A platform for unit tests. Nothing is reachable, and time passes only when the test says so.

use core::cell::Cell;
use core::future::{poll_fn, ready};
use core::task::Poll;
use core::time::Duration;

use super::{FileError, Limits, LocalFuture, Platform, Request, Response, SendError};
use crate::http::Call;
use crate::language::Language;
use crate::log::Level;
use crate::prelude::*;
use crate::secret::SecretBytes;

#[derive(Default)]
pub(crate) struct TestPlatform {
    /// The time of both clocks. Timers end when a test moves it.
    pub(crate) now: Cell<Duration>,
    /// Every random number.
    pub(crate) random: u64,
}

impl TestPlatform {
    /// A call that starts now and must end after so many seconds.
    pub(crate) fn call(&self, seconds: u64) -> Call<'_> {
        Call::start(self, Duration::from_secs(seconds), Level::Silent, Language::default())
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.now.set(self.now.get() + Duration::from_secs(seconds));
    }
}

impl Platform for TestPlatform {
    fn environment(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn read_file<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(ready(Err(FileError::NotFound)))
    }

    fn unix_now(&self) -> u64 {
        self.now.get().as_secs()
    }

    fn monotonic(&self) -> Duration {
        self.now.get()
    }

    fn random(&self) -> u64 {
        self.random
    }

    fn log(&self, _: &str) {}

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        let end = self.now.get() + pause;
        Box::pin(poll_fn(move |_| if self.now.get() < end { Poll::Pending } else { Poll::Ready(()) }))
    }

    fn send<'a>(&'a self, _: &'a Request, _: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        Box::pin(ready(Err(SendError::Denied)))
    }
}
