//! How a run of the command ends: its exit status, and what stderr says.

use super::{output, terminal};

/// The call is done.
pub(crate) const SUCCESS: u8 = 0;
/// The component answered with an error.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage; clap's own status for it too.
pub(crate) const USAGE_ERROR: u8 = 2;

/// How a call ends when it does not end well.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// What was asked for makes no sense, or names a file that is not what it should be.
    Usage(anyhow::Error),
    /// Everything else, as the component says it.
    Call(Box<output::ErrorReport>),
}

impl CommandError {
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(anyhow::Error::msg(problem.into()))
    }
}

/// Reports a failure, and gives the exit status.
pub(crate) fn report_failure(failure: &CommandError, json: bool) -> u8 {
    match failure {
        CommandError::Usage(error) => report_usage_error(error),
        CommandError::Call(report) => {
            if json {
                output::print_line(&report.json());
            } else {
                report.print_to_stderr();
            }
            FAILED
        }
    }
}

/// Reports wrong usage, and gives the exit status.
pub(crate) fn report_usage_error(error: &anyhow::Error) -> u8 {
    terminal::error(&format!("{error:#}"));
    USAGE_ERROR
}
