//! A command's one run.

use anyhow::{Result, bail};
use wasmtime::error::Context as _;
use wasmtime_wasi::I32Exit;

use super::{App, Pre, stopped};
use crate::host::Host;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOutput {
    /// 0 is success.
    pub status: i32,
    /// What it wrote to stdout; empty where the host's streams are inherited. At most 1 MiB: a command that writes more
    /// is stopped.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr, as far as stdout's.
    pub stderr: Vec<u8>,
}

impl Host<App> {
    /// Runs a command. `arguments` begin with the name that it is called by.
    ///
    /// Fails where the app is no command, and where it traps.
    pub async fn run(&self, arguments: &[String]) -> Result<CommandOutput> {
        let Pre::Command(pre) = &self.component.pre else {
            bail!("the app serves HTTP and is no command");
        };
        let (mut store, captured) = self.store(&self.component.engine, arguments)?;
        let command = pre.instantiate_async(&mut store).await.context("the app does not start")?;
        let status = match command.wasi_cli_run().call_run(&mut store).await {
            Ok(Ok(())) => 0,
            Ok(Err(())) => 1,
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(exit) => exit.0,
                None => bail!(stopped(&error.into())),
            },
        };
        Ok(CommandOutput {
            status,
            stdout: captured.stdout.contents().to_vec(),
            stderr: captured.stderr.contents().to_vec(),
        })
    }
}
