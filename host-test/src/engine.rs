//! The compiled component. Compiling takes most of a second; instances of it are made in microseconds.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine};

use crate::bindings::KeyfobPre;
use crate::host::State;

/// How often a running component gives way, so that a time-out can end even one that spins.
const TICK: Duration = Duration::from_millis(20);

/// A compiled Keyfob component; clones share it.
#[derive(Clone)]
pub struct Keyfob {
    pub(crate) engine: Engine,
    pub(crate) pre: KeyfobPre<State>,
}

impl Keyfob {
    /// The component of this source tree, which the build of this crate made. Compiled once per process.
    pub fn built() -> Result<Self> {
        static BUILT: Mutex<Option<Keyfob>> = Mutex::new(None);
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keyfob) = &*built {
            return Ok(keyfob.clone());
        }
        let keyfob = Self::load(Self::built_path())?;
        Ok(built.insert(keyfob).clone())
    }

    /// Where the build of this crate put the component.
    pub fn built_path() -> &'static Path {
        Path::new(env!("KEYFOB_COMPONENT"))
    }

    /// Any other build of the component.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        Self::from_bytes(&bytes).map_err(|error| {
            let why = error.root_cause().to_string();
            // What follows are the file's first bytes, one a line.
            let why = why.split(" - expected=").next().unwrap_or_default();
            anyhow!("{} is not a Keyfob component: {why}", path.display())
        })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, bytes)?;

        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        let pre = KeyfobPre::new(linker.instantiate_pre(&component)?)?;

        tick(&engine)?;
        Ok(Self { engine, pre })
    }
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
