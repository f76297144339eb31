//! The description is read again when it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::client_setup::Way;
use super::reloadable_fake::Stage;
use super::{log, summary};
use crate::fake::Source;
use crate::{output, shell};

/// Nobody notices, and nothing is missed: contents are compared, not times.
const INTERVAL: Duration = Duration::from_millis(500);

pub(super) struct Reload<'w> {
    source: Source,
    /// What was read last, good or bad.
    last: Result<String, String>,
    stage: Arc<Stage>,
    way: &'w Way,
    /// Whether the environment is printed, or belongs to a command.
    prints: bool,
}

impl<'w> Reload<'w> {
    /// `text` is what the stage plays.
    pub(super) fn new(source: Source, text: String, stage: Arc<Stage>, way: &'w Way, prints: bool) -> Self {
        Self { source, last: Ok(text), stage, way, prints }
    }

    /// Watches, and tells what comes of it. `variables` is the environment that apps have been given.
    pub(super) async fn for_ever(mut self, mut variables: Vec<(String, String)>) -> Infallible {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            let read = self.source.text().map_err(|error| format!("{error:#}"));
            if read == self.last {
                continue;
            }
            self.last = read.clone();
            match read.and_then(|text| self.take(&text, &variables)) {
                Ok(new) => variables = new,
                Err(error) => log::trouble(&format!("not reloaded, the old description goes on: {error}")),
            }
        }
    }

    /// Takes a new text for the world, and gives the environment that goes with it.
    fn take(&self, text: &str, old: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
        let fake = self.source.world(text).map_err(|error| format!("{error:#}"))?;
        let new = self.way.environment(&fake).map_err(|error| format!("{error:#}"))?;
        let told = summary::line(fake.description());
        // Vaults begin anew, as the file has them: who wrote to them would wonder.
        let gone = if self.stage.fake().written() { "; what apps wrote to the vaults is gone" } else { "" };
        self.stage.exchange(fake);
        log::note(&format!("reloaded {}: {told}{gone}", self.source));
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
        if self.prints {
            log::note(&format!("the app's environment is another now: restart the app with these lines{unset}"));
            output::line(&shell::exports(new));
        } else {
            log::trouble("the app's environment is another now: end the command, and start it again");
        }
    }
}
