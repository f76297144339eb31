//! The compiled component. Compiling takes most of a second, making an instance some microseconds.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::KeyfobPre;
use crate::component_types::{ComponentTypes, Wasi};
use crate::error::{ComponentError, HostError, cause};
use crate::keyfob_half;
use crate::rename::rename;
use crate::store::State;

/// How often a running component yields to tokio, so that a timeout can end even an endless loop.
const TICK: Duration = Duration::from_millis(20);

/// The core modules of a component: its code, and the adapters that the linker adds.
const MODULES: u32 = 4;

/// The memory of a pooled instance, in bytes. More than any call needs (SECURITY.md).
const MAX_MEMORY: usize = 32 << 20;

/// The builds of the component, by the cargo feature `certificate` of its crate. The default is the most capable one that this
/// crate bundles.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// What an app gets by default: certificates are refused.
    #[cfg_attr(not(feature = "certificates"), default)]
    WithoutCertificates,
    /// The build that can use certificates. Only with this crate's feature `certificates`.
    #[cfg(feature = "certificates")]
    #[default]
    WithCertificates,
    /// The build for WASI 0.3, without certificates. Only with this crate's feature `p3`.
    #[cfg(feature = "p3")]
    P3WithoutCertificates,
    /// The build for WASI 0.3 that can use certificates. Only with the features `p3` and `certificates`.
    #[cfg(all(feature = "p3", feature = "certificates"))]
    P3WithCertificates,
}

impl Build {
    /// The most capable bundled build that an app can be given: for WASI 0.3 if it imports `keyfob:azure@0.2`, otherwise the
    /// default one.
    ///
    /// # Errors
    /// [`ComponentError`] if the app imports both versions or another one, and if this crate's feature `p3` is off and the app
    /// needs it.
    ///
    /// ```
    /// use keyfob_host_test::{Build, ComponentTypes};
    ///
    /// // A component that imports no Keyfob.
    /// let component = ComponentTypes::read(Build::default().bytes())?;
    /// assert_eq!(Build::fitting(&component)?, Build::default());
    /// # Ok::<(), keyfob_host_test::ComponentError>(())
    /// ```
    pub fn fitting(app: &ComponentTypes) -> Result<Self, ComponentError> {
        match app.keyfob_wasi()? {
            None | Some(Wasi::P2) => Ok(Self::default()),
            #[cfg(all(feature = "p3", feature = "certificates"))]
            Some(Wasi::P3) => Ok(Self::P3WithCertificates),
            #[cfg(all(feature = "p3", not(feature = "certificates")))]
            Some(Wasi::P3) => Ok(Self::P3WithoutCertificates),
            #[cfg(not(feature = "p3"))]
            Some(Wasi::P3) => Err(ComponentError::NoP3),
        }
    }

    /// The binary of the component, made from this source tree by the build of this crate.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::WithoutCertificates => include_bytes!(env!("KEYFOB_WASM")),
            #[cfg(feature = "certificates")]
            Self::WithCertificates => include_bytes!(env!("KEYFOB_WITH_CERTIFICATES_WASM")),
            #[cfg(feature = "p3")]
            Self::P3WithoutCertificates => include_bytes!(env!("KEYFOB_P3_WASM")),
            #[cfg(all(feature = "p3", feature = "certificates"))]
            Self::P3WithCertificates => include_bytes!(env!("KEYFOB_P3_WITH_CERTIFICATES_WASM")),
        }
    }
}

