//! Calls at once in one instance of the component for WASI 0.3, in virtual time: a host gives one instance up to 16 requests
//! at a time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use keyfob_test_support::fake::{Description, Fake};
use keyfob_test_support::host::{
    AzureError, Build, Clock, ConcurrentRead, CredentialKind, Egress, ErrorKind, GetSecretOptions, Host, Instance,
    Keyfob, Recorder, Secret, SecretClient,
};
use keyfob_test_support::wire::{Request, ScriptedResponse, Service};
use tokio::time::Instant;

const WORLD: &str = r#"
platform = "app-service"
[[identity]]
name = "app"
kind = "system-assigned"
[[vault]]
url = "https://story-kv.vault.azure.net"
roles = { app = "Key Vault Secrets User" }
"#;

/// How many secrets the vault has: secret-0, secret-1, …
const SECRETS: usize = 60;

/// How the fake Azure answers.
#[derive(Clone, Copy)]
struct Behaviour {
    token: Duration,
    secret: Duration,
    /// The secret-0 takes this long instead.
    slow: Duration,
    /// The identity endpoint refuses.
    refuses: bool,
}

const NORMAL: Behaviour = Behaviour { token: ms(200), secret: ms(200), slow: ms(200), refuses: false };

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

struct SlowAzure(Fake, Behaviour);

impl Service for SlowAzure {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let Behaviour { token, secret, slow, refuses } = self.1;
        let path = request.uri().path();
        let is_token = path.starts_with("/msi");
        let time = match path {
            _ if is_token => token,
            path if path.starts_with("/secrets/secret-0") => slow,
            _ => secret,
        };
        let response = if is_token && refuses {
            ScriptedResponse::reply(400, "application/json", r#"{"statusCode":400,"message":"no"}"#)
        } else {
            self.0.handle(request, now)
        };
        ScriptedResponse { first_byte: Some(time), ..response }
    }
}

struct World {
    instance: Instance,
    client: SecretClient,
    requests: Recorder,
    start: Instant,
}

impl World {
    async fn new(behaviour: Behaviour) -> Self {
        let mut toml = WORLD.to_owned();
        for number in 0..SECRETS {
            toml += &format!("[[vault.secret]]\nname = \"secret-{number}\"\nvalue = \"value {number}\"\n");
        }
        let fake = Fake::new(Description::from_toml(&toml).unwrap()).unwrap();
        let environment = fake.environment();
        let clock = Clock::starting_at(Clock::TEST_START);
        let egress = Egress::in_process(Arc::new(SlowAzure(fake, behaviour)), clock).allow_any();
        let requests = egress.recorder();
        let keyfob = Keyfob::from_build(Build::P3WithoutCertificates).unwrap();
        let host = Host::new(&keyfob).envs(environment).clock(clock).egress(egress);
        let mut instance = host.instantiate().await.unwrap();
        let credential = instance.create_credential(&CredentialKind::Default.into()).await.unwrap();
        let url = "https://story-kv.vault.azure.net";
        let client = instance.create_client(url, credential, &Default::default()).await.unwrap();
        Self { instance, client, requests, start: Instant::now() }
    }

    /// Reads these secrets at once: results, and the time that all of them took.
    async fn read(&mut self, reads: &[ConcurrentRead]) -> (Vec<Option<Result<Secret, AzureError>>>, Duration) {
        let start = Instant::now();
        let results = self.instance.get_secrets_at_once(self.client, reads).await.unwrap();
        (results, start.elapsed())
    }

    /// How many requests went to the identity endpoint, and how many to the vault.
    fn requests(&self) -> (usize, usize) {
        let lines = self.requests.lines();
        let tokens = lines.iter().filter(|line| line.contains("/msi/token")).count();
        (tokens, lines.len() - tokens)
    }
}

fn read(number: usize) -> ConcurrentRead {
    ConcurrentRead { name: format!("secret-{number}"), ..ConcurrentRead::default() }
}

fn with_timeout(number: usize, timeout: Duration) -> ConcurrentRead {
    ConcurrentRead { options: GetSecretOptions { timeout: Some(timeout), ..Default::default() }, ..read(number) }
}

fn abandoned(number: usize, after: Duration) -> ConcurrentRead {
    ConcurrentRead { abandon_after: Some(after), ..read(number) }
}

#[track_caller]
fn is_value(result: &Option<Result<Secret, AzureError>>, number: usize) {
    let secret = result.as_ref().expect("not abandoned").as_ref().expect("a secret");
    assert_eq!(secret.value, format!("value {number}"));
}

#[track_caller]
fn is_error(result: &Option<Result<Secret, AzureError>>, kind: ErrorKind) -> &AzureError {
    let error = result.as_ref().expect("not abandoned").as_ref().expect_err("an error");
    assert_eq!(error.kind, kind, "{error:?}");
    error
}

