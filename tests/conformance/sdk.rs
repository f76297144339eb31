//! The official Python SDK as a player: a process that plays the app and sends its requests here.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use keyfob_test_support::case::Case;
use keyfob_test_support::fake::Fake;
use keyfob_test_support::host::egress::Error;
use keyfob_test_support::host::{Clock, Egress};
use keyfob_test_support::wire;
use keyfob_test_support::world::{self, World};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::requests::SentRequest;

/// A message from the process. Each gets an answer, except for the last one of a case. Each answer has the virtual
/// time.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Send(Outgoing),
    /// Seconds.
    Sleep(f64),
    /// A connection that bypasses the SDK's transport. It fails.
    Connect(String),
    Outcome(Reported),
    NotApplicable(String),
    Bug(String),
}

/// A request. Each character of a text stands for the byte with its number.
#[derive(Deserialize)]
struct Outgoing {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    connect: Option<f64>,
    read: Option<f64>,
}

/// The outcome of a step.
#[derive(Debug, Deserialize)]
pub struct Reported {
    /// `token`, `secret`, `pages`, `told`, `done`, or the class of an error.
    pub class: String,
    pub value: Option<String>,
    /// The names on each page of a list.
    #[serde(default)]
    pub pages: Vec<Vec<String>>,
    /// The properties of a secret, with the names that cases use.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    pub expires_on: Option<u64>,
    /// The SDK's error, for people.
    #[serde(default)]
    pub text: String,
    /// Each credential of a chain that was tried, and `success` or the class of its error.
    pub attempts: Vec<(String, String)>,
}

/// One step as the SDK played it.
pub struct Step {
    pub asked: Vec<SentRequest>,
    pub reported: Reported,
    /// Virtual time.
    pub took: Duration,
}

/// The result of a case.
pub enum Playback {
    Steps(Vec<Step>),
    /// The SDK lacks what the case needs, for this reason.
    NotApplicable(String),
}

pub struct Sdk {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Sdk {
    pub fn start(python: &OsStr) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/python");
        let mut child = Command::new(python)
            // Ignores the variables and packages of the user, and writes no bytecode into the source tree.
            .args(["-E", "-s", "-B"])
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    /// Plays a case. `text` is its parsed file.
    ///
    /// Requests that only the SDK sends must not use up faults that are meant for requests of both. So a fault that
    /// meets a probe or a discovery meets the next request too. With `spare_challenge`, a request without a token, by
    /// which the SDK gets a vault's challenge, meets no fault.
    pub async fn play(&mut self, case: &Case, text: &toml::Table, spare_challenge: bool) -> Result<Playback, String> {
        let clock = Clock::starting_at(Clock::TEST_START);
        let (world, _) = World::of(case, clock);
        let plain = Egress::in_process(Arc::new(Fake::new(case.azure.clone()).unwrap()), clock).allow_any();
        tokio::time::advance(Duration::from_secs(case.steps[0].after)).await;
        let mut ahead = case.steps[0].clock_ahead;
        let env: serde_json::Map<_, _> = world.env.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let certificates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");
        self.send(&json!({
            "case": text,
            "vault": world::vault_url(case),
            "env": env,
            "root": world.root.path(),
            "certificates": certificates,
            "now": now(clock, ahead),
        }));
        let mut began = clock.elapsed();
        let mut steps = Vec::new();
        let mut asked = Vec::new();
        loop {
            let mut answer = json!({});
            match self.receive() {
                Message::Send(outgoing) => {
                    let request = SentRequest::from(&outgoing);
                    let spared = spare_challenge && request.is_challenge();
                    let faults = world.azure.faults();
                    answer = exchange(if spared { &plain } else { &world.egress }, &outgoing).await;
                    if request.is_probe() || request.is_discovery() {
                        world.azure.set_faults(faults);
                    }
                    asked.push(request);
                }
                Message::Sleep(seconds) => tokio::time::sleep(Duration::from_secs_f64(seconds)).await,
                Message::Connect(address) => asked.push(SentRequest::connection(&address)),
                Message::Outcome(reported) => {
                    let took = clock.elapsed() - began;
                    steps.push(Step { asked: std::mem::take(&mut asked), reported, took });
                    let Some(next) = case.steps.get(steps.len()) else { return Ok(Playback::Steps(steps)) };
                    tokio::time::advance(Duration::from_secs(next.after)).await;
                    ahead = next.clock_ahead;
                    began = clock.elapsed();
                }
                Message::NotApplicable(reason) => return Ok(Playback::NotApplicable(reason)),
                Message::Bug(text) => return Err(text),
            }
            answer["now"] = json!(now(clock, ahead));
            self.send(&answer);
        }
    }

    fn send(&mut self, message: &Value) {
        // In one write: several small ones are much slower.
        self.to.write_all(format!("{message}\n").as_bytes()).expect("the Python process reads");
    }

    fn receive(&mut self) -> Message {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the Python process writes");
        assert!(!line.is_empty(), "the Python process ended: {:?}", self.child.wait());
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

/// The time that the SDK sees, in unix seconds.
fn now(clock: Clock, ahead: i64) -> f64 {
    (Clock::TEST_START as i64 + ahead) as f64 + clock.elapsed().as_secs_f64()
}

async fn exchange(egress: &Egress, outgoing: &Outgoing) -> Value {
    let mut request = http::Request::builder().method(outgoing.method.as_str()).uri(&outgoing.url);
    for (name, value) in &outgoing.headers {
        request = request.header(name, bytes(value));
    }
    let request = request.body(bytes(&outgoing.body).into()).unwrap();
    // Without a limit, the package `requests` waits for ever. A week is the SDK's limit for a whole operation.
    let limit = |seconds: Option<f64>| Duration::from_secs_f64(seconds.unwrap_or(604_800.0));
    let read = limit(outgoing.read);
    let limits = wire::Timeouts { connect: limit(outgoing.connect), first_byte: read, between_bytes: read };
    let response = match egress.send(&request, limits).await {
        Ok(response) => response,
        Err(error) => return json!({ "error": name(&error) }),
    };
    let (head, mut pieces) = response.into_parts();
    let headers: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect();
    let mut body = Vec::new();
    let mut end = "complete";
    while let Some(piece) = pieces.frame().await {
        match piece {
            Ok(piece) => body.extend(piece.into_data().unwrap_or_default()),
            Err(Error::ConnectionReadTimeout) => end = "silent",
            Err(_) => end = "reset",
        }
    }
    json!({ "status": head.status.as_u16(), "headers": headers, "body": text(&body), "end": end })
}

fn name(error: &Error) -> &'static str {
    match error {
        Error::HttpRequestDenied | Error::DestinationIpProhibited | Error::InternalError(_) => "denied",
        Error::DnsError { .. } => "name-not-found",
        Error::ConnectionRefused => "refused",
        Error::DestinationIpUnroutable => "unreachable",
        Error::ConnectionTimeout => "connect-timeout",
        Error::TlsCertificateError => "certificate",
        Error::ConnectionReadTimeout => "read-timeout",
        Error::ConnectionTerminated => "reset",
        other => panic!("{other:?}"),
    }
}

/// Bytes as the characters with their numbers, and back.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).expect("a byte")).collect()
}

impl From<&Outgoing> for SentRequest {
    fn from(outgoing: &Outgoing) -> Self {
        let headers = outgoing.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        let body = String::from_utf8_lossy(&bytes(&outgoing.body)).into_owned();
        Self { method: outgoing.method.clone(), url: outgoing.url.clone(), headers, body }
    }
}
