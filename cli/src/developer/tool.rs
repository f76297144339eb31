//! What a tool is: a command line, and what its output means.

use std::fmt;
use std::time::Duration;

use super::process::{self, Outcome, Output};
use super::redact;
use super::resource::Resource;

/// How long a tool may take: `process_timeout` of the official credentials.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A program that gives tokens of who is signed in to it.
#[derive(Debug)]
pub(super) struct Tool {
    /// The credential of the Azure SDKs that asks it; reports are by this name.
    pub(super) credential: &'static str,
    /// What it is called; the first that is on PATH counts.
    pub(super) programs: &'static [&'static str],
    /// The command line for a token.
    pub(super) arguments: fn(&Resource) -> Vec<String>,
    /// A variable that keeps its output plain.
    pub(super) variable: Option<(&'static str, &'static str)>,
    /// It is not installed, in the official words.
    pub(super) not_installed: &'static str,
    /// It did not come to an end, in the official words.
    pub(super) failed: &'static str,
    /// What it printed, or why that is no token.
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
    /// `None` for a text that no header can hold.
    pub(super) fn new(secret: &str, expires_on: u64) -> Option<Self> {
        let sound = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self { secret: secret.to_owned(), expires_on })
    }
}

impl Tool {
    /// Starts the tool for a token. The reason of a failure is one line without secrets.
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
        // A version manager's stand-in for a program that is not installed ends with 127 too.
        let unknown = |name: &&str| output.stderr.starts_with(&format!("'{name}' is not recognized"));
        if output.status == Some(127) || self.programs.iter().any(unknown) {
            return Err(self.not_installed.to_owned());
        }
        (self.parse)(&output)
    }
}
