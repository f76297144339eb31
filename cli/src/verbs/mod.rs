//! The verbs: a file each, or a folder for what needs more than one.

mod completions;
mod component;
mod compose;
mod demo;
mod dev_identity;
mod doctor;
mod fake;
mod get_token;
mod man;
mod run;
mod secrets;

use anyhow::Result;
use clap::{Command, Subcommand};

use self::completions::Completions;
use self::component::Component;
use self::compose::Compose;
use self::dev_identity::DevIdentity;
use self::doctor::Doctor;
use self::fake::FakeAzure;
use self::get_token::GetToken;
use self::man::Man;
use self::run::Run;
use self::secrets::SecretsVerb;
use crate::{FAILED, SUCCESS, report_failure, report_usage_error, terminal};

const DEMO_EXAMPLES: &str = "\
Examples:
  keyfob demo
  keyfob demo > story.txt

It needs no Azure and sends nothing off this machine. Exit status: 0 only if all went as told.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Tell Keyfob's story against a fake Azure on this machine (the default)
    #[command(after_help = DEMO_EXAMPLES)]
    Demo,
    #[command(flatten)]
    Secrets(SecretsVerb),
    /// Get a token and print it
    GetToken(GetToken),
    /// Say which identity an app would have here and why, and what keeps it from its secrets
    Doctor(Doctor),
    /// Run an app with Keyfob in it: a command, or an HTTP server
    Run(Run),
    /// Serve your own sign-in (az, Azure PowerShell, azd) to apps as if it were a managed identity
    DevIdentity(DevIdentity),
    /// Write the built-in component to a file, to be put into an app
    Component(Component),
    /// Put the built-in component into an app, for a host elsewhere
    Compose(Compose),
    /// Serve a fake Azure to apps in any language
    Fake(FakeAzure),
    /// Print a script that completes the command's words in a shell
    Completions(Completions),
    /// Print a manual page, or write all of them
    Man(Man),
}

impl Verb {
    /// Runs the verb, and gives the exit status. `cli` describes the whole command, for those that print it.
    pub(crate) async fn run(self, cli: Command) -> u8 {
        match self {
            Self::Demo => match demo::run().await {
                Ok(()) => SUCCESS,
                Err(error) => {
                    terminal::error(&format!("{error:#}"));
                    FAILED
                }
            },
            Self::Secrets(verb) => verb.run().await,
            Self::GetToken(args) => {
                get_token::run(&args).await.unwrap_or_else(|failure| report_failure(&failure, args.common.json))
            }
            Self::Doctor(args) => {
                doctor::run(&args).await.unwrap_or_else(|failure| report_failure(&failure, args.common.json))
            }
            Self::Run(args) => run::run(&args).await.unwrap_or_else(|failure| report_failure(&failure, false)),
            Self::DevIdentity(args) => {
                dev_identity::run(&args).await.unwrap_or_else(|error| report_usage_error(&error))
            }
            Self::Component(args) => report_written(component::run(&args)),
            Self::Compose(args) => report_written(compose::run(&args)),
            Self::Completions(args) => {
                completions::run(&args, cli).map_or_else(|error| report_usage_error(&error), |()| SUCCESS)
            }
            Self::Man(args) => man::run(&args, cli).map_or_else(|error| report_usage_error(&error), |()| SUCCESS),
            Self::Fake(args) => fake::run(&args).await.unwrap_or_else(|error| report_usage_error(&error)),
        }
    }
}

/// What came where, as a note.
fn report_written(result: Result<String>) -> u8 {
    match result {
        Ok(told) => {
            terminal::note(&told);
            SUCCESS
        }
        Err(error) => report_usage_error(&error),
    }
}
