//! An app: a component that imports Keyfob, or has it inside, and is run as a command or serves HTTP.

mod command;
mod handle;
mod kind;
mod serve;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasmtime::{Config, Engine, Trap};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::compose::{ComponentTypes, compose, compose_config};
use crate::engine::{Build, compile};
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
    /// Reads and compiles an app for a [`Host`](crate::Host). Where it imports Keyfob, the build of this source tree with
    /// certificates is put into it; and where it reads wasi:config, `keyfob-config` in front of it.
    ///
    /// Fails where the file is no component that this host can run, and says what it is.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let load = || {
            let bytes = std::fs::read(path).context("can't be read")?;
            let bytes = compose_config(&bytes)?.unwrap_or(bytes);
            let kind = AppKind::of(&ComponentTypes::read(&bytes)?)?;
            Self::compile(compose(&bytes, Build::WithCertificates.bytes())?.as_deref().unwrap_or(&bytes), kind)
        };
        load().map_err(|error| anyhow!("{} {error:#}", path.display()))
    }

    /// Compiles an app that imports no Keyfob (any more).
    pub fn compile(bytes: &[u8], kind: AppKind) -> Result<Self> {
        kind::every_import_is_given(&ComponentTypes::read(bytes)?)?;
        let compile = || {
            let (engine, pre) = compile(bytes, &mut Config::new())?;
            let pre = match kind {
                AppKind::Command => Pre::Command(CommandPre::new(pre)?),
                AppKind::Http => Pre::Http(ProxyPre::new(pre)?),
            };
            anyhow::Ok(Self { engine, pre })
        };
        compile().context("can't be run")
    }

    /// How it is started.
    pub fn kind(&self) -> AppKind {
        match self.pre {
            Pre::Command(_) => AppKind::Command,
            Pre::Http(_) => AppKind::Http,
        }
    }
}

/// Why an app stopped, and below it the way there, function by function.
fn stopped(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(trap) => format!("the app stopped: {trap}\n{error}"),
        None => format!("the app stopped: {error:#}"),
    }
}
