//! Runs a tool from PATH, without a shell and with a time limit.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{env, io};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The most bytes that a tool may write to each of stdout and stderr. A token with many groups has about 10,000.
const MAX_OUTPUT_BYTES: u64 = 1 << 20;

/// How long to read the outputs after the tool has exited. A process that it leaves behind (telemetry, for example) may
/// keep them open.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// Exit status and output of a tool.
#[derive(Debug)]
pub(super) struct Output {
    /// `None` if a signal ended the tool.
    pub(super) status: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// The outcome of a run.
#[derive(Debug)]
pub(super) enum Outcome {
    Finished(Output),
    CouldNotStart(io::Error),
    TimedOut,
    TooMuchOutput,
}

/// The first of the names that is a program in a folder of PATH. Relative folders are ignored, so that an `az` in an app's
/// folder is not run.
pub(super) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    let extensions: &[&str] = if cfg!(windows) { &[".cmd", ".exe"] } else { &[""] };
    let files = names.iter().flat_map(|name| extensions.iter().map(move |extension| format!("{name}{extension}")));
    files.flat_map(|file| folders.iter().map(move |folder| folder.join(&file))).find(|program| is_program(program))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Runs a program. It is killed, on Unix with its children, if it exceeds the time limit, prints too much, or the future is
/// dropped.
pub(super) async fn run(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    variable: Option<(&str, &str)>,
    limit: Duration,
) -> Outcome {
    let mut command = Command::new(program);
    command.args(arguments).envs(variable).current_dir(working_directory());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Outcome::CouldNotStart(error),
    };
    let mut group = ProcessGroup::of(&child);
    match timeout(limit, output(&mut child)).await {
        Ok(Ok(output)) => {
            group.disarm();
            Outcome::Finished(output)
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => Outcome::TooMuchOutput,
        Ok(Err(error)) => Outcome::CouldNotStart(error),
        Err(_) => Outcome::TimedOut,
    }
}

/// A system folder without files of an app (as azure-identity's `get_safe_working_dir`).
fn working_directory() -> PathBuf {
    if cfg!(windows) { env::var_os("SYSTEMROOT").unwrap_or_default().into() } else { "/bin".into() }
}

async fn output(child: &mut Child) -> io::Result<Output> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let status = {
        let read = async { tokio::try_join!(read_limited(out, &mut stdout), read_limited(err, &mut stderr)) };
        tokio::pin!(read);
        tokio::select! {
            done = &mut read => {
                done?;
                child.wait().await?
            }
            status = child.wait() => {
                if let Ok(done) = timeout(OUTPUT_GRACE, read).await {
                    done?;
                }
                status?
            }
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Output { status: status.code(), stdout: text(stdout), stderr: text(stderr) })
}

async fn read_limited(from: Option<impl AsyncRead + Unpin>, to: &mut Vec<u8>) -> io::Result<()> {
    if let Some(from) = from {
        from.take(MAX_OUTPUT_BYTES + 1).read_to_end(to).await?;
    }
    if to.len() as u64 > MAX_OUTPUT_BYTES { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
}

/// The process group of a tool: `az` may be a script that starts another process. Dropping it kills the group.
struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl ProcessGroup {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    /// Call when the tool has exited: the process id may be reused.
    fn disarm(&mut self) {
        self.leader = None;
    }
}

#[cfg(unix)]
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // Fails only if the group has just ended.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

/// On other systems tokio kills only the tool itself.
#[cfg(not(unix))]
impl ProcessGroup {
    fn of(_child: &Child) -> Self {
        Self {}
    }

    fn disarm(&mut self) {}
}

#[cfg(all(test, unix))]
mod tests;
