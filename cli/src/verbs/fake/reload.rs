//! Reads the description again when it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::client_setup::ClientSetup;
use super::reloadable_fake::ReloadableFake;
use super::{log, summary};
use crate::fake::Source;
use crate::{output, shell};

/// How often the file is read. Contents are compared, because modification times may miss a change.
const INTERVAL: Duration = Duration::from_millis(500);

pub(super) struct Reloader<'w> {
    source: Source,
    /// The text or error of the last read.
    last_read: Result<String, String>,
    served: Arc<ReloadableFake>,
    setup: &'w ClientSetup,
    /// Whether a changed environment is printed. If not, the environment belongs to a command.
    prints_environment: bool,
}

impl<'w> Reloader<'w> {
    /// `text` is the description that is served now.
    pub(super) fn new(
        source: Source,
        text: String,
        served: Arc<ReloadableFake>,
        setup: &'w ClientSetup,
        prints_environment: bool,
    ) -> Self {
        Self { source, last_read: Ok(text), served, setup, prints_environment }
    }

    /// Watches the file, and logs each reload. `variables` is the environment that apps have.
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
                Err(error) => log::problem(&format!("not reloaded, the old description stays in use: {error}")),
            }
        }
    }

    /// Serves a new description, and returns its environment.
    fn apply(&self, text: &str, old: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
        let fake = self.source.parse(text).map_err(|error| format!("{error:#}"))?;
        self.setup.check_domains(&fake).map_err(|error| format!("{error:#}"))?;
        let new = self.setup.environment(&fake).map_err(|error| format!("{error:#}"))?;
        let summary = summary::line(fake.description());
        // The vaults are reset to the description; say so if an app has written to them.
        let gone =
            if self.served.fake().is_modified() { "; what apps had written to the vaults is discarded" } else { "" };
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
            log::note(&format!("the app's environment has changed: restart the app with these lines{unset}"));
            output::print_line(&shell::export_lines(new));
        } else {
            log::problem("the app's environment has changed: stop the command, and start it again");
        }
    }
}
