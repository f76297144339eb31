//! What a person sees on stderr: colours and progress on a terminal, the same words without them elsewhere.

use std::io::{IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};

/// clap's colours for the same words.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Green.on_default();
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

/// A line that stands while something takes its time, and is gone afterwards. Only a terminal sees it.
pub(super) struct Progress {
    shown: bool,
}

impl Progress {
    /// Shows what is being done, until it is dropped.
    pub(super) fn show(doing: &str) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let shown = std::io::stderr().is_terminal() && !dumb;
        if shown {
            put(&format!("{doing} …"));
        }
        Self { shown }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            // To the line's begin, and erase to its end (ECMA-48 8.3.41, EL).
            put("\r\x1b[K");
        }
    }
}

fn put(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // A terminal that is gone is not worth a panic.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
