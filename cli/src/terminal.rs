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
pub(super) fn interject(text: &str) {
    // Where none does, the line may be an app's.
    if STANDS.load(Ordering::Relaxed) {
        put(&format!("{ERASE}{text}\n"));
    } else {
        note(text);
    }
}

/// To the line's begin, and erase to its end (ECMA-48 8.3.41, EL).
const ERASE: &str = "\r\x1b[K";

/// Whether a [`Progress`] is on the terminal.
static STANDS: AtomicBool = AtomicBool::new(false);

/// A line that stands while something takes its time, and is gone afterwards. Only a terminal sees it.
pub(super) struct Progress(Option<Line>);

struct Line {
    ended: Sender<()>,
    drawn: JoinHandle<()>,
}

impl Progress {
    /// Shows what is being done, and for how long, until it is dropped.
    pub(super) fn show(doing: &str) -> Self {
        if !is_drawn() {
            return Self(None);
        }
        let doing = doing.to_owned();
        let (ended, end) = mpsc::channel();
        // A thread of its own: what is waited for may keep this one busy.
        let drawn = thread::Builder::new().spawn(move || draw(&doing, &end));
        Self(drawn.ok().map(|drawn| Line { ended, drawn }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Line { ended, drawn }) = self.0.take() {
            drop(ended);
            // What is printed next does not stand in its line. A thread that panicked has said so.
            drawn.join().unwrap_or_default();
        }
    }
}

/// Whether stderr can show a line and take it away again.
fn is_drawn() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    std::io::stderr().is_terminal() && !dumb
}

fn draw(doing: &str, end: &Receiver<()>) {
    STANDS.store(true, Ordering::Relaxed);
    for seconds in 0.. {
        put(&format!("{ERASE}{}", line(doing, seconds)));
        if end.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    STANDS.store(false, Ordering::Relaxed);
    put(ERASE);
}

fn line(doing: &str, seconds: u64) -> String {
    if seconds == 0 { format!("{doing} …") } else { format!("{doing} … {seconds} s") }
}

fn put(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // A terminal that is gone is not worth a panic.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_wait_is_counted_from_the_first_second_on() {
        assert_eq!(line("deleting a", 0), "deleting a …");
        assert_eq!(line("deleting a", 1), "deleting a … 1 s");
    }
}
