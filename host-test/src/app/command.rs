//! Runs an app that is a command.

use std::future::poll_fn;

use wasmtime::Store;
use wasmtime_wasi::{I32Exit, p3};

use super::{App, Pre, stopped};
use crate::error::{HostError, cause};
use crate::host::Host;
use crate::store::State;

/// The exit status and the output of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOutput {
    /// The exit status; 0 is success.
    pub status: i32,
    /// Its stdout; empty if the host's streams are inherited. At most 1 MiB: a command that writes more is stopped.
    pub stdout: Vec<u8>,
    /// Its stderr, with the same limit.
    pub stderr: Vec<u8>,
}

impl Host<App> {
    /// Runs a command to its end. The first of `arguments` is the name that it is called by.
    ///
    /// # Errors
    /// [`HostError`] if the app is no command, and if it traps.
    ///
    /// ```no_run
    /// # async fn run(host: keyfob_host_test::Host<keyfob_host_test::App>) -> Result<(), keyfob_host_test::HostError> {
    /// let output = host.run(&["app".to_owned(), "--verbose".to_owned()]).await?;
    /// println!("{}", String::from_utf8_lossy(&output.stdout));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, arguments: &[String]) -> Result<CommandOutput, HostError> {
        let start_failed = |error| HostError::StartApp(cause(error));
        let (mut store, captured) = self.store(&self.component.engine, arguments)?;
        let ended = match &self.component.pre {
            Pre::Command(pre) => {
                let command = pre.instantiate_async(&mut store).await.map_err(start_failed)?;
                command.wasi_cli_run().call_run(&mut store).await
            }
            Pre::AsyncCommand(pre) => {
                let command = pre.instantiate_async(&mut store).await.map_err(start_failed)?;
                run_async(&command, &mut store).await
            }
            Pre::Http(_) | Pre::AsyncHttp(_) => return Err(HostError::NoCommand),
        };
        let status = match ended {
            Ok(Ok(())) => 0,
            Ok(Err(())) => 1,
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(exit) => exit.0,
                None => return Err(stopped(&error)),
            },
        };
        Ok(CommandOutput {
            status,
            stdout: captured.stdout.contents().to_vec(),
            stderr: captured.stderr.contents().to_vec(),
        })
    }
}

/// Runs a command of WASI 0.3 until its tasks have ended, as a task may go on after the command has returned.
async fn run_async(command: &p3::bindings::Command, store: &mut Store<State>) -> wasmtime::Result<Result<(), ()>> {
    store
        .run_concurrent(async |accessor| {
            let ended = command.wasi_cli_run().call_run(accessor).await?;
            poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
            Ok(ended)
        })
        .await?
}
