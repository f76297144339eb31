//! Runs the steps of a case and compares each result with what the case expects.

use std::fmt;
use std::sync::Arc;

use fake_azure::Fake;
use keyfob_host_test::{Build, Clock};

use crate::case::{Case, Step};
use crate::checks;
use crate::native::NativePlayer;
use crate::wasm::WasmPlayer;
use crate::world::{World, vault_url};

/// The native core, or a build of the component.
#[derive(Clone, Copy)]
pub enum PlayerKind {
    Native,
    Wasm(Build),
}

impl PlayerKind {
    /// All players: the native core, and each build of the component.
    pub const ALL: [Self; 5] = [
        Self::Native,
        Self::Wasm(Build::WithoutCertificates),
        Self::Wasm(Build::WithCertificates),
        Self::Wasm(Build::P3WithoutCertificates),
        Self::Wasm(Build::P3WithCertificates),
    ];

    /// Whether it plays cases for this build. Those for a build for WASI 0.2 are also for that for WASI 0.3.
    pub fn plays(self, build: Build) -> bool {
        let of_wasi_0_2 = match self {
            Self::Wasm(Build::WithoutCertificates | Build::P3WithoutCertificates) => Build::WithoutCertificates,
            _ => Build::WithCertificates,
        };
        build == of_wasi_0_2
    }
}

impl fmt::Display for PlayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Wasm(Build::WithoutCertificates) => "wasm",
            Self::Wasm(Build::WithCertificates) => "wasm-with-certificates",
            Self::Wasm(Build::P3WithoutCertificates) => "p3",
            Self::Wasm(Build::P3WithCertificates) => "p3-with-certificates",
        })
    }
}

/// What a successful call returned, with the names that cases use.
#[derive(Debug, Default)]
pub struct Success {
    /// The value of a secret, or the token.
    pub value: String,
    /// The properties of the secret or the token.
    pub fields: Vec<(&'static str, String)>,
    /// One result for each name of `get-secrets`.
    pub outcomes: Vec<Result<Success, Box<Failure>>>,
    /// The result of `explain`.
    pub candidates: Vec<ExplainedCandidate>,
    /// The names on each page of a list.
    pub pages: Vec<Vec<String>>,
    /// The properties of each secret on the pages.
    pub listed: Vec<Vec<(&'static str, String)>>,
}

/// The properties of a secret, with the names that cases use. It is a macro because the core and the WIT package have
/// types of their own with the same fields.
macro_rules! property_fields {
    ($properties:expr) => {{
        let properties = $properties;
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            ("id", properties.id),
            ("name", properties.name),
            ("version", properties.version.unwrap_or_default()),
            ("content-type", properties.content_type.unwrap_or_default()),
            ("enabled", properties.enabled.map(|enabled| enabled.to_string()).unwrap_or_default()),
            ("not-before", number(properties.not_before)),
            ("expires-on", number(properties.expires_on)),
            ("created-on", number(properties.created_on)),
            ("updated-on", number(properties.updated_on)),
            ("recoverable-days", number(properties.recoverable_days.map(u64::from))),
            ("recovery-level", properties.recovery_level.unwrap_or_default()),
            ("managed", properties.managed.map(|managed| managed.to_string()).unwrap_or_default()),
            ("key-id", properties.key_id.unwrap_or_default()),
            ("previous-version", properties.previous_version.unwrap_or_default()),
            ("tags", format!("{:?}", properties.tags)),
        ]
    }};
}
pub(crate) use property_fields;

/// What a vault says of a deletion, with the names that cases use. The core has it among the properties of a secret.
macro_rules! deletion_fields {
    ($deleted:expr) => {{
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        [
            ("deleted-on", number($deleted.deleted_on)),
            ("scheduled-purge-on", number($deleted.scheduled_purge_on)),
            ("recovery-id", $deleted.recovery_id.clone().unwrap_or_default()),
        ]
    }};
}
pub(crate) use deletion_fields;

/// A candidate of `explain`, with the names that cases use.
#[derive(Debug)]
pub struct ExplainedCandidate {
    pub credential: String,
    pub readiness: String,
    pub message: String,
    pub hint: String,
    pub variables: Vec<String>,
    pub details: Vec<(String, String)>,
}

/// An error, with the names that cases use.
#[derive(Debug, Default)]
pub struct Failure {
    pub kind: String,
    pub message: String,
    pub hint: String,
    /// The credential, its outcome and its message.
    pub attempts: Vec<(String, String, String)>,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub retry_after: Option<u64>,
    pub details: Vec<(String, String)>,
}

/// The app that makes the calls of a case.
pub enum Player {
    Native(Box<NativePlayer>),
    Wasm(Box<WasmPlayer>),
}

impl Player {
    pub async fn new(world: World, kind: PlayerKind) -> Self {
        match kind {
            PlayerKind::Native => Self::Native(Box::new(NativePlayer::new(world))),
            PlayerKind::Wasm(build) => Self::Wasm(Box::new(WasmPlayer::new(world, build).await)),
        }
    }

