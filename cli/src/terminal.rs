//! Messages on stderr: with colours and progress on a terminal, plain text elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

/// The styles that clap uses for the same words.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Green.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Headings.
pub(super) const BOLD: Style = Style::new().bold();

/// Prints an error.
pub(super) fn error(text: &str) {
    print_line(&format!("{ERROR}error:{ERROR:#} {text}"));
}

/// Prints advice.
pub(super) fn hint(text: &str) {
    print_line(&format!("{HINT}hint:{HINT:#} {text}"));
}

/// Prints a line without a prefix.
pub(super) fn note(text: &str) {
    print_line(text);
}

/// Prints lines that end with a newline.
pub(super) fn print(text: &str) {
    print_line(text.strip_suffix('\n').unwrap_or(text));
}

/// Prints a warning.
pub(super) fn warning(text: &str) {
    print_line(&format!("{WARNING}warning:{WARNING:#} {text}"));
}

/// Prints a line to stderr. A stderr that can't be written (closed, a full disk) is ignored: `eprintln` would panic, and the
/// call would end with another status than its own.
fn print_line(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Prints a line above the [`Progress`] line, if one is shown.
pub(super) fn print_above_progress(text: &str) {
    // Don't erase the line otherwise: it may be an app's.
    if PROGRESS_IS_SHOWN.load(Ordering::Relaxed) {
        write_stderr(&format!("{ERASE_LINE}{text}\n"));
    } else {
        note(text);
    }
}

/// The width to which text on stderr is wrapped, in columns; 80 if the terminal does not say it. `None` if stderr is no
/// terminal: logs and other programs get whole lines.
pub(super) fn stderr_width() -> Option<usize> {
    width(&std::io::stderr())
}

/// As [`stderr_width`], for stdout.
pub(super) fn stdout_width() -> Option<usize> {
    width(&std::io::stdout())
}

#[cfg(unix)]
fn width(stream: &(impl std::io::IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    stream.is_terminal().then(|| columns(terminal_size::terminal_size_of(stream)))
}

#[cfg(windows)]
fn width(stream: &(impl std::io::IsTerminal + std::os::windows::io::AsHandle)) -> Option<usize> {
    stream.is_terminal().then(|| columns(terminal_size::terminal_size_of(stream)))
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    // Some terminals of build systems say 0. A line of a few columns would be harder to read than one that the terminal wraps.
    size.map(|(width, _)| usize::from(width.0)).filter(|width| *width >= 40).unwrap_or(80)
}

/// Asks a question on the terminal. Returns whether the answer is yes; never if stdin or stderr is no terminal.
pub(super) fn confirm(question: &str) -> bool {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return false;
    }
    write_stderr(&format!("{question} [y/N] "));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && is_yes(&answer)
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes))
}

/// Moves to the start of the line and erases it (ECMA-48 8.3.41, EL).
const ERASE_LINE: &str = "\r\x1b[K";

/// Whether a [`Progress`] line is on the terminal.
static PROGRESS_IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// A line on the terminal that says what is being done and for how long. Dropping it erases the line. Prints nothing if
/// stderr is not a terminal.
pub(super) struct Progress(Option<ProgressThread>);

struct ProgressThread {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Shows the line until the value is dropped.
    pub(super) fn show(activity: &str) -> Self {
        if !supports_progress() {
            return Self(None);
        }
        let activity = activity.to_owned();
        let (stop, stopped) = mpsc::channel();
        // A separate thread, because compiling blocks this one.
        let thread = thread::Builder::new().spawn(move || draw(&activity, &stopped));
        Self(thread.ok().map(|thread| ProgressThread { stop, thread }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(ProgressThread { stop, thread }) = self.0.take() {
            drop(stop);
            // Wait until the line is erased. A panic of the thread has been printed already.
            thread.join().unwrap_or_default();
        }
    }
}

/// Whether stderr is a terminal that can erase a line.
fn supports_progress() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    std::io::stderr().is_terminal() && !dumb
}

fn draw(activity: &str, stopped: &Receiver<()>) {
    PROGRESS_IS_SHOWN.store(true, Ordering::Relaxed);
    for seconds in 0.. {
        write_stderr(&format!("{ERASE_LINE}{}", progress_line(activity, seconds)));
        if stopped.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    PROGRESS_IS_SHOWN.store(false, Ordering::Relaxed);
    write_stderr(ERASE_LINE);
}

fn progress_line(activity: &str, seconds: u64) -> String {
    if seconds == 0 { format!("{activity} …") } else { format!("{activity} … {seconds} s") }
}

fn write_stderr(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // A closed terminal is ignored.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::{is_yes, progress_line};

    #[test]
    fn only_yes_is_yes() {
        assert!(["y\n", "Yes\r\n", " y "].into_iter().all(is_yes));
        assert!(!["", "\n", "n\n", "yesterday\n", "y n\n"].into_iter().any(is_yes));
    }

    #[test]
    fn seconds_are_shown_from_the_first_on() {
        assert_eq!(progress_line("deleting a", 0), "deleting a …");
        assert_eq!(progress_line("deleting a", 1), "deleting a … 1 s");
    }
}
