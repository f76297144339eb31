//! The compiled component. Compiling takes most of a second; instances of it are made in microseconds.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Config, Engine};

use crate::bindings::KeyfobPre;
use crate::host::State;

/// How often a running component gives way, so that a time-out can end even one that spins.
const TICK: Duration = Duration::from_millis(20);

/// The builds of the component, by the cargo feature `certificate`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// What an app gets by default: certificates are refused.
    WithoutCertificates,
    /// The one that the `keyfob` command carries.
    WithCertificates,
}

impl Build {
    /// The component of this source tree, as the build of this crate made it.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::WithoutCertificates => include_bytes!(env!("KEYFOB_COMPONENT")),
            Self::WithCertificates => include_bytes!(env!("KEYFOB_COMPONENT_WITH_CERTIFICATES")),
        }
    }
}

/// The component `keyfob-config` of this source tree: secrets as wasi:config.
pub fn config_component() -> &'static [u8] {
    include_bytes!(env!("KEYFOB_CONFIG_COMPONENT"))
}

/// A compiled Keyfob component; clones share it.
#[derive(Clone)]
pub struct Keyfob {
    pub(crate) engine: Engine,
    pub(crate) pre: KeyfobPre<State>,
}

impl Keyfob {
    /// The component of this source tree with certificates, which the build of this crate made. Compiled once per process.
    pub fn built() -> Result<Self> {
        Self::build(Build::WithCertificates)
    }

    /// Either build of this source tree. Compiled once per process.
    pub fn build(build: Build) -> Result<Self> {
        Self::cached(build, false)
    }

    /// The same, for tests: [`Instance::into_memory`](crate::Instance::into_memory) can look into its instances.
    pub fn transparent(build: Build) -> Result<Self> {
        Self::cached(build, true)
    }

    fn cached(build: Build, transparent: bool) -> Result<Self> {
        static BUILT: Mutex<Vec<((Build, bool), Keyfob)>> = Mutex::new(Vec::new());
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keyfob)) = built.iter().find(|(key, _)| *key == (build, transparent)) {
            return Ok(keyfob.clone());
        }
        let keyfob = Self::from_bytes(build.bytes(), transparent)?;
        built.push(((build, transparent), keyfob.clone()));
        Ok(keyfob)
    }

    /// Any other build of the component.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        Self::from_bytes(&bytes, false).map_err(|error| {
            let why = error.root_cause().to_string();
            // What follows are the file's first bytes, one a line.
            let why = why.split(" - expected=").next().unwrap_or_default();
            anyhow!("{} is not a Keyfob component: {why}", path.display())
        })
    }

    fn from_bytes(bytes: &[u8], transparent: bool) -> Result<Self> {
        let (engine, pre) = compile(bytes, transparent)?;
        Ok(Self { engine, pre: KeyfobPre::new(pre)? })
    }
}

/// Compiles a component and gives it WASI 0.2 and nothing else, in an engine of its own. A trap of a transparent one
/// carries its memory.
pub(crate) fn compile(bytes: &[u8], transparent: bool) -> Result<(Engine, InstancePre<State>)> {
    let mut config = Config::new();
    config.epoch_interruption(true).coredump_on_trap(transparent);
    let engine = Engine::new(&config)?;
    let component = Component::from_binary(&engine, bytes)?;

    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    let pre = linker.instantiate_pre(&component)?;

    tick(&engine)?;
    Ok((engine, pre))
}

/// Moves the engine's epoch until the engine is gone.
fn tick(engine: &Engine) -> Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("keyfob-epoch".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}
