//! The description is read again when it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::client_setup::ClientSetup;
use super::reloadable_fake::ReloadableFake;
use super::{log, summary};
use crate::fake::Source;
use crate::{output, shell};

/// Nobody notices, and nothing is missed: contents are compared, not times.
const INTERVAL: Duration = Duration::from_millis(500);

pub(super) struct Reloader<'w> {
    source: Source,
    /// What was read last, good or bad.
    last_read: Result<String, String>,
    served: Arc<ReloadableFake>,
    setup: &'w ClientSetup,
    /// Whether the environment is printed, or belongs to a command.
    prints_environment: bool,
}

impl<'w> Reloader<'w> {
    /// `text` is what the stage plays.
    pub(super) fn new(
        source: Source,
        text: String,
        served: Arc<ReloadableFake>,
        setup: &'w ClientSetup,
        prints_environment: bool,
    ) -> Self {
        Self { source, last_read: Ok(text), served, setup, prints_environment }
    }

    /// Watches, and tells what comes of it. `variables` is the environment that apps have been given.
    pub(super) async fn watch(mut self, mut variables: Vec<(String, String)>) -> Infallible {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            let read = self.source.text().map_err(|error| format!("{error:#}"));
            if read == self.last_read {
                continue;
            }
            self.last_read = read.clone();
            match read.and_then(|text| self.apply(&text, &variables)) {
                Ok(new) => variables = new,
                Err(error) => log::problem(&format!("not reloaded, the old description goes on: {error}")),
            }
        }
    }

    /// Takes a new text for the world, and gives the environment that goes with it.
    fn apply(&self, text: &str, old: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
        let fake = self.source.parse(text).map_err(|error| format!("{error:#}"))?;
        let new = self.setup.environment(&fake).map_err(|error| format!("{error:#}"))?;
        let summary = summary::line(fake.description());
        // Vaults begin anew, as the file has them: who wrote to them would wonder.
        let gone = if self.served.fake().written() { "; what apps wrote to the vaults is gone" } else { "" };
        self.served.replace(fake);
        log::note(&format!("reloaded {}: {summary}{gone}", self.source));
        if new != *old {
            self.environment_changed(old, &new);
        }
        Ok(new)
    }

    fn environment_changed(&self, old: &[(String, String)], new: &[(String, String)]) {
        let gone: Vec<&str> = old
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| new.iter().all(|(other, _)| other != name))
            .collect();
        let unset = if gone.is_empty() { String::new() } else { format!(" (first: unset {})", gone.join(" ")) };
        if self.prints_environment {
            log::note(&format!("the app's environment is another now: restart the app with these lines{unset}"));
            output::print_line(&shell::export_lines(new));
        } else {
            log::problem("the app's environment is another now: end the command, and start it again");
        }
    }
}
