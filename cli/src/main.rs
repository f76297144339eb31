//! The `keyfob` command: calls into the component, from a shell; apps with it inside; and the component itself.

mod args;
mod call;
mod child;
mod component;
mod compose;
mod date;
mod demo;
mod dev_identity;
mod developer;
mod doctor;
mod fake;
mod identity;
mod manual;
mod output;
mod run;
mod screen;
mod secrets;
mod shell;
mod surroundings;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use self::args::{Cli, Verb};

/// The call is done.
const DONE: u8 = 0;
/// The component answered with an error.
const FAILED: u8 = 1;
/// Wrong usage; clap's own status for it too.
const USAGE: u8 = 2;

/// How a call ends when it does not end well.
#[derive(Debug)]
enum Failure {
    /// What was asked for makes no sense, or names a file that is not what it should be.
    Usage(anyhow::Error),
    /// Everything else, as the component says it.
    Answer(Box<output::Report>),
}

impl Failure {
    fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(anyhow::Error::msg(problem.into()))
    }
}

/// Runs the command with the process's arguments and environment.
fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            screen::error(&error.to_string());
            return ExitCode::from(FAILED);
        }
    };
    let status = runtime.block_on(run(cli));
    // A name that is still being looked up would hold the process.
    runtime.shutdown_background();
    ExitCode::from(status)
}

async fn run(cli: Cli) -> u8 {
    match cli.verb.unwrap_or(Verb::Demo) {
        Verb::Demo => match demo::run().await {
            Ok(()) => DONE,
            Err(error) => {
                screen::error(&format!("{error:#}"));
                FAILED
            }
        },
        Verb::Secrets(verb) => verb.run().await,
        Verb::GetToken(args) => match call::get_token(&args).await {
            Ok(token) => {
                output::line(&if args.common.json { output::token_json(&token) } else { token.token });
                DONE
            }
            Err(failure) => failed(&failure, args.common.json),
        },
        Verb::Doctor(args) => doctor::run(&args).await.unwrap_or_else(|failure| failed(&failure, args.common.json)),
        Verb::Run(args) => run::run(&args).await.unwrap_or_else(|failure| failed(&failure, false)),
        Verb::DevIdentity(args) => dev_identity::run(&args).await.unwrap_or_else(|error| misused(&error)),
        Verb::Component(args) => written(component::write(&args)),
        Verb::Compose(args) => written(compose::write(&args)),
        Verb::Completions(args) => manual::completions(&args).map_or_else(|error| misused(&error), |()| DONE),
        Verb::Man(args) => manual::man(&args).map_or_else(|error| misused(&error), |()| DONE),
        Verb::Fake(args) => fake::run(&args).await.unwrap_or_else(|error| misused(&error)),
    }
}

/// What came where, as a note.
fn written(result: Result<String>) -> u8 {
    match result {
        Ok(told) => {
            screen::note(&told);
            DONE
        }
        Err(error) => misused(&error),
    }
}

fn failed(failure: &Failure, json: bool) -> u8 {
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

fn misused(error: &anyhow::Error) -> u8 {
    screen::error(&format!("{error:#}"));
    USAGE
}
