//! The developer's own sign-in in the place of a platform's identity.

use anyhow::Result;

use super::environment::Environment;
use crate::developer::{Chain, Changes, Event, Server};
use crate::terminal;

/// Serves the developer's tokens, for as long as the server is kept, and leads the environment there. stderr hears what
/// stands in the way; with `aloud`, of every request too.
pub(super) async fn serve(environment: &mut Environment, aloud: bool) -> Result<Server> {
    let chain = Chain::named(environment.get("AZURE_TOKEN_CREDENTIALS"));
    let log = move |event: &Event| {
        if aloud || matches!(event, Event::IdIgnored { .. }) {
            terminal::note(&event.to_string());
        }
    };
    let server = Server::start(chain, None, log).await?;
    let Changes { set, unset, notes } = Changes::of(&server, |name| environment.get(name).map(str::to_owned));
    for note in notes {
        terminal::note(&format!("note: {note}"));
    }
    environment.change(set, &unset);
    Ok(server)
}
