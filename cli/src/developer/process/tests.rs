use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command as Blocking;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::unix::pipe;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);
const SHELL: &str = "/bin/sh";

fn file(folder: &TempDir, mode: u32) -> PathBuf {
    let path = folder.path().join("tool");
    fs::write(&path, "\0").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// The script is an argument of the shell and not a file: a file that was just written may still be open in a child process
/// of another test.
fn shell<'a>(text: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [&["-c", text, "tool"], arguments].concat()
}

async fn output_of(text: &str, arguments: &[&str]) -> Output {
    match run(Path::new(SHELL), &shell(text, arguments), Some(("PLAIN", "yes")), LIMIT).await {
        Outcome::Finished(output) => output,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tool_gets_arguments_and_empty_stdin() {
    let text = "printf '%s|' \"$@\" \"$PLAIN\" \"$(pwd -P)\"; cat; echo oh >&2; exit 3";
    let output = output_of(text, &["a b", "$HOME;'"]).await;
    assert_eq!(output.status, Some(3));
    // /bin may be a symlink.
    let bin = fs::canonicalize("/bin").unwrap();
    let expected = format!("a b|$HOME;'|yes|{}|", bin.display());
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (expected.as_str(), "oh\n"));
}

#[tokio::test]
async fn background_processes_are_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let fifo = fifo(&folder);
    // `cat` keeps stdout open until the test opens the pipe.
    let output = output_of("echo done; cat \"$1\" & exit 0", &[fifo.to_str().unwrap()]).await;
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), "done\n"));
    drop(fs::OpenOptions::new().write(true).open(&fifo).unwrap());
}

#[tokio::test]
async fn too_much_output_stops_the_tool() {
    let ended = run(Path::new(SHELL), &shell("while :; do echo no token; done", &[]), None, LIMIT).await;
    assert!(matches!(ended, Outcome::TooMuchOutput), "{ended:?}");
}

#[tokio::test]
async fn invalid_program_could_not_start() {
    let folder = TempDir::new().unwrap();
    let ended = run(&file(&folder, 0o755), &[""; 0], None, LIMIT).await;
    assert!(matches!(ended, Outcome::CouldNotStart(_)), "{ended:?}");
}

fn fifo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("fifo");
    assert!(Blocking::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// A tool with a child process. Both keep the returned pipe open; the tool writes a line to it.
fn two_processes(folder: &TempDir) -> (impl Future<Output = Outcome> + use<>, BufReader<pipe::Receiver>) {
    let fifo = fifo(folder);
    let reader = pipe::OpenOptions::new().open_receiver(&fifo).unwrap();
    let running = async move {
        let text = "exec 3>\"$1\"; sleep 1000 & echo started >&3; wait";
        run(Path::new(SHELL), &shell(text, &[fifo.to_str().unwrap()]), None, LIMIT).await
    };
    (running, BufReader::new(reader))
}

async fn started(pipe: &mut BufReader<pipe::Receiver>) {
    let mut line = String::new();
    // Reading returns 0 bytes until the tool opens the pipe.
    while pipe.read_line(&mut line).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(line, "started\n");
}

/// The pipe ends when the last process that holds it has exited.
async fn all_gone(mut pipe: BufReader<pipe::Receiver>) {
    assert_eq!(pipe.read_to_end(&mut Vec::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn dropped_run_kills_the_tool_and_its_children() {
    let folder = TempDir::new().unwrap();
    let (tool, mut pipe) = two_processes(&folder);
    let running = tokio::spawn(tool);
    started(&mut pipe).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    all_gone(pipe).await;
}

#[tokio::test]
async fn timeout_kills_the_tool_and_its_children() {
    let folder = TempDir::new().unwrap();
    let (tool, mut pipe) = two_processes(&folder);
    let running = tokio::spawn(tool);
    started(&mut pipe).await;
    tokio::time::pause();
    tokio::time::advance(LIMIT).await;
    assert!(matches!(running.await.unwrap(), Outcome::TimedOut));
    all_gone(pipe).await;
}

#[test]
fn a_program_is_an_executable_file() {
    let folder = TempDir::new().unwrap();
    assert!(is_program(&file(&folder, 0o755)));
    assert!(
        !is_program(&file(&folder, 0o644)) && !is_program(folder.path()) && !is_program(Path::new("/no/such/file"))
    );
}
