//! The official Python SDK as a player: a process that plays the app, and is told here what its requests meet.

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

use crate::asked::Asked;

/// What the process says. Each message but the last of a case is answered, and each answer tells the time.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Send(Outgoing),
    /// Seconds.
    Sleep(f64),
    /// A connection around the SDK's transport. Nobody is there.
    Connect(String),
    Outcome(Reported),
    NotApplicable(String),
    Bug(String),
}

/// A request. Text stands for the bytes of its characters.
#[derive(Deserialize)]
struct Outgoing {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    connect: Option<f64>,
    read: Option<f64>,
}

/// How a step ended.
#[derive(Debug, Deserialize)]
pub struct Reported {
    /// `token`, `secret`, `pages`, `told`, `done`, or the class of an error.
    pub class: String,
    pub value: Option<String>,
    /// The names on each page of a list.
    #[serde(default)]
    pub pages: Vec<Vec<String>>,
    /// What is told of a secret, and its tags, as cases name them.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    pub expires_on: Option<u64>,
    /// The error, for people.
    #[serde(default)]
    pub text: String,
    /// Each credential of a chain that was asked, and its `success` or class of error.
    pub attempts: Vec<(String, String)>,
}

/// One step as the SDK played it.
pub struct Step {
    pub asked: Vec<Asked>,
    pub reported: Reported,
    /// Virtual time.
    pub took: Duration,
}

/// What became of a case.
pub enum Played {
    Steps(Vec<Step>),
    /// The SDK has nothing of the kind.
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
            // Nothing of this machine's Python set-up, and no bytecode in the source tree.
            .args(["-E", "-s", "-B"])
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    /// Plays a case. `text` is its file.
    ///
    /// What Keyfob does not send at all must not use up the faults that are meant for what both send: a fault that
    /// meets a probe or a discovery still meets the request that follows, and with `spare_challenge` the request by
    /// which the SDK asks a vault what it wants, before it has a token, meets no fault.
    pub async fn play(&mut self, case: &Case, text: &toml::Table, spare_challenge: bool) -> Result<Played, String> {
        let clock = Clock::starting_at(Clock::TEST_START);
        let (world, _) = World::of(case, clock);
        let plain = Egress::in_process(Arc::new(Fake::new(case.azure.clone()).unwrap()), clock).allow_any();
        tokio::time::advance(Duration::from_secs(case.steps[0].after)).await;
        let mut ahead = case.steps[0].clock_ahead;
        let env: serde_json::Map<_, _> = world.env.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let certificates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");
        self.say(&json!({
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
            match self.hear() {
                Message::Send(outgoing) => {
                    let request = Asked::from(&outgoing);
                    let spared = spare_challenge && request.is_challenge();
                    let faults = world.azure.faults.lock().unwrap().clone();
                    answer = exchange(if spared { &plain } else { &world.egress }, &outgoing).await;
                    if request.is_probe() || request.is_discovery() {
                        *world.azure.faults.lock().unwrap() = faults;
                    }
                    asked.push(request);
                }
                Message::Sleep(seconds) => tokio::time::sleep(Duration::from_secs_f64(seconds)).await,
                Message::Connect(address) => asked.push(Asked::connection(&address)),
                Message::Outcome(reported) => {
                    let took = clock.elapsed() - began;
                    steps.push(Step { asked: std::mem::take(&mut asked), reported, took });
                    let Some(next) = case.steps.get(steps.len()) else { return Ok(Played::Steps(steps)) };
                    tokio::time::advance(Duration::from_secs(next.after)).await;
                    ahead = next.clock_ahead;
                    began = clock.elapsed();
                }
                Message::NotApplicable(reason) => return Ok(Played::NotApplicable(reason)),
                Message::Bug(text) => return Err(text),
            }
            answer["now"] = json!(now(clock, ahead));
            self.say(&answer);
        }
    }

    fn say(&mut self, message: &Value) {
        // In one piece: pieces would cost more than all the rest.
        self.to.write_all(format!("{message}\n").as_bytes()).expect("the Python process reads");
    }

    fn hear(&mut self) -> Message {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the Python process writes");
        assert!(!line.is_empty(), "the Python process ended: {:?}", self.child.wait());
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

/// The date that the SDK sees.
fn now(clock: Clock, ahead: i64) -> f64 {
    (Clock::TEST_START as i64 + ahead) as f64 + clock.elapsed().as_secs_f64()
}

async fn exchange(egress: &Egress, outgoing: &Outgoing) -> Value {
    let mut request = http::Request::builder().method(outgoing.method.as_str()).uri(&outgoing.url);
    for (name, value) in &outgoing.headers {
        request = request.header(name, bytes(value));
    }
    let request = request.body(bytes(&outgoing.body).into()).unwrap();
    // Without a limit, requests waits for ever; a week is what the SDK gives a whole operation.
    let limit = |seconds: Option<f64>| Duration::from_secs_f64(seconds.unwrap_or(604_800.0));
    let read = limit(outgoing.read);
    let limits = wire::Limits { connect: limit(outgoing.connect), first_byte: read, between_bytes: read };
    let response = match egress.exchange(&request, limits).await {
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

/// Bytes as the characters of their numbers, and back.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).expect("a byte")).collect()
}

impl From<&Outgoing> for Asked {
    fn from(outgoing: &Outgoing) -> Self {
        let headers = outgoing.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        let body = String::from_utf8_lossy(&bytes(&outgoing.body)).into_owned();
        Self { method: outgoing.method.clone(), url: outgoing.url.clone(), headers, body }
    }
}
