//! A command that runs inside of ours: with an environment that we make for it, and an exit status that we pass on.

use std::ffi::OsString;
use std::process::ExitStatus;

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

/// A command that runs. Dropped, it is killed.
pub(super) struct RunningChild {
    child: Child,
    signals: StopSignals,
}

/// Starts a command; stdin, stdout and stderr are ours. Variables of `unset` are taken out first.
pub(super) fn start(command: &[OsString], set: &[(String, String)], unset: &[&str]) -> Result<RunningChild> {
    let (program, arguments) = command.split_first().context("no command after --")?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    for name in unset {
        command.env_remove(name);
    }
    command.envs(set.iter().map(|(name, value)| (name, value)));
    // Before the command is there: it may be what stops us.
    let signals = StopSignals::listen()?;
    let child = command.spawn().with_context(|| format!("{} can't be started", program.to_string_lossy()))?;
    Ok(RunningChild { child, signals })
}

/// Waits for the end, and gives the status to pass on. A Ctrl-C is the command's to handle: the terminal sends it to
/// both. Who asks us alone to stop means both too.
pub(super) async fn wait(RunningChild { child, signals }: &mut RunningChild) -> Result<u8> {
    loop {
        tokio::select! {
            status = child.wait() => return Ok(exit_code(status?)),
            signal = signals.next() => match signal {
                StopSignal::Interrupt => {}
                StopSignal::Terminate => terminate(child).await,
            },
        }
    }
}

/// How we are asked to stop.
#[derive(Clone, Copy, Debug)]
pub(super) enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// `kill`.
    Terminate,
}

/// Hears when we are asked to stop, from the moment that it is made.
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
        // It fails where there is no console to press Ctrl-C at.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        StopSignal::Interrupt
    }
}

/// std can only kill; every shell can ask.
async fn terminate(child: &mut Child) {
    let Some(id) = child.id() else { return };
    let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id.to_string()]).status().await;
    if !asked.is_ok_and(|status| status.success()) {
        // A child that has just ended can't be killed, which is as well.
        child.start_kill().unwrap_or_default();
    }
}

/// The command's own status, or 128 and the signal that ended it, as shells do it.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(super::FAILED)
}