#[tokio::test(start_paused = true)]
async fn sixteen_cold_calls_share_one_token_request() {
    let mut world = World::new(NORMAL).await;
    let reads: Vec<_> = (0..16).map(read).collect();
    let (results, time) = world.read(&reads).await;
    results.iter().enumerate().for_each(|(number, result)| is_value(result, number));
    assert_eq!((world.requests(), time), ((1, 16), ms(400)));
}

#[tokio::test(start_paused = true)]
async fn calls_that_waited_share_a_failure_at_once() {
    let mut world = World::new(Behaviour { refuses: true, ..NORMAL }).await;
    let reads: Vec<_> = (0..5).map(read).collect();
    let (results, time) = world.read(&reads).await;
    for result in &results {
        is_error(result, ErrorKind::AuthenticationFailed);
    }
    assert_eq!((world.requests(), time), ((1, 0), ms(200)));
    // It is not kept: the next call asks again.
    world.read(&reads[..1]).await;
    assert_eq!(world.requests(), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_while_another_call_gets_the_token() {
    let mut world = World::new(Behaviour { token: ms(3_000), ..NORMAL }).await;
    let start = world.start;
    let (results, _) = world.read(&[read(1), with_timeout(2, ms(500))]).await;
    is_value(&results[0], 1);
    let error = is_error(&results[1], ErrorKind::TimedOut);
    assert!(error.message.contains("another call still waited for the same token"), "{}", error.message);
    assert!(error.hint.is_some());
    assert_eq!((world.requests(), start.elapsed()), ((1, 1), ms(3_200)));
}

#[tokio::test(start_paused = true)]
async fn a_short_call_that_gets_the_token_does_not_end_those_behind_it() {
    let mut world = World::new(Behaviour { token: ms(3_000), ..NORMAL }).await;
    let (results, time) = world.read(&[with_timeout(1, ms(500)), read(2)]).await;
    is_error(&results[0], ErrorKind::TimedOut);
    is_value(&results[1], 2);
    assert_eq!((world.requests(), time), ((2, 1), ms(3_700)));
}

#[tokio::test(start_paused = true)]
async fn a_call_in_the_queue_that_nobody_waits_for_disturbs_nobody() {
    let mut world = World::new(Behaviour { token: ms(3_000), ..NORMAL }).await;
    let (results, time) = world.read(&[read(1), abandoned(2, ms(500)), read(3)]).await;
    is_value(&results[0], 1);
    assert!(results[1].is_none());
    is_value(&results[2], 3);
    assert_eq!(time, ms(3_200));
    let (results, _) = world.read(&[read(4)]).await;
    is_value(&results[0], 4);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gets_the_token_and_nobody_waits_for_serves_the_others() {
    let mut world = World::new(Behaviour { token: ms(3_000), ..NORMAL }).await;
    let (results, time) = world.read(&[abandoned(1, ms(500)), read(2), read(3)]).await;
    assert!(results[0].is_none());
    is_value(&results[1], 2);
    is_value(&results[2], 3);
    assert_eq!((world.requests().0, time), (1, ms(3_200)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_secret_holds_nobody() {
    let mut world = World::new(Behaviour { slow: ms(5_000), ..NORMAL }).await;
    world.read(&[read(1)]).await;
    let others = (1..11).map(|number| with_timeout(number, ms(201)));
    let reads: Vec<_> = [read(0)].into_iter().chain(others).collect();
    let (results, time) = world.read(&reads).await;
    results.iter().enumerate().for_each(|(number, result)| is_value(result, number));
    assert_eq!(time, ms(5_000));
}

#[tokio::test(start_paused = true)]
async fn two_calls_for_a_page_get_two_pages() {
    let mut world = World::new(NORMAL).await;
    let list = world.instance.list_secrets(world.client, &Default::default()).await.unwrap();
    let pages = world.instance.next_pages_at_once(list, 4).await.unwrap();
    let lengths: Vec<_> = pages.iter().map(|page| page.as_ref().unwrap().as_ref().map_or(0, Vec::len)).collect();
    assert_eq!((lengths, world.requests()), (vec![25, 25, 10, 0], (1, 3)));
}

#[tokio::test(start_paused = true)]
async fn eight_thousand_requests_without_growth() {
    let mut world = World::new(NORMAL).await;
    let mut warm = 0;
    for round in 0..500 {
        let reads: Vec<_> = (0..16).map(|number| read((round + number) % SECRETS)).collect();
        let (results, _) = world.read(&reads).await;
        assert!(results.iter().all(|result| result.as_ref().is_some_and(Result::is_ok)));
        if round == 20 {
            warm = world.instance.memory_size();
        }
    }
    assert_eq!(world.instance.memory_size(), warm);
    assert_eq!(world.requests().0, 1);
}
