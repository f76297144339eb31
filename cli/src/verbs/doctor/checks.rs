//! The questions to Azure, one after the other, until one is not answered.

use std::time::Duration;

use crate::Failure;
use crate::call::within;
use crate::terminal::Progress;
use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::failure::CallError;
use keyfob_host_test::instance::{Credential, Instance, SecretClient};
use keyfob_host_test::spec::{ClientOptions, ListOptions, TokenOptions};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Can the URL be a vault's? Nothing is sent for it.
    VaultUrl,
    /// Is there a token for it? Not asked where only the vault can tell which kind of token it takes.
    Token,
    /// May the token's owner list secrets?
    Secrets,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    Token(Box<AccessToken>),
    /// How many secrets the first page has, and whether there may be more.
    Secrets {
        count: usize,
        more: bool,
    },
}

/// A page of the service's own size.
const PAGE: usize = 25;

/// Asks, and tells each answer. The error is the first question without one, and why.
pub(super) async fn visit(
    instance: &mut Instance,
    credential: Credential,
    vault_url: &str,
    limit: Option<Duration>,
    mut tell: impl FnMut(Answer),
) -> Result<(), (Question, Failure)> {
    let at = |question| move |failure| (question, failure);

    let open = open(instance, credential, vault_url);
    let (client, scope) = within(limit, open).await.map_err(at(Question::VaultUrl))?;
    if let Some(scope) = scope {
        let _progress = Progress::show("asking for a token");
        // As the client asks for it, so that it is the same token.
        let options = TokenOptions { timeout: limit, enable_cae: Some(true), ..Default::default() };
        let scopes = [scope.as_str()];
        let token = within(limit, instance.get_token(credential, &scopes, &options)).await;
        tell(Answer::Token(Box::new(token.map_err(at(Question::Token))?)));
    }
    let count = {
        let _progress = Progress::show("listing secrets");
        within(limit, count(instance, client, limit)).await.map_err(at(Question::Secrets))?
    };
    tell(Answer::Secrets { count, more: count == PAGE });
    Ok(())
}

async fn open(
    instance: &mut Instance,
    credential: Credential,
    vault_url: &str,
) -> Result<(SecretClient, Option<String>), CallError> {
    let client = instance.create_client(vault_url, credential, &ClientOptions::default()).await?;
    Ok((client, instance.scope(client).await?))
}

async fn count(instance: &mut Instance, client: SecretClient, limit: Option<Duration>) -> Result<usize, CallError> {
    let list = instance.list_secrets(client, &ListOptions { timeout: limit, ..Default::default() }).await?;
    Ok(instance.next_page(list).await?.map_or(0, |page| page.len()))
}
