//! The `keyfob` command: calls the Keyfob component from a shell, runs apps that contain it, serves a fake Azure, and writes
//! the component itself to a file.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod args;
mod call;
mod child;
mod context;
mod credential_args;
mod date;
mod developer;
mod error_text;
mod exit;
mod fake;
mod files;
mod no_proxy;
mod output;
mod proxy;
mod shell;
mod terminal;
mod verbs;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::args::Cli;
use self::exit::{CommandError, FAILED, SUCCESS, USAGE_ERROR, report_failure, report_usage_error};
use self::verbs::Verb;

/// Runs the command with the process's arguments and environment.
fn main() -> ExitCode {
    let verb = match Cli::try_parse() {
        Ok(cli) => cli.verb.unwrap_or(Verb::Demo),
        Err(error) => return print_usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::error(&error.to_string());
            return ExitCode::from(FAILED);
        }
    };
    let status = runtime.block_on(verb.run(Cli::command()));
    // A pending DNS lookup would delay the end of the process.
    runtime.shutdown_background();
    ExitCode::from(output::finish(status))
}

/// Prints help and version to stdout, and wrong usage to stderr, as clap does, and gives clap's exit status.
fn print_usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    let status = u8::try_from(error.exit_code()).unwrap_or(USAGE_ERROR);
    if !error.use_stderr() {
        output::record(printed);
    }
    ExitCode::from(output::finish(status))
}
