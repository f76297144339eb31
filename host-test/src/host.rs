//! What a component may access: environment, folders, standard streams, clock, randomness and network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{FsPerms, WasiCtx};

use crate::clock::{Clock, WallClock};
use crate::egress::{Egress, Hooks};
use crate::engine::Keyfob;
use crate::error::{HostError, cause};
use crate::store::{Captured, State};

/// The most that is captured of stdout and of stderr, in bytes. Keyfob writes next to nothing.
const CAPTURE: usize = 1 << 20;

/// A component and what it may access, which is nothing by default. Any number of instances are made from it; they share its
/// connections and its recorder. The component is Keyfob, or an [`App`](crate::App) with Keyfob in it.
pub struct Host<C = Keyfob> {
    pub(crate) component: C,
    grants: Grants,
    keyfob_grants: Option<Grants>,
    clock: Option<Clock>,
    wall_clock: Option<WallClock>,
    seed: Option<u64>,
    streams: Streams,
    file_io_on_threads: bool,
    max_memory: usize,
}

/// Environment, folders and egress.
struct Grants {
    environment: Vec<(String, String)>,
    folders: Vec<(PathBuf, String, FsPerms)>,
    egress: Arc<Egress>,
}

/// Where a component's stdin, stdout and stderr go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Streams {
    Captured,
    StderrShown,
    Inherited,
}

impl<C> Host<C> {
    /// A host without variables, folders and network, with the real clock and secure randomness.
    pub fn new(component: &C) -> Self
    where
        C: Clone,
    {
        Self {
            component: component.clone(),
            grants: Grants { environment: Vec::new(), folders: Vec::new(), egress: Arc::new(Egress::closed()) },
            keyfob_grants: None,
            clock: None,
            wall_clock: None,
            seed: None,
            streams: Streams::Captured,
            file_io_on_threads: false,
            max_memory: usize::MAX,
        }
    }

