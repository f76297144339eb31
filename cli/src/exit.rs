//! Exit statuses, and how failures are reported.

use super::{output, terminal};

/// Success.
pub(crate) const SUCCESS: u8 = 0;
/// The component returned an error.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage, the status that clap uses too.
pub(crate) const USAGE_ERROR: u8 = 2;

/// Why a verb failed.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Wrong arguments, or a file that can't be used.
    Usage(anyhow::Error),
    /// The call failed; the report holds the component's error.
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
