//! What a person sees on stderr: colours and progress on a terminal, the same words without them elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

/// clap's colours for the same words.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Green.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What a text is about.
pub(super) const BOLD: Style = Style::new().bold();

/// Says what went wrong.
pub(super) fn error(text: &str) {
    anstream::eprintln!("{ERROR}error:{ERROR:#} {text}");
}

/// Says what to do about it.
pub(super) fn hint(text: &str) {
    anstream::eprintln!("{HINT}hint:{HINT:#} {text}");
}

/// Says anything else.
pub(super) fn note(text: &str) {
    anstream::eprintln!("{text}");
}

/// Something to know about what is done all the same.
pub(super) fn warning(text: &str) {
    anstream::eprintln!("{WARNING}warning:{WARNING:#} {text}");
}

/// Says something while a [`Progress`] may stand there, which comes back below it.
pub(super) fn print_above_progress(text: &str) {
    // Where none does, the line may be an app's.
    if PROGRESS_IS_SHOWN.load(Ordering::Relaxed) {
        write_stderr(&format!("{ERASE_LINE}{text}\n"));
    } else {
        note(text);
    }
}

/// To the line's begin, and erase to its end (ECMA-48 8.3.41, EL).
const ERASE_LINE: &str = "\r\x1b[K";

/// Whether a [`Progress`] is on the terminal.
static PROGRESS_IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// A line that stands while something takes its time, and is gone afterwards. Only a terminal sees it.
pub(super) struct Progress(Option<ProgressThread>);

struct ProgressThread {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Shows what is being done, and for how long, until it is dropped.
    pub(super) fn show(activity: &str) -> Self {
        if !supports_progress() {
            return Self(None);
        }
        let activity = activity.to_owned();
        let (stop, stopped) = mpsc::channel();
        // A thread of its own: what is waited for may keep this one busy.
        let thread = thread::Builder::new().spawn(move || draw(&activity, &stopped));
        Self(thread.ok().map(|thread| ProgressThread { stop, thread }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(ProgressThread { stop, thread }) = self.0.take() {
            drop(stop);
            // What is printed next does not stand in its line. A thread that panicked has said so.
            thread.join().unwrap_or_default();
        }
    }
}

/// Whether stderr can show a line and take it away again.
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
    // A terminal that is gone is not worth a panic.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::progress_line;

    #[test]
    fn a_wait_is_counted_from_the_first_second_on() {
        assert_eq!(progress_line("deleting a", 0), "deleting a …");
        assert_eq!(progress_line("deleting a", 1), "deleting a … 1 s");
    }
}