    /// The same host with another component.
    #[must_use]
    pub fn with_component<D>(self, component: D) -> Host<D> {
        Host {
            component,
            grants: self.grants,
            keyfob_grants: self.keyfob_grants,
            clock: self.clock,
            wall_clock: self.wall_clock,
            seed: self.seed,
            streams: self.streams,
            file_io_on_threads: self.file_io_on_threads,
            max_memory: self.max_memory,
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.grants.environment.push((name.into(), value.into()));
        self
    }

    /// Sets several environment variables.
    #[must_use]
    pub fn envs<N: Into<String>, V: Into<String>>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        self.grants.environment.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Lets the component read the folder `host` under the path `guest`, and not write to it.
    #[must_use]
    pub fn preopened_dir(mut self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.grants.folders.push((host.as_ref().to_owned(), guest.into(), FsPerms::ReadOnly));
        self
    }

    /// Lets the component read and change the folder `host` under the path `guest`.
    #[must_use]
    pub fn preopened_dir_writable(mut self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.grants.folders.push((host.as_ref().to_owned(), guest.into(), FsPerms::ReadWrite));
        self
    }

    /// Sets the way out for HTTP.
    #[must_use]
    pub fn egress(mut self, egress: Egress) -> Self {
        self.grants.egress = Arc::new(egress);
        self
    }

    /// Gives Keyfob inside an [`App`](crate::App) the environment, the folders and the egress of another host in place of this
    /// one's. The app itself has only those of this host. Without it the app and Keyfob share them. An app that was composed
    /// before, for example by `keyfob compose`, has one set of imports: Keyfob in it has the app's grants.
    ///
    /// ```no_run
    /// use keyfob_host_test::{App, Egress, Host, Sockets};
    ///
    /// # fn host(app: &App) -> Host<App> {
    /// let egress = Egress::sockets(Sockets::new()).allow("my-vault.vault.azure.net:443").allow("169.254.169.254:80");
    /// let keyfob = Host::new(&()).env("AZURE_CLIENT_ID", "11111111-aaaa-4aaa-8aaa-000000000001").egress(egress);
    /// // The app has no environment, no folder and no network, and gets secrets.
    /// let host = Host::new(app).keyfob_grants(keyfob);
    /// # host
    /// # }
    /// ```
    #[must_use]
    pub fn keyfob_grants(mut self, other: Host<()>) -> Self {
        self.keyfob_grants = Some(other.grants);
        self
    }

    /// Sets the clock. In-process egress should have the same one. Without it each instance starts at the real date.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets a wall clock that may differ from the [`clock`](Self::clock). Without it the wall clock follows that clock.
    #[must_use]
    pub fn wall_clock(mut self, clock: WallClock) -> Self {
        self.wall_clock = Some(clock);
        self
    }

    /// Makes the component's randomness the same in every run. For tests only: signatures and the ids of assertions become
    /// predictable. Without a seed the randomness is that of a secure generator that the system seeds.
    #[must_use]
    pub fn random_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Passes the component's stderr on to the host's instead of capturing it.
    #[must_use]
    pub fn inherit_stderr(mut self) -> Self {
        self.streams = Streams::StderrShown;
        self
    }

    /// Gives the component the host's stdin, stdout and stderr instead of an empty stdin and captured outputs.
    #[must_use]
    pub fn inherit_stdio(mut self) -> Self {
        self.streams = Streams::Inherited;
        self
    }

    /// Reads files on other threads, so that a file that never opens (a pipe without a writer, a mount whose server is gone)
    /// can't block the caller's timeout. Not for a paused clock, which would advance meanwhile.
    #[must_use]
    pub fn file_io_on_threads(mut self) -> Self {
        self.file_io_on_threads = true;
        self
    }

    /// Limits the linear memory of each instance to this many bytes. Keyfob needs at most 6 MiB, or 12 MiB with a backup; an
    /// instance that needs more than the limit traps. Without a limit only WebAssembly's own holds, 4 GiB.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Makes a store for one instance, and its captured output.
    pub(crate) fn store(&self, engine: &Engine, arguments: &[String]) -> Result<(Store<State>, Captured), HostError> {
        let captured = Captured { stdout: MemoryOutputPipe::new(CAPTURE), stderr: MemoryOutputPipe::new(CAPTURE) };
        let state = State::new(
            self.wasi(&self.grants, arguments, &captured)?,
            self.grants.hooks(),
            match &self.keyfob_grants {
                Some(grants) => Some((self.wasi(grants, &[], &captured)?, grants.hooks())),
                None => None,
            },
            self.max_memory,
        );
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.memory_size);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        Ok((store, captured))
    }

    fn wasi(&self, grants: &Grants, arguments: &[String], captured: &Captured) -> Result<WasiCtx, HostError> {
        let clock = self.clock.unwrap_or_else(Clock::real);
        let mut wasi = WasiCtx::builder();
        wasi.args(arguments)
            .envs(&grants.environment)
            .wall_clock(self.wall_clock.clone().unwrap_or_else(|| clock.into()))
            .monotonic_clock(clock)
            .allow_tcp(false)
            .allow_udp(false)
            // Files are few and small, and threads would make a paused clock depend on real time.
            .allow_blocking_current_thread(!self.file_io_on_threads);
        match self.streams {
            Streams::Captured => wasi.stdout(captured.stdout.clone()).stderr(captured.stderr.clone()),
            Streams::StderrShown => wasi.stdout(captured.stdout.clone()).inherit_stderr(),
            Streams::Inherited => wasi.inherit_stdio(),
        };
        if let Some(seed) = self.seed {
            wasi.secure_random(Deterministic::new(bytes(seed)))
                .insecure_random(Deterministic::new(bytes(seed)))
                .insecure_random_seed(u128::from(seed));
        }
        for (host, guest, permissions) in &grants.folders {
            wasi.preopened_dir(host, guest, *permissions)
                .map_err(|error| HostError::Folder { path: host.clone(), cause: cause(error) })?;
        }
        Ok(wasi.build())
    }
}

impl Grants {
    fn hooks(&self) -> Hooks {
        Hooks(Arc::clone(&self.egress))
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): 4 KiB of uniform bytes from a small seed. wasmtime repeats them.
fn bytes(mut seed: u64) -> Vec<u8> {
    (0..512)
        .flat_map(|_| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = seed;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)).to_le_bytes()
        })
        .collect()
}
