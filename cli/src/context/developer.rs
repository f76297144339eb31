//! The developer's own sign-in in place of a managed identity.

use anyhow::Result;

use super::environment::Environment;
use crate::developer::{AllowedResources, Chain, EnvironmentChanges, Event, Server};
use crate::terminal;

/// Serves the developer's tokens for these resources until the server is dropped, and points the environment to it. Notes
/// about conflicting variables go to stderr; with `log_requests` each request too.
pub(super) async fn serve(
    environment: &mut Environment,
    allowed: AllowedResources,
    log_requests: bool,
) -> Result<Server> {
    let chain = Chain::from_setting(environment.get("AZURE_TOKEN_CREDENTIALS")).allowing(allowed);
    let log = move |event: &Event| {
        if log_requests || matches!(event, Event::IdIgnored { .. }) {
            terminal::note(&event.to_string());
        }
    };
    let server = Server::start(chain, None, log).await?;
    let EnvironmentChanges { set, unset, notes } =
        EnvironmentChanges::for_server(&server, |name| environment.get(name).map(str::to_owned));
    for note in notes {
        terminal::note(&format!("note: {note}"));
    }
    environment.apply(set, &unset);
    Ok(server)
}
