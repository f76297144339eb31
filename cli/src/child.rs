//! A child process: runs a command in a given environment, and passes its exit status on.

use std::ffi::OsString;
use std::process::ExitStatus;

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

/// A running command. Dropping it kills the process.
pub(super) struct RunningChild {
    child: Child,
    signals: StopSignals,
}

/// Starts a command, which inherits stdin, stdout and stderr. The variables in `unset` are removed before `set` is applied.
pub(super) fn start(command: &[OsString], set: &[(String, String)], unset: &[&str]) -> Result<RunningChild> {
    let (program, arguments) = command.split_first().context("no command after --")?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    for name in unset {
        command.env_remove(name);
    }
    command.envs(set.iter().map(|(name, value)| (name, value)));
    // Listen before the command starts: the command itself may send us a signal.
    let signals = StopSignals::listen()?;
    let child = command.spawn().with_context(|| format!("{} can't be started", program.to_string_lossy()))?;
    Ok(RunningChild { child, signals })
}

/// Waits for the command, and returns its exit status. Ctrl-C is ignored here, because the terminal sends it to the
/// command too. SIGTERM reaches only this process, so it is forwarded.
pub(super) async fn wait(RunningChild { child, signals }: &mut RunningChild) -> Result<u8> {
    loop {
        tokio::select! {
            status = child.wait() => return Ok(exit_code(status?)),
            signal = signals.next() => match signal {
                StopSignal::Interrupt => {}
                StopSignal::Terminate => terminate(child),
            },
        }
    }
}

/// A request to stop this process.
#[derive(Clone, Copy, Debug)]
pub(super) enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM, as `kill` sends it.
    Terminate,
}

/// Receives requests to stop, from its creation on.
pub(super) struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    pub(super) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(super) async fn next(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }
}

#[cfg(not(unix))]
impl StopSignals {
    pub(super) fn listen() -> Result<Self> {
        Ok(Self {})
    }

    pub(super) async fn next(&mut self) -> StopSignal {
        // This fails where there is no console.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        StopSignal::Interrupt
    }
}

/// Sends SIGTERM to the child.
#[cfg(unix)]
fn terminate(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};

    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // Fails only if the child has just ended.
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Kills the child: there is no SIGTERM.
#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    // Fails only if the child has just ended.
    child.start_kill().unwrap_or_default();
}

/// The command's exit status, or 128 plus the signal that ended it, as shells report it.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(super::FAILED)
}