/// The component of this source tree for programs that embed it: it imports only `keyfob:embedding/host`, so a
/// [`Keyfob`] can't be made from it.
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
    /// The bundled component: [`Build::default`], which can use certificates if the feature `certificates` is on. Compiled
    /// once per process.
    ///
    /// # Errors
    /// [`HostError`] if it can't be compiled.
    ///
    /// ```
    /// let keyfob = keyfob_host_test::Keyfob::bundled()?;
    /// # Ok::<(), keyfob_host_test::HostError>(())
    /// ```
    pub fn bundled() -> Result<Self, HostError> {
        Self::from_build(Build::default())
    }

    /// One of the bundled builds. Compiled once per process.
    ///
    /// # Errors
    /// [`HostError`] if it can't be compiled.
    ///
    /// ```
    /// use keyfob_host_test::{Build, Keyfob};
    ///
    /// let keyfob = Keyfob::from_build(Build::WithoutCertificates)?;
    /// # Ok::<(), keyfob_host_test::HostError>(())
    /// ```
    pub fn from_build(build: Build) -> Result<Self, HostError> {
        Self::cached(build, false)
    }

    /// One of the bundled builds, for tests that read the memory of its instances with
    /// [`Instance::into_memory`](crate::Instance::into_memory): a trap carries it. Compiled once per process.
    ///
    /// # Errors
    /// [`HostError`] if it can't be compiled.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), keyfob_host_test::HostError> {
    /// use keyfob_host_test::{Build, Host, Keyfob};
    ///
    /// let instance = Host::new(&Keyfob::inspectable(Build::default())?).instantiate().await?;
    /// assert!(!instance.into_memory().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn inspectable(build: Build) -> Result<Self, HostError> {
        Self::cached(build, true)
    }

    /// One of the bundled builds, for programs that make many instances: memory for `instances` of them is reserved once,
    /// which makes instantiation cheaper. While all are in use, [`Host::instantiate`](crate::Host::instantiate) fails.
    /// Compiled anew by each call.
    ///
    /// # Errors
    /// [`HostError`] if it can't be compiled, or the memory can't be reserved.
    ///
    /// ```
    /// use keyfob_host_test::{Build, Keyfob};
    ///
    /// let keyfob = Keyfob::pooled(Build::WithoutCertificates, 2)?;
    /// # Ok::<(), keyfob_host_test::HostError>(())
    /// ```
    pub fn pooled(build: Build, instances: u32) -> Result<Self, HostError> {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(instances)
            .total_core_instances(instances.saturating_mul(MODULES))
            .total_memories(instances)
            .total_tables(instances.saturating_mul(MODULES))
            // One for the instantiation, one for a call.
            .total_stacks(instances.saturating_mul(2))
            .max_memory_size(MAX_MEMORY);
        Self::from_bytes(build.bytes(), Config::new().allocation_strategy(InstanceAllocationStrategy::Pooling(pool)))
            .map_err(|error| HostError::Compile(cause(error)))
    }

    fn cached(build: Build, inspectable: bool) -> Result<Self, HostError> {
        static BUILT: Mutex<Vec<((Build, bool), Keyfob)>> = Mutex::new(Vec::new());
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keyfob)) = built.iter().find(|(key, _)| *key == (build, inspectable)) {
            return Ok(keyfob.clone());
        }
        let keyfob = Self::from_bytes(build.bytes(), Config::new().coredump_on_trap(inspectable));
        let keyfob = keyfob.map_err(|error| HostError::Compile(cause(error)))?;
        built.push(((build, inspectable), keyfob.clone()));
        Ok(keyfob)
    }

    /// Reads and compiles any other build of the component.
    ///
    /// # Errors
    /// [`HostError`] if the file can't be read, or holds no Keyfob component.
    ///
    /// ```
    /// use keyfob_host_test::{HostError, Keyfob};
    ///
    /// assert!(matches!(Keyfob::load("no/such/file.wasm"), Err(HostError::Read { .. })));
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Self, HostError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|cause| HostError::Read { path: path.to_owned(), cause })?;
        Self::from_bytes(&bytes, &mut Config::new()).map_err(|error| {
            let reason = error.root_cause().to_string();
            // What follows are the file's first bytes, one a line.
            let reason = reason.split(" - expected=").next().unwrap_or_default().to_owned();
            HostError::NotKeyfob { path: path.to_owned(), reason }
        })
    }

    fn from_bytes(bytes: &[u8], config: &mut Config) -> wasmtime::Result<Self> {
        let (engine, pre) = compile(&with_bound_exports(bytes), config)?;
        Ok(Self { engine, pre: KeyfobPre::new(pre)? })
    }
}

/// The component with the exports of `keyfob:azure@0.2.0`, which the build for WASI 0.3 has, under the version of the bindings.
/// The interfaces differ in the version and in `async` alone (`cargo xtask interface` makes one from the other), and wasmtime
/// calls an asynchronous function as it does another.
fn with_bound_exports(component: &[u8]) -> Cow<'_, [u8]> {
    rename(
        component,
        |_| None,
        |name| {
            let version = name.find("@0.2.0")?;
            name.starts_with("keyfob:azure/").then_some((version, "@0.1.0"))
        },
    )
}

/// Compiles a component in an engine of its own, and links it to WASI 0.2 and 0.3 and to the interfaces of [`keyfob_half`].
pub(crate) fn compile(bytes: &[u8], config: &mut Config) -> wasmtime::Result<(Engine, InstancePre<State>)> {
    let engine = Engine::new(config.epoch_interruption(true).wasm_component_model_async(true))?;
    let component = Component::from_binary(&engine, bytes)?;

    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    keyfob_half::add_to_linker(&mut linker)?;
    let pre = linker.instantiate_pre(&component)?;

    tick(&engine)?;
    Ok((engine, pre))
}

/// Increments the engine's epoch until the engine is dropped.
fn tick(engine: &Engine) -> wasmtime::Result<()> {
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
        let host = Host::new(&Keyfob::pooled(Build::default(), 3).expect("a pool"));
        for _ in 0..2 {
            let mut instances = Vec::new();
            for _ in 0..3 {
                instances.push(host.instantiate().await.expect("an instance"));
            }
            let problem = host.instantiate().await.err().expect("none is left");
            let problem = format!("{:#}", anyhow::Error::from(problem));
            assert!(problem.contains("limit of 3"), "{problem}");
            for instance in &mut instances {
                let credential =
                    instance.create_credential(&crate::CredentialSpec::default()).await.expect("a credential");
                assert_eq!(instance.explain(credential).await.expect("candidates").len(), 9);
            }
        }
    }
}
