//! How a run of the command ends: its exit status, and what stderr says.

use super::{output, terminal};

/// The call is done.
pub(crate) const DONE: u8 = 0;
/// The component answered with an error.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage; clap's own status for it too.
pub(crate) const USAGE: u8 = 2;

/// How a call ends when it does not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked for makes no sense, or names a file that is not what it should be.
    Usage(anyhow::Error),
    /// Everything else, as the component says it.
    Answer(Box<output::Report>),
}

impl Failure {
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(anyhow::Error::msg(problem.into()))
    }
}

/// Reports a failure, and gives the exit status.
pub(crate) fn failed(failure: &Failure, json: bool) -> u8 {
    match failure {
        Failure::Usage(error) => misused(error),
        Failure::Answer(report) => {
            if json {
                output::line(&report.json());
            } else {
                report.show();
            }
            FAILED
        }
    }
}

/// Reports wrong usage, and gives the exit status.
pub(crate) fn misused(error: &anyhow::Error) -> u8 {
    terminal::error(&format!("{error:#}"));
    USAGE
}
