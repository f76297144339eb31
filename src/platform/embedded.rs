//! [`Platform`] over `keyfob:embedding/host`, for a component that a program embeds: the program sends the requests. It uses
//! no WASI.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::Poll;
use core::time::Duration;

use crate::platform::provider::{ProvidedToken, Provider, ProviderError, ProviderRequest};
use crate::platform::{FileError, Limits, LocalFuture, Platform, Request, Response, SendError, executor, nanoseconds};
use crate::prelude::*;
use crate::secret::{SecretBytes, SecretString};

/// The bindings of the imports. `component` has those of the exports.
pub(crate) mod bindings {
    #![allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    keyfob_bindgen::generate! {
        path: ["wit", "wit-embedding"],
        inline: "package keyfob:ground; world ground { import keyfob:embedding/host@0.1.0; }",
        generate_all,
    }
}

pub(crate) use bindings::keyfob::embedding::host;

/// The embedding program as a platform, with the executor that waits for it.
#[derive(Default)]
pub(crate) struct Host {
    /// The requests that have ended, until their futures take the result.
    finished: RefCell<Vec<host::Finished>>,
    /// When the timers of the current round expire, by `monotonic`.
    timers: RefCell<Vec<Duration>>,
}

/// Stands for a body that is not UTF-8. No parser accepts it either.
const NOT_UTF8: &[u8] = b"\xff";

/// A request that was started. Dropping it cancels the request unless it has ended.
struct PendingRequest {
    id: u64,
    ended: bool,
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        if !self.ended {
            host::cancel(self.id);
        }
    }
}

impl Host {
    /// Runs a future to its end, blocking in the host's `wait` while nothing is ready.
    pub(crate) fn block_on<T>(&self, future: LocalFuture<'_, T>) -> T {
        let output = executor::block_on(future, &|woken| self.wait(woken));
        // Results that no future took would stay in memory.
        self.finished.take();
        output
    }

    /// Ends a round: blocks until a request has ended or a timer has expired, unless a task was woken.
    fn wait(&self, woken: bool) {
        let timer = self.timers.take().into_iter().min();
        if !woken {
            let limit = timer.map_or(Duration::MAX, |timer| timer.saturating_sub(self.monotonic()));
            self.finished.borrow_mut().extend(host::wait(nanoseconds(limit)));
        }
    }

    async fn send_request(&self, request: &Request, limits: Limits) -> Result<Response, SendError> {
        let mut pending =
            PendingRequest { id: host::start(&outgoing_request(request), outgoing_limits(limits)), ended: false };
        let outcome = poll_fn(|_| {
            let mut finished = self.finished.borrow_mut();
            match finished.iter().position(|it| it.id == pending.id) {
                Some(index) => Poll::Ready(finished.swap_remove(index).outcome),
                None => Poll::Pending,
            }
        })
        .await;
        pending.ended = true;
        let response = outcome.map_err(send_error)?;
        let body = SecretBytes::from(response.body.map_or_else(|| NOT_UTF8.to_vec(), String::into_bytes));
        if body.0.len() > request.max_body {
            return Err(SendError::TooLarge);
        }
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.into()));
        Ok(Response { status: response.status, headers: headers.collect(), body })
    }
}

fn outgoing_request(request: &Request) -> host::Request {
    let scheme = if request.https { "https" } else { "http" };
    let headers = request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.expose().to_owned()));
    host::Request {
        method: request.method.name().to_owned(),
        url: format!("{scheme}://{}{}", request.authority, request.path),
        headers: headers.collect(),
        body: request.method.has_body().then(|| request.body.expose().to_owned()),
        max_body: u32::try_from(request.max_body).unwrap_or(u32::MAX),
    }
}

fn outgoing_limits(limits: Limits) -> host::Limits {
    host::Limits {
        connect: nanoseconds(limits.connect),
        first_byte: nanoseconds(limits.first_byte),
        between_bytes: nanoseconds(limits.between_bytes),
        deadline: nanoseconds(limits.deadline),
    }
}

fn send_error(error: host::SendError) -> SendError {
    match error {
        host::SendError::Denied => SendError::Denied,
        host::SendError::NameNotFound => SendError::NameNotFound,
        host::SendError::Refused => SendError::Refused,
        host::SendError::Unreachable => SendError::Unreachable,
        host::SendError::ConnectTimeout => SendError::ConnectTimeout,
        host::SendError::Tls => SendError::Tls,
        host::SendError::Reset => SendError::Reset,
        host::SendError::FirstByteTimeout => SendError::FirstByteTimeout,
        host::SendError::BetweenBytesTimeout => SendError::BetweenBytesTimeout,
        host::SendError::Deadline => SendError::Deadline,
        host::SendError::TooLarge => SendError::TooLarge,
        host::SendError::Other => SendError::Other,
    }
}

impl Platform for Host {
    fn environment(&self) -> Vec<(String, String)> {
        host::environment()
    }

    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(async move {
            let bytes =
                host::read_file(path, u32::try_from(limit).unwrap_or(u32::MAX)).map_err(|error| match error {
                    host::FileError::NotFound => FileError::NotFound,
                    host::FileError::NotGranted => FileError::NotGranted,
                    host::FileError::TooLarge => FileError::TooLarge,
                    host::FileError::Unreadable => FileError::Unreadable,
                })?;
            Ok(bytes.into())
        })
    }

    fn unix_now(&self) -> u64 {
        host::unix_now()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(host::monotonic())
    }

    fn random(&self) -> u64 {
        host::random()
    }

    fn log(&self, line: &str) {
        host::log(line);
    }

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        let timer = self.monotonic().saturating_add(pause);
        Box::pin(poll_fn(move |_| {
            if self.monotonic() >= timer {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().push(timer);
            Poll::Pending
        }))
    }

    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        Box::pin(self.send_request(request, limits))
    }
}

/// The provider with this number in the embedding program.
pub(crate) struct HostProvider(pub(crate) u32);

impl Provider for HostProvider {
    fn token(&self, request: &ProviderRequest<'_>) -> Result<ProvidedToken, ProviderError> {
        let given = host::get_token(
            self.0,
            &host::TokenRequest {
                scopes: request.scopes.to_vec(),
                tenant_id: request.tenant.map(str::to_owned),
                claims: request.claims.map(str::to_owned),
                enable_cae: request.enable_cae,
            },
        )
        .map_err(provider_error)?;
        Ok(ProvidedToken { token: given.token.into(), expires_on: given.expires_on, refresh_on: given.refresh_on })
    }

    fn assertion(&self) -> Result<SecretString, ProviderError> {
        Ok(host::get_assertion(self.0).map_err(provider_error)?.into())
    }
}

fn provider_error(error: host::ProviderError) -> ProviderError {
    ProviderError { unavailable: error.unavailable, message: error.message }
}
