//! An app: a component that imports Keyfob or contains it, and is a command or serves HTTP.

mod command;
mod handle;
mod kind;
mod serve;

use wasmtime::{Config, Engine, Trap};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::component_types::ComponentTypes;
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
    Command(CommandPre<State>),
    Http(ProxyPre<State>),
}

impl App {
    /// Reads and compiles an app for a [`Host`](crate::Host). If it imports Keyfob, [`Build::default`](crate::Build) of this
    /// source tree is put into it; if it imports `wasi:config`, and the feature `config` is on, `keyfob-config` too. Both can
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
            let kind = AppKind::of(&ComponentTypes::read(&bytes)?)?;
            Self::with_keyfob(&bytes, kind, crate::Build::default().bytes())
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
    /// let kind = AppKind::of(&ComponentTypes::read(&bytes)?)?;
    /// let app = App::with_keyfob(&bytes, kind, Build::default().bytes())?;
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
        kind::check_composed_imports(&ComponentTypes::read(&app)?)?;
        Self::compile_checked(&app, kind)
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
        kind::check_imports(&ComponentTypes::read(bytes)?)?;
        Self::compile_checked(bytes, kind)
    }

    fn compile_checked(bytes: &[u8], kind: AppKind) -> Result<Self, ComponentError> {
        let compile = || {
            let (engine, pre) = compile(bytes, &mut Config::new())?;
            let pre = match kind {
                AppKind::Command => Pre::Command(CommandPre::new(pre)?),
                AppKind::Http => Pre::Http(ProxyPre::new(pre)?),
            };
            Ok(Self { engine, pre })
        };
        compile().map_err(|error: wasmtime::Error| ComponentError::Compile(cause(error)))
    }

    /// How it is run.
    pub fn kind(&self) -> AppKind {
        match self.pre {
            Pre::Command(_) => AppKind::Command,
            Pre::Http(_) => AppKind::Http,
        }
    }
}

/// Why an app stopped. Below a trap stands its backtrace, function by function.
fn stopped(error: &wasmtime::Error) -> HostError {
    HostError::Stopped(match error.downcast_ref::<Trap>() {
        Some(trap) => format!("{trap}\n{error}"),
        None => format!("{error:#}"),
    })
}
