//! A fake Azure in this process: every limit ends at its own time, and none of it is real time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::time::Instant;
use wasmtime_wasi_http::Error;

use super::{get, text};
use crate::clock::Clock;
use crate::egress::{Egress, RequestOutcome};
use fake_azure::wire::{BodyEnd, ConnectOutcome, NetworkError, Request, ScriptedResponse, Service};

const URL: &str = "http://169.254.169.254/metadata?api-version=1&client_id=abc";

/// The same exchange for every request.
struct Always(ScriptedResponse);

impl Service for Always {
    fn handle(&self, _: &Request, _: u64) -> ScriptedResponse {
        self.0.clone()
    }
}

fn egress(exchange: ScriptedResponse) -> Egress {
    Egress::in_process(Arc::new(Always(exchange)), Clock::starting_at(Clock::TEST_START)).allow("169.254.169.254:80")
}

/// The error and the whole seconds until it came.
async fn failure(exchange: ScriptedResponse) -> (Error, u64) {
    let started = Instant::now();
    let egress = egress(exchange);
    let result = async { text(get(&egress, URL).await?).await };
    (result.await.expect_err("a failure"), started.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn each_limit_ends_at_its_time() {
    let good = || ScriptedResponse::reply(200, "text/plain", "hello");

    let ended = failure(ScriptedResponse::no_connection(ConnectOutcome::Never)).await;
    assert!(matches!(ended, (Error::ConnectionTimeout, 1)), "{ended:?}");

    let ended = failure(ScriptedResponse { first_byte: None, ..good() }).await;
    assert!(matches!(ended, (Error::ConnectionReadTimeout, 2)), "{ended:?}");

    let ended = failure(ScriptedResponse { end: BodyEnd::Never, ..good() }).await;
    assert!(matches!(ended, (Error::ConnectionReadTimeout, 3)), "{ended:?}");

    let ended = failure(ScriptedResponse { end: BodyEnd::Reset, ..good() }).await;
    assert!(matches!(ended, (Error::ConnectionTerminated, 0)), "{ended:?}");

    let refused = ScriptedResponse::no_connection(ConnectOutcome::Fails(NetworkError::Refused));
    let ended = failure(refused).await;
    assert!(matches!(ended, (Error::ConnectionRefused, 0)), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn pauses_within_the_limits_are_waited_for() {
    let started = Instant::now();
    let pause = Duration::from_millis(2_900);
    let pieces = ["a", "", "b"].map(|piece| (pause, Bytes::from(piece)));
    let slow = ScriptedResponse { body: pieces.to_vec(), ..ScriptedResponse::reply(200, "text/plain", "") };
    let answer = text(get(&egress(slow), URL).await.expect("a head")).await;
    assert_eq!(answer.expect("a body"), "ab");
    assert_eq!(started.elapsed(), 3 * pause);
}

#[tokio::test(start_paused = true)]
async fn everything_is_recorded_and_traced_without_secrets() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let egress = egress(ScriptedResponse::reply(404, "text/plain", ""))
        .trace(move |line| sink.lock().expect("no panic").push(line.to_owned()));
    let recorder = egress.recorder();

    get(&egress, URL).await.expect("an answer");
    tokio::time::advance(Duration::from_secs(5)).await;
    let denied = get(&egress, "https://elsewhere/?token=secret").await;
    assert!(matches!(denied, Err(Error::HttpRequestDenied)), "{denied:?}");

    let requests = recorder.requests();
    assert_eq!(requests[0].outcome, RequestOutcome::Status(StatusCode::NOT_FOUND));
    assert_eq!(requests[0].headers["host"], "169.254.169.254");
    assert_eq!(requests[1].at, Duration::from_secs(5));
    assert!(matches!(requests[1].outcome, RequestOutcome::Failed(_)));

    let expected = [
        "GET http://169.254.169.254/metadata?api-version=1&client_id=… -> 404 text/plain in 0 ms",
        "GET https://elsewhere/?… -> HTTP request denied in 0 ms",
    ];
    assert_eq!(*lines.lock().expect("no panic"), expected);
}
