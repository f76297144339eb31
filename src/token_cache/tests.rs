//! Freshness of tokens, and calls that want the same token at once.

#![allow(clippy::unwrap_used)]

use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use super::*;
use crate::error::ErrorKind;
use crate::platform::testing::TestPlatform;

#[test]
fn freshness_of_a_token() {
    let token =
        |expires_on, refresh_on| AccessToken { refresh_on, ..AccessToken::new("t".into(), 0, expires_on, None) };
    for (expires_on, refresh_on, requested_at, now, expected) in [
        (10_000, None, 0, 5_000, Freshness::Fresh),
        (10_000, None, 0, 9_699, Freshness::Fresh),
        (10_000, None, 0, 9_700, Freshness::RefreshDue),
        (10_000, None, 9_690, 9_700, Freshness::Fresh),
        (10_000, None, 9_670, 9_700, Freshness::RefreshDue),
        (10_000, Some(5_000), 0, 5_000, Freshness::RefreshDue),
        (10_000, None, 9_990, 10_000, Freshness::Expired),
        // The clock was set back by a long time: the token is refreshed all the same.
        (10_000, Some(1), 9_000, 100, Freshness::RefreshDue),
    ] {
        assert_eq!(
            freshness(&token(expires_on, refresh_on), requested_at, now),
            expected,
            "{expires_on} {refresh_on:?} {requested_at} {now}"
        );
    }
}

/// A service that answers when the test says so.
#[derive(Default)]
struct Service {
    requests: Cell<usize>,
    answer: RefCell<Option<Result<AccessToken>>>,
}

impl FetchToken for Service {
    fn fetch_token<'a>(&'a self, call: Call<'a>, _: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        self.requests.set(self.requests.get() + 1);
        Box::pin(poll_fn(move |_| match &*self.answer.borrow() {
            Some(answer) => Poll::Ready(answer.clone()),
            None if call.remaining().is_zero() => Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "late"))),
            None => Poll::Pending,
        }))
    }
}

type Pending<'a> = LocalFuture<'a, Result<AccessToken>>;

fn poll(future: &mut Pending<'_>) -> Poll<Result<AccessToken, String>> {
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    polled.map(|result| result.map_err(|error| error.message))
}

fn start<'a>(
    cache: &'a TokenCache,
    platform: &'a TestPlatform,
    seconds: u64,
    request: &'a TokenRequest,
    service: &'a Service,
) -> Pending<'a> {
    let mut call: Pending<'_> = Box::pin(cache.token(platform.call(seconds), request, service));
    assert!(poll(&mut call).is_pending());
    call
}

fn request(scope: &str) -> TokenRequest {
    TokenRequest { scopes: vec![scope.to_owned()], ..TokenRequest::default() }
}

fn is_token(polled: Poll<Result<AccessToken, String>>) -> bool {
    matches!(polled, Poll::Ready(Ok(_)))
}

fn is_error(polled: Poll<Result<AccessToken, String>>, expected: &str) -> bool {
    matches!(polled, Poll::Ready(Err(message)) if message == expected)
}

#[test]
fn callers_at_once_share_one_token_request_for_each_scope() {
    let (cache, platform, service) = (TokenCache::default(), TestPlatform::default(), Service::default());
    let [vault, storage] = [request("vault"), request("storage")];
    let mut calls: Vec<_> = (0..16).map(|_| start(&cache, &platform, 30, &vault, &service)).collect();
    let mut other = start(&cache, &platform, 30, &storage, &service);
    assert_eq!((service.requests.get(), cache.fetches.borrow().len()), (2, 2));
    service.answer.replace(Some(Ok(AccessToken::new("t".into(), 0, 3_600, None))));
    assert!(calls.iter_mut().all(|call| is_token(poll(call))) && is_token(poll(&mut other)));
    assert_eq!(service.requests.get(), 2);
    drop(calls);
    drop(other);
    assert!(cache.fetches.borrow().is_empty());
}

#[test]
fn those_who_waited_share_a_failure_and_who_comes_later_asks_again() {
    let (cache, platform, service) = (TokenCache::default(), TestPlatform::default(), Service::default());
    let vault = request("vault");
    let mut calls: Vec<_> = (0..5).map(|_| start(&cache, &platform, 30, &vault, &service)).collect();
    service.answer.replace(Some(Err(Error::new(ErrorKind::AuthenticationFailed, "no"))));
    let mut last = calls.pop().unwrap();
    assert!(calls.iter_mut().all(|call| is_error(poll(call), "no")));
    service.answer.replace(None);
    let mut later = start(&cache, &platform, 30, &vault, &service);
    assert!(is_error(poll(&mut last), "no"));
    assert!(poll(&mut later).is_pending());
    assert_eq!(service.requests.get(), 2);
}

#[test]
fn a_short_deadline_ends_only_its_own_call() {
    let (cache, platform, service) = (TokenCache::default(), TestPlatform::default(), Service::default());
    let vault = request("vault");
    let [mut short, mut shorter, mut long] =
        [2, 1, 30].map(|seconds| start(&cache, &platform, seconds, &vault, &service));
    platform.pass(1);
    let why = "the time of the call ended while another call still waited for the same token";
    assert!(is_error(poll(&mut shorter), why));
    platform.pass(1);
    assert!(is_error(poll(&mut short), "late"));
    assert!(poll(&mut long).is_pending());
    assert_eq!(service.requests.get(), 2);
    service.answer.replace(Some(Ok(AccessToken::new("t".into(), 0, 3_600, None))));
    assert!(is_token(poll(&mut long)));
}

#[test]
fn a_cancelled_call_hands_its_request_on() {
    let (cache, platform, service) = (TokenCache::default(), TestPlatform::default(), Service::default());
    let vault = request("vault");
    let [first, waiting, mut last] = [0; 3].map(|_| start(&cache, &platform, 30, &vault, &service));
    drop(waiting);
    drop(first);
    service.answer.replace(Some(Ok(AccessToken::new("t".into(), 0, 3_600, None))));
    assert!(is_token(poll(&mut last)));
    assert_eq!(service.requests.get(), 2);
}

#[test]
fn a_token_that_is_being_refreshed_serves_the_others() {
    let (cache, platform, service) = (TokenCache::default(), TestPlatform::default(), Service::default());
    let vault = request("vault");
    cache.insert(&vault, &AccessToken::new("t".into(), 0, 3_600, None), 0);
    platform.pass(3_400);
    let mut refreshing = start(&cache, &platform, 30, &vault, &service);
    let mut other: Pending<'_> = Box::pin(cache.token(platform.call(30), &vault, &service));
    assert!(is_token(poll(&mut other)) && poll(&mut refreshing).is_pending());
    assert_eq!(service.requests.get(), 1);
}
