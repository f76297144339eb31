//! Sets up the world of a case, lets a player do the steps, and holds each against what is expected.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use keyfob_host_test::fake::Fake;
use keyfob_host_test::{Build, Clock, Egress, Recorder, WallClock};
use tempfile::TempDir;

use crate::case::{Case, File, Step, certificate};
use crate::expect;
use crate::faults::Faulty;
use crate::native::Native;
use crate::wasm::Wasm;

#[derive(Clone, Copy)]
pub enum Kind {
    Native,
    Wasm(Build),
}

impl Kind {
    /// The build that it plays.
    pub fn build(self) -> Build {
        match self {
            Self::Wasm(build) => build,
            Self::Native => Build::WithCertificates,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Wasm(Build::WithoutCertificates) => "wasm",
            Self::Wasm(Build::WithCertificates) => "wasm-with-certificates",
        })
    }
}

/// What a call gave, in the terms of cases.
#[derive(Debug, Default)]
pub struct Got {
    /// The value or the token.
    pub value: String,
    pub fields: Vec<(&'static str, String)>,
    /// Of several secrets.
    pub outcomes: Vec<Result<Got, Box<Problem>>>,
    pub candidates: Vec<Explained>,
    /// Names.
    pub pages: Vec<Vec<String>>,
    /// Of each that is on the pages.
    pub listed: Vec<Vec<(&'static str, String)>>,
}

/// The properties of a secret in the terms of cases: the core's and the WIT package's have the same names.
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
            ("deleted-on", number(properties.deleted_on)),
            ("scheduled-purge-on", number(properties.scheduled_purge_on)),
            ("recovery-id", properties.recovery_id.unwrap_or_default()),
            ("tags", format!("{:?}", properties.tags)),
        ]
    }};
}
pub(crate) use property_fields;

/// A candidate in the terms of cases.
#[derive(Debug)]
pub struct Explained {
    pub credential: String,
    pub readiness: String,
    pub message: String,
    pub hint: String,
    pub variables: Vec<String>,
    pub details: Vec<(String, String)>,
}

/// An error in the terms of cases.
#[derive(Debug, Default)]
pub struct Problem {
    pub kind: String,
    pub message: String,
    pub hint: String,
    pub attempts: Vec<(String, String, String)>,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub retry_after: Option<u64>,
    /// Seen by the search for secrets, through `Debug`.
    pub details: Vec<(String, String)>,
}

/// What a component sees of the world.
pub struct World {
    pub env: Vec<(String, String)>,
    /// Where the case's files lie.
    pub root: TempDir,
    /// The folders that the component is given, as it names them.
    pub folders: Vec<String>,
    pub egress: Egress,
    /// What the egress leads to; `tests/conformance` looks at its faults.
    pub azure: Arc<Faulty>,
    pub clock: Clock,
    /// The component's own idea of the date.
    pub wall: WallClock,
    /// What a person may see beside the log: the host's trace, and each value's `Debug`.
    pub visible: Arc<Mutex<String>>,
}

/// What plays the steps.
pub enum Player {
    Native(Box<Native>),
    Wasm(Box<Wasm>),
}

impl Player {
    pub async fn new(world: World, kind: Kind) -> Self {
        match kind {
            Kind::Native => Self::Native(Box::new(Native::new(world))),
            Kind::Wasm(build) => Self::Wasm(Box::new(Wasm::new(world, build).await)),
        }
    }

    pub async fn step(&mut self, case: &Case, vault: &str, step: &Step) -> Result<Got, Problem> {
        match self {
            Self::Native(native) => native.step(case, vault, step).await,
            Self::Wasm(wasm) => wasm.step(case, vault, step).await,
        }
    }

    pub fn log(&self) -> String {
        match self {
            Self::Native(native) => native.log(),
            Self::Wasm(wasm) => wasm.log(),
        }
    }

    /// The component's memory in bytes, where it has one of its own.
    pub fn memory(&self) -> usize {
        match self {
            Self::Native(_) => 0,
            Self::Wasm(wasm) => wasm.memory(),
        }
    }

    /// Drops all that the app holds; what the component's memory has in it then, where it has one of its own.
    pub async fn end(self, case: &Case) -> Option<Vec<u8>> {
        match self {
            Self::Native(_) => None,
            Self::Wasm(wasm) => Some(wasm.end(case).await),
        }
    }
}

/// Plays a case; what each step gave, if all was as expected.
pub async fn play(case: &Case, kind: Kind) -> Result<Vec<Result<Got, Problem>>, String> {
    let clock = Clock::starting_at(Clock::TEST_START);
    let planted = Fake::new(case.azure.clone()).unwrap().planted_secrets();
    let (world, recorder) = world(case, clock);
    let vault = vault(case);
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
        let secrets = expect::secrets(case, &planted, &recorder);
        let log = player.log();
        expect::check(case, step, &result, (&lines, &requests), took, &log)
            .and_then(|()| expect::no_leak(&secrets, &result, &[&log, &visible.lock().unwrap()]))
            .map_err(|problem| format!("step {}: {problem}\n{result:#?}\n{lines:#?}\ntook {took:?}", number + 1))?;
        results.push(result);
    }
    expect::small(case, player.memory())?;
    let secrets = expect::secrets(case, &planted, &recorder);
    expect::zeroed(case, &secrets, player.end(case).await.as_deref())?;
    Ok(results)
}

/// The vault that the app opens.
pub fn vault(case: &Case) -> String {
    let first = || case.azure.vaults.first().map(|vault| vault.url.clone());
    case.client.vault_url.clone().or_else(first).unwrap_or_default()
}

/// Everything that the case describes, and the list of what is then asked.
pub fn world(case: &Case, clock: Clock) -> (World, Recorder) {
    let fake = Fake::new(case.azure.clone()).unwrap();
    let mut env = fake.environment();
    env.retain(|(name, _)| !case.unset.contains(name) && !case.env.contains_key(name));
    env.extend(case.env.iter().map(|(name, value)| (name.clone(), value.clone())));

    let root = tempfile::tempdir().unwrap();
    let mut folders = Vec::new();
    let platforms = fake.files().into_iter().map(|(path, content)| File { path, content, ..File::default() });
    let platforms: Vec<File> = platforms.filter(|_| !case.files_not_granted).collect();
    for file in case.files.iter().chain(&platforms) {
        let place = root.path().join(file.path.trim_start_matches('/'));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        match (&file.link, &file.certificate) {
            (Some(link), _) => std::os::unix::fs::symlink(link, &place).unwrap(),
            (None, Some(name)) => std::fs::write(&place, certificate(name)).unwrap(),
            (None, None) => std::fs::write(&place, &file.content).unwrap(),
        }
        // The host gives the folder that the variable's file is in, not those that its links lead to.
        let folder = Path::new(&file.path).parent().unwrap().display().to_string();
        if !folders.iter().any(|known: &String| folder.starts_with(known.as_str())) {
            folders.push(folder);
        }
    }

    let azure = Arc::new(Faulty { fake, faults: case.faults.clone().into() });
    let mut egress = Egress::in_process(azure.clone(), clock);
    match &case.allow {
        None => egress = egress.allow_any(),
        Some(hosts) => {
            for host in hosts {
                egress = egress.allow(host);
            }
        }
    }
    let visible = Arc::new(Mutex::new(String::new()));
    let trace = Arc::clone(&visible);
    egress = egress.trace(move |line| trace.lock().unwrap().push_str(line));
    let recorder = egress.recorder();
    (World { env, root, folders, egress, azure, clock, wall: clock.into(), visible }, recorder)
}
