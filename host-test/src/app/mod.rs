//! An app: a component that imports Keyfob or contains it, and is a command or serves HTTP.

mod command;
mod handle;
mod instances;
mod kind;
mod serve;

use wasmtime::{Config, Engine, Trap};
use wasmtime_wasi::{p2, p3};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::component_types::{ComponentTypes, Wasi};
use crate::engine::compile;
use crate::error::{ComponentError, HostError, cause};
use crate::store::State;

pub use self::command::CommandOutput;
pub use self::handle::AppResponse;
pub use self::kind::AppKind;

/// A compiled app with Keyfob in it; clones share it.
#[derive(Clone)]
pub struct App {
    engine: Engine,
    pre: Pre,
}

#[derive(Clone)]
enum Pre {
    Command(p2::bindings::CommandPre<State>),
    AsyncCommand(p3::bindings::CommandPre<State>),
    Http(ProxyPre<State>),
    AsyncHttp(ServicePre<State>),
}

impl App {
    /// Reads and compiles an app of WASI 0.2 or 0.3 for a [`Host`](crate::Host). If it imports Keyfob, the
    /// [fitting](crate::Build::fitting) one of this source tree is put into it; if it imports `wasi:config`, and the feature `config` is on, `keyfob-config` too. Both can
    /// have grants of their own: [`Host::keyfob_grants`](crate::Host::keyfob_grants).
    ///
    /// # Errors
    /// [`HostError`] if the file is no component that this host can run. The message says what it is.
    ///
    /// ```no_run
    /// use keyfob_host_test::{App, Host};
    ///
    /// # async fn run() -> Result<(), keyfob_host_test::HostError> {
    /// let host = Host::new(&App::load("app.wasm")?).env("KEYVAULT_URL", "https://my-vault.vault.azure.net");
    /// let output = host.run(&["app".to_owned()]).await?;
    /// assert_eq!(output.status, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "compose")]
    pub fn load(path: impl AsRef<std::path::Path>) -> Result<Self, HostError> {
        let path = path.as_ref();
        let load = || {
            let bytes = std::fs::read(path).map_err(ComponentError::Read)?;
            let types = ComponentTypes::read(&bytes)?;
            Self::with_keyfob(&bytes, AppKind::of(&types)?, crate::Build::fitting(&types)?.bytes())
        };
        load().map_err(|error| HostError::NotAnApp { path: path.to_owned(), error })
    }

    /// Puts a Keyfob component into an app that imports it, as [`load`](Self::load) does, and compiles the result.
    ///
    /// # Errors
    /// [`ComponentError`] if the app can't be composed, or imports what no host of this library has.
    ///
    /// ```no_run
    /// use keyfob_host_test::{App, Build, ComponentTypes, app::AppKind};
    ///
    /// let bytes = std::fs::read("app.wasm")?;
    /// let types = ComponentTypes::read(&bytes)?;
    /// let app = App::with_keyfob(&bytes, AppKind::of(&types)?, Build::fitting(&types)?.bytes())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "compose")]
    pub fn with_keyfob(app: &[u8], kind: AppKind, keyfob: &[u8]) -> Result<Self, ComponentError> {
        use std::borrow::Cow;

        kind::check_reserved_imports(&ComponentTypes::read(app)?)?;
        let app = Cow::Borrowed(app);
        #[cfg(feature = "config")]
        let app = crate::compose::compose_config_apart(&app)?.map_or(app, Cow::Owned);
        let app = crate::compose::compose(&app, &crate::compose::set_apart(keyfob))?.map_or(app, Cow::Owned);
        let types = ComponentTypes::read(&app)?;
        kind::check_composed_imports(&types)?;
        Self::compile_checked(&app, kind, kind.wasi(&types))
    }

    /// Compiles an app that imports no Keyfob: it needs none, or has one inside.
    ///
    /// # Errors
    /// [`ComponentError`] if it is no component, or imports what no host of this library has.
    ///
    /// ```no_run
    /// use keyfob_host_test::{App, ComponentTypes, app::AppKind};
    ///
    /// let bytes = std::fs::read("composed.wasm")?;
    /// let app = App::compile(&bytes, AppKind::of(&ComponentTypes::read(&bytes)?)?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compile(bytes: &[u8], kind: AppKind) -> Result<Self, ComponentError> {
        let types = ComponentTypes::read(bytes)?;
        kind::check_imports(&types)?;
        Self::compile_checked(bytes, kind, kind.wasi(&types))
    }

    fn compile_checked(bytes: &[u8], kind: AppKind, wasi: Wasi) -> Result<Self, ComponentError> {
        let compile = || {
            let (engine, pre) = compile(bytes, &mut Config::new())?;
            let pre = match (kind, wasi) {
                (AppKind::Command, Wasi::P2) => Pre::Command(p2::bindings::CommandPre::new(pre)?),
                (AppKind::Command, Wasi::P3) => Pre::AsyncCommand(p3::bindings::CommandPre::new(pre)?),
                (AppKind::Http, Wasi::P2) => Pre::Http(ProxyPre::new(pre)?),
                (AppKind::Http, Wasi::P3) => Pre::AsyncHttp(ServicePre::new(pre)?),
            };
            Ok(Self { engine, pre })
        };
        compile().map_err(|error: wasmtime::Error| ComponentError::Compile(cause(error)))
    }

    /// How it is run.
    pub fn kind(&self) -> AppKind {
        match self.pre {
            Pre::Command(_) | Pre::AsyncCommand(_) => AppKind::Command,
            Pre::Http(_) | Pre::AsyncHttp(_) => AppKind::Http,
        }
    }
}

/// Why an app stopped. Below a trap stands its backtrace, function by function.
fn stopped(error: &wasmtime::Error) -> HostError {
    HostError::Stopped(match error.downcast_ref::<Trap>() {
        // Before the backtrace, which is long.
        Some(trap @ Trap::CannotBlockSyncTask) => format!(
            "{trap}: an app of WASI 0.2 can't wait for an async function; if it was composed with the Keyfob for WASI 0.3, \
             compose it with the one for WASI 0.2\n{error}"
        ),
        Some(trap) => format!("{trap}\n{error}"),
        None => format!("{error:#}"),
    })
}
