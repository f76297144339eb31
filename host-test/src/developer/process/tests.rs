use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command as Blocking;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::unix::pipe;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn script(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("tool");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn output_of(text: &str, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    match run(&script(&folder, text), arguments, Some(("PLAIN", "yes")), LIMIT).await {
        Ended::With(output) => output,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tool_has_its_arguments_and_nothing_to_read() {
    let text = "printf '%s|' \"$@\" \"$PLAIN\" \"$(pwd)\"; cat; echo oh >&2; exit 3";
    let output = output_of(text, &["a b", "$HOME;'"]).await;
    assert_eq!(output.status, Some(3));
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("a b|$HOME;'|yes|/bin|", "oh\n"));
}

#[tokio::test]
async fn what_a_tool_leaves_behind_is_not_waited_for() {
    // It holds stdout for longer than any test runs.
    let output = output_of("echo done; sleep 1000 & exit 0", &[]).await;
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), "done\n"));
}

#[tokio::test]
async fn a_tool_that_never_stops_printing_is_stopped() {
    let folder = TempDir::new().unwrap();
    let ended = run(&script(&folder, "while :; do echo no token; done"), &[""; 0], None, LIMIT).await;
    assert!(matches!(ended, Ended::TooLong), "{ended:?}");
}

#[tokio::test]
async fn a_file_that_is_no_program() {
    let folder = TempDir::new().unwrap();
    let path = script(&folder, "");
    fs::write(&path, "\0").unwrap();
    let ended = run(&path, &[""; 0], None, LIMIT).await;
    assert!(matches!(ended, Ended::NotStarted(_)), "{ended:?}");
}

/// A tool with a child of its own, which both hold the pipe open that is given back with a line in it.
async fn two_processes(folder: &TempDir) -> (PathBuf, BufReader<pipe::Receiver>) {
    let fifo = folder.path().join("fifo");
    assert!(Blocking::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = pipe::OpenOptions::new().open_receiver(&fifo).unwrap();
    let text = format!("exec 3>'{}'; sleep 1000 & echo started >&3; wait", fifo.display());
    (script(folder, &text), BufReader::new(reader))
}

async fn started(pipe: &mut BufReader<pipe::Receiver>) {
    let mut line = String::new();
    // Until the tool opens its end there is none, which reads as the end.
    while pipe.read_line(&mut line).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(line, "started\n");
}

/// The pipe's end comes when the last process that holds it is gone.
async fn all_gone(mut pipe: BufReader<pipe::Receiver>) {
    assert_eq!(pipe.read_to_end(&mut Vec::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_tool_that_nobody_waits_for_is_killed_with_its_children() {
    let folder = TempDir::new().unwrap();
    let (tool, mut pipe) = two_processes(&folder).await;
    let running = tokio::spawn(async move { run(&tool, &[""; 0], None, LIMIT).await });
    started(&mut pipe).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    all_gone(pipe).await;
}

#[tokio::test]
async fn a_tool_that_is_late_is_killed_with_its_children() {
    let folder = TempDir::new().unwrap();
    let (tool, mut pipe) = two_processes(&folder).await;
    let running = tokio::spawn(async move { run(&tool, &[""; 0], None, LIMIT).await });
    started(&mut pipe).await;
    tokio::time::pause();
    tokio::time::advance(LIMIT).await;
    assert!(matches!(running.await.unwrap(), Ended::Late));
    all_gone(pipe).await;
}

#[test]
fn a_program_is_a_file_that_may_be_run() {
    let folder = TempDir::new().unwrap();
    let path = script(&folder, "");
    assert!(is_program(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(!is_program(&path) && !is_program(folder.path()) && !is_program(Path::new("/no/such/file")));
}
