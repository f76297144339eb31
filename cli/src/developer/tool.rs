//! A command-line tool that returns tokens.

use std::fmt;
use std::time::Duration;

use super::process::{self, Outcome, Output};
use super::redact;
use super::resource::Resource;

/// The time limit of a tool: `process_timeout` of the official credentials.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A tool that returns tokens of the signed-in user.
#[derive(Debug)]
pub(super) struct Tool {
    /// The class name of the Azure SDK credential that uses this tool.
    pub(super) credential: &'static str,
    /// Program names; the first one found on PATH is used.
    pub(super) programs: &'static [&'static str],
    /// The arguments that request a token.
    pub(super) arguments: fn(&Resource) -> Vec<String>,
    /// A variable that turns colours off.
    pub(super) variable: Option<(&'static str, &'static str)>,
    /// The message of the Azure SDKs if the tool is not installed.
    pub(super) not_installed: &'static str,
    /// The message of the Azure SDKs if the tool did not finish.
    pub(super) failed: &'static str,
    /// Parses the output: the token, or the reason of the failure.
    pub(super) parse: fn(&Output) -> Result<Token, String>,
}

/// An access token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) secret: String,
    /// Unix seconds.
    pub(super) expires_on: u64,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_on", &self.expires_on).finish_non_exhaustive()
    }
}

impl Token {
    /// `None` if the text can't be a header value.
    pub(super) fn new(secret: &str, expires_on: u64) -> Option<Self> {
        let sound = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self { secret: secret.to_owned(), expires_on })
    }
}

impl Tool {
    /// Runs the tool for a token. The error is one line without secrets.
    pub(super) async fn token(&self, resource: &Resource) -> Result<Token, String> {
        self.run(resource).await.map_err(|reason| redact::shorten(&reason))
    }

    async fn run(&self, resource: &Resource) -> Result<Token, String> {
        let program = process::find_program(self.programs).ok_or(self.not_installed)?;
        let arguments = (self.arguments)(resource);
        let output = match process::run(&program, &arguments, self.variable, TIMEOUT).await {
            Outcome::Finished(output) => output,
            Outcome::CouldNotStart(error) => return Err(format!("Failed to execute '{}': {error}", program.display())),
            Outcome::TimedOut => return Err(format!("{}: no answer within {} s", self.failed, TIMEOUT.as_secs())),
            Outcome::TooMuchOutput => return Err(format!("{}: it printed more than a token", self.failed)),
        };
        // The shim of a version manager exits with 127 if the program is not installed.
        let unknown = |name: &&str| output.stderr.starts_with(&format!("'{name}' is not recognized"));
        if output.status == Some(127) || self.programs.iter().any(unknown) {
            return Err(self.not_installed.to_owned());
        }
        (self.parse)(&output)
    }
}
