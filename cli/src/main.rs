//! The `keyfob` command: calls into the component, from a shell; apps with it inside; and the component itself.

mod args;
mod call;
mod child;
mod context;
mod credential_args;
mod date;
mod developer;
mod exit;
mod fake;
mod output;
mod shell;
mod terminal;
mod verbs;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::args::Cli;
use self::exit::{CommandError, FAILED, SUCCESS, report_failure, report_usage_error};
use self::verbs::Verb;

/// Runs the command with the process's arguments and environment.
fn main() -> ExitCode {
    let verb = Cli::parse().verb.unwrap_or(Verb::Demo);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::error(&error.to_string());
            return ExitCode::from(FAILED);
        }
    };
    let status = runtime.block_on(verb.run(Cli::command()));
    // A name that is still being looked up would hold the process.
    runtime.shutdown_background();
    ExitCode::from(status)
}