    /// Makes one call.
    pub async fn step(&mut self, case: &Case, vault: &str, step: &Step) -> Result<Success, Failure> {
        match self {
            Self::Native(native) => native.step(case, vault, step).await,
            Self::Wasm(wasm) => wasm.step(case, vault, step).await,
        }
    }

    /// The log since the start.
    pub fn log(&self) -> String {
        match self {
            Self::Native(native) => native.log(),
            Self::Wasm(wasm) => wasm.log(),
        }
    }

    /// Drops the client and the credential. Returns the component's memory after that; none for the native core.
    pub async fn end(self, case: &Case) -> Option<Vec<u8>> {
        match self {
            Self::Native(_) => None,
            Self::Wasm(wasm) => Some(wasm.end(case).await),
        }
    }
}

/// Runs all steps of a case and compares nothing. Returns their results.
pub async fn play_unchecked(case: &Case, kind: PlayerKind) -> Vec<Result<Success, Failure>> {
    let (world, _) = World::of(case, Clock::starting_at(Clock::TEST_START));
    let vault = vault_url(case);
    let wall = world.wall.clone();
    let mut player = Player::new(world, kind).await;
    let mut results = Vec::new();
    for step in &case.steps {
        tokio::time::advance(std::time::Duration::from_secs(step.after)).await;
        wall.set_ahead(step.clock_ahead);
        results.push(player.step(case, step.vault_url.as_ref().unwrap_or(&vault), step).await);
    }
    results
}

/// Runs all steps of a case. Returns their results, or the first difference from what the case expects.
pub async fn play_case(case: &Case, kind: PlayerKind) -> Result<Vec<Result<Success, Failure>>, String> {
    let clock = Clock::starting_at(Clock::TEST_START);
    let planted = Fake::new(case.azure.clone()).unwrap().planted_secrets();
    let (world, recorder) = World::of(case, clock);
    let vault = vault_url(case);
    let wall = world.wall.clone();
    let visible = Arc::clone(&world.visible);
    let mut player = Player::new(world, kind).await;
    let mut results = Vec::new();
    let mut seen = 0;
    for (number, step) in case.steps.iter().enumerate() {
        tokio::time::advance(std::time::Duration::from_secs(step.after)).await;
        wall.set_ahead(step.clock_ahead);
        let start = clock.elapsed();
        let vault = step.vault_url.as_ref().unwrap_or(&vault);
        let result = player.step(case, vault, step).await;
        let took = clock.elapsed() - start;
        let lines = recorder.lines().split_off(seen);
        let requests = recorder.requests().split_off(seen);
        seen += lines.len();
        let secrets = checks::secrets_of(case, &planted, &recorder);
        let log = player.log();
        results.push(result);
        let result = &results[number];
        checks::check_step(case, step, result, (&lines, &requests), took, &log)
            .and_then(|()| checks::check_token(step, &results))
            .and_then(|()| checks::check_no_leak(&secrets, result, &[&log, &visible.lock().unwrap()]))
            .map_err(|problem| format!("step {}: {problem}\n{result:#?}\n{lines:#?}\ntook {took:?}", number + 1))?;
    }
    let secrets = checks::secrets_of(case, &planted, &recorder);
    checks::check_memory_zeroed(case, &secrets, player.end(case).await.as_deref())?;
    Ok(results)
}
