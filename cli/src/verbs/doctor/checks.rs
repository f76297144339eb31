//! The checks against a vault, in order, up to the first that fails.

use std::time::Duration;

use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::instance::{Credential, Instance, SecretClient};
use keyfob_host_test::spec::{ClientOptions, ListOptions, TokenOptions};

use crate::CommandError;
use crate::call::with_timeout;
use crate::terminal::Progress;

/// A check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Is the vault URL valid? Sends nothing.
    VaultUrl,
    /// Can a token be acquired? Skipped for a custom host name, for which only the vault knows the scope.
    Token,
    /// May the identity list secrets?
    Secrets,
}

/// The result of a successful check.
#[derive(Debug)]
pub(super) enum CheckResult {
    Token(Box<AccessToken>),
    /// The number of secrets on the first page, and whether there may be more.
    Secrets {
        count: usize,
        more: bool,
    },
}

/// The service's page size.
const PAGE_SIZE: usize = 25;

/// Runs the checks, and passes each result to `on_result`. Returns the first check that fails, and its error.
pub(super) async fn run_checks(
    instance: &mut Instance,
    credential: Credential,
    vault_url: &str,
    limit: Option<Duration>,
    mut on_result: impl FnMut(CheckResult),
) -> Result<(), (Check, CommandError)> {
    let at = |check| move |failure| (check, failure);

    let opening = open_client(instance, credential, vault_url);
    let (client, scope) = with_timeout(limit, opening).await.map_err(at(Check::VaultUrl))?;
    if let Some(scope) = scope {
        let _progress = Progress::show("requesting a token");
        // The same options as the client's, so that the client finds this token in the cache.
        let options = TokenOptions { timeout: limit, enable_cae: Some(true), ..Default::default() };
        let scopes = [scope.as_str()];
        let token = with_timeout(limit, instance.get_token(credential, &scopes, &options)).await;
        on_result(CheckResult::Token(Box::new(token.map_err(at(Check::Token))?)));
    }
    let count = {
        let _progress = Progress::show("listing secrets");
        with_timeout(limit, count_secrets(instance, client, limit)).await.map_err(at(Check::Secrets))?
    };
    on_result(CheckResult::Secrets { count, more: count == PAGE_SIZE });
    Ok(())
}

async fn open_client(
    instance: &mut Instance,
    credential: Credential,
    vault_url: &str,
) -> Result<(SecretClient, Option<String>), CallError> {
    let client = instance.create_client(vault_url, credential, &ClientOptions::default()).await?;
    Ok((client, instance.scope(client).await?))
}

async fn count_secrets(
    instance: &mut Instance,
    client: SecretClient,
    limit: Option<Duration>,
) -> Result<usize, CallError> {
    let list = instance.list_secrets(client, &ListOptions { timeout: limit, ..Default::default() }).await?;
    Ok(instance.next_page(list).await?.map_or(0, |page| page.len()))
}
