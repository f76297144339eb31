//! The compiled component. Compiling takes most of a second; instances of it are made in microseconds.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::KeyfobPre;
use crate::store::State;

/// How often a running component gives way, so that a time-out can end even one that spins.
const TICK: Duration = Duration::from_millis(20);

/// The core modules of a component: its code, and what the linker puts around it.
const MODULES: u32 = 4;

/// More than any call needs (SECURITY.md).
const MAX_MEMORY: usize = 32 << 20;

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
            Self::WithoutCertificates => include_bytes!(env!("KEYFOB_WASM")),
            Self::WithCertificates => include_bytes!(env!("KEYFOB_WITH_CERTIFICATES_WASM")),
        }
    }
}

/// The component of this source tree for programs that embed it: its one import is `keyfob:embedding/host`, so no [`Keyfob`]
/// is made of it.
#[cfg(feature = "embedded")]
pub fn embedded_component() -> &'static [u8] {
    include_bytes!(env!("KEYFOB_EMBEDDED_WASM"))
}

/// The component `keyfob-config` of this source tree: secrets as wasi:config.
#[cfg(feature = "config")]
pub fn config_component() -> &'static [u8] {
    include_bytes!(env!("KEYFOB_CONFIG_WASM"))
}

/// A compiled Keyfob component; clones share it.
#[derive(Clone)]
pub struct Keyfob {
    pub(crate) engine: Engine,
    pub(crate) pre: KeyfobPre<State>,
}

impl Keyfob {
    /// The component of this source tree with certificates, which the build of this crate made. Compiled once per process.
    pub fn bundled() -> Result<Self> {
        Self::from_build(Build::WithCertificates)
    }

    /// Either build of this source tree. Compiled once per process.
    pub fn from_build(build: Build) -> Result<Self> {
        Self::cached(build, false)
    }

    /// The same, for tests: [`Instance::into_memory`](crate::Instance::into_memory) can look into its instances, because a trap
    /// carries their memory.
    pub fn inspectable(build: Build) -> Result<Self> {
        Self::cached(build, true)
    }

    /// The same, compiled anew, for programs that make many instances: room for so many at a time is set aside once, and making
    /// one takes less. Where all are in use, making another fails.
    pub fn pooled(build: Build, instances: u32) -> Result<Self> {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(instances)
            .total_core_instances(instances.saturating_mul(MODULES))
            .total_memories(instances)
            .total_tables(instances.saturating_mul(MODULES))
            // A call has one beside that of its instance's making.
            .total_stacks(instances.saturating_mul(2))
            .max_memory_size(MAX_MEMORY);
        Self::from_bytes(build.bytes(), Config::new().allocation_strategy(InstanceAllocationStrategy::Pooling(pool)))
    }

    fn cached(build: Build, inspectable: bool) -> Result<Self> {
        static BUILT: Mutex<Vec<((Build, bool), Keyfob)>> = Mutex::new(Vec::new());
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keyfob)) = built.iter().find(|(key, _)| *key == (build, inspectable)) {
            return Ok(keyfob.clone());
        }
        let keyfob = Self::from_bytes(build.bytes(), Config::new().coredump_on_trap(inspectable))?;
        built.push(((build, inspectable), keyfob.clone()));
        Ok(keyfob)
    }

    /// Any other build of the component.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        Self::from_bytes(&bytes, &mut Config::new()).map_err(|error| {
            let why = error.root_cause().to_string();
            // What follows are the file's first bytes, one a line.
            let why = why.split(" - expected=").next().unwrap_or_default();
            anyhow!("{} is not a Keyfob component: {why}", path.display())
        })
    }

    fn from_bytes(bytes: &[u8], config: &mut Config) -> Result<Self> {
        let (engine, pre) = compile(bytes, config)?;
        Ok(Self { engine, pre: KeyfobPre::new(pre)? })
    }
}

/// Compiles a component and gives it WASI 0.2 and nothing else, in an engine of its own.
pub(crate) fn compile(bytes: &[u8], config: &mut Config) -> Result<(Engine, InstancePre<State>)> {
    let engine = Engine::new(config.epoch_interruption(true))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Host;

    #[tokio::test]
    async fn a_pool_has_room_for_so_many_and_again_for_those_after_them() {
        let host = Host::new(&Keyfob::pooled(Build::WithCertificates, 3).expect("a pool"));
        for _ in 0..2 {
            let mut instances = Vec::new();
            for _ in 0..3 {
                instances.push(host.instantiate().await.expect("an instance"));
            }
            let problem = host.instantiate().await.err().expect("none is left");
            assert!(format!("{problem:#}").contains("limit of 3"), "{problem:#}");
            for instance in &mut instances {
                let credential =
                    instance.create_credential(&crate::CredentialSpec::default()).await.expect("a credential");
                assert_eq!(instance.explain(credential).await.expect("candidates").len(), 9);
            }
        }
    }
}
