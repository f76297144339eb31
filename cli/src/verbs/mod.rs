//! The verbs, each in a file or folder of its name. A new verb needs its file, and its entry and call here.

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
mod wit;

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
use self::wit::Wit;
use crate::{FAILED, SUCCESS, report_failure, report_usage_error, terminal};

const DEMO_EXAMPLES: &str = "\
Examples:
  keyfob demo
  keyfob demo > demo.txt

It needs no Azure subscription and sends nothing off this machine. Exit status: 0 only if each step had the expected result.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show a failure, its hint and two fixes against a fake Azure on this machine (the default)
    #[command(after_help = DEMO_EXAMPLES)]
    Demo,
    #[command(flatten)]
    Secrets(SecretsVerb),
    /// Get a token and print it
    GetToken(GetToken),
    /// Show which identity an app would get here and why, and check access to a vault
    Doctor(Doctor),
    /// Run an app that uses Keyfob: a command, or an HTTP server
    Run(Run),
    /// Serve your own Azure sign-in (az, Azure PowerShell, azd) to apps as a managed identity
    DevIdentity(DevIdentity),
    /// Write the built-in component to a file
    Component(Component),
    /// Compose an app with the built-in component, for any WASI host
    Compose(Compose),
    /// Write the interface that apps import, as WIT
    Wit(Wit),
    /// Serve a fake Azure to apps in any language
    Fake(FakeAzure),
    /// Print a completion script for a shell
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
            Self::Wit(args) => report_written(wit::run(&args)),
            Self::Completions(args) => {
                completions::run(&args, cli).map_or_else(|error| report_usage_error(&error), |()| SUCCESS)
            }
            Self::Man(args) => man::run(&args, cli).map_or_else(|error| report_usage_error(&error), |()| SUCCESS),
            Self::Fake(args) => fake::run(&args).await.unwrap_or_else(|error| report_usage_error(&error)),
        }
    }
}

/// Prints what was written and where.
fn report_written(result: Result<Option<String>>) -> u8 {
    match result {
        Ok(summary) => {
            if let Some(summary) = summary {
                terminal::note(&summary);
            }
            SUCCESS
        }
        Err(error) => report_usage_error(&error),
    }
}
