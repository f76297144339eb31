//! The checks against a vault, in order, up to the first that fails.

use std::time::Duration;

use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::bindings::exports::keyfob::azure::types::ErrorKind;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::instance::{Credential, Instance, SecretClient};
use keyfob_host_test::spec::{ClientOptions, GetSecretOptions, ListOptions, TokenOptions};

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
    /// Can the secret be read?
    Secret,
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
    /// The identity may not list secrets, and may read them.
    ReadOnly,
    /// The secret was read: its name and version.
    Secret {
        name: String,
        version: String,
    },
}

/// The service's page size.
const PAGE_SIZE: usize = 25;

/// A secret that no vault has. The vault checks the permission first: the answer "not found" means that reading is allowed.
const NO_SECRET: &str = "keyfob-doctor-reads-no-secret";

/// What is checked.
pub(super) struct Target<'a> {
    pub(super) vault_url: &'a str,
    /// The secret to read; without one the secrets are listed.
    pub(super) secret: Option<&'a str>,
}

/// Runs the checks, and passes each result to `on_result`. Returns the first check that fails, and its error.
pub(super) async fn run_checks(
    instance: &mut Instance,
    credential: Credential,
    target: &Target<'_>,
    limit: Option<Duration>,
    mut on_result: impl FnMut(CheckResult),
) -> Result<(), (Check, CommandError)> {
    let at = |check| move |failure| (check, failure);

    let opening = open_client(instance, credential, target.vault_url);
    let (client, scope) = with_timeout(limit, opening).await.map_err(at(Check::VaultUrl))?;
    if let Some(scope) = scope {
        let _progress = Progress::show("requesting a token");
        // The same options as the client's, so that the client finds this token in the cache.
        let options = TokenOptions { timeout: limit, enable_cae: Some(true), ..Default::default() };
        let scopes = [scope.as_str()];
        let token = with_timeout(limit, instance.get_token(credential, &scopes, &options)).await;
        on_result(CheckResult::Token(Box::new(token.map_err(at(Check::Token))?)));
    }
    on_result(match target.secret {
        Some(name) => {
            let _progress = Progress::show(&format!("reading {name}"));
            with_timeout(limit, read(instance, client, name, limit)).await.map_err(at(Check::Secret))?
        }
        None => {
            let _progress = Progress::show("listing secrets");
            with_timeout(limit, list(instance, client, limit)).await.map_err(at(Check::Secrets))?
        }
    });
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

async fn read(
    instance: &mut Instance,
    client: SecretClient,
    name: &str,
    limit: Option<Duration>,
) -> Result<CheckResult, CallError> {
    let options = GetSecretOptions { timeout: limit, ..Default::default() };
    let secret = instance.get_secret(client, name, &options).await?;
    Ok(CheckResult::Secret { name: secret.properties.name, version: secret.properties.version.unwrap_or_default() })
}

/// Lists the first page. Reading needs no permission to list: where that is refused, reading is tried.
async fn list(
    instance: &mut Instance,
    client: SecretClient,
    limit: Option<Duration>,
) -> Result<CheckResult, CallError> {
    let refusal = match first_page(instance, client, limit).await {
        Ok(count) => return Ok(CheckResult::Secrets { count, more: count == PAGE_SIZE }),
        Err(error) => error,
    };
    if kind(&refusal) == Some(ErrorKind::Forbidden) {
        let options = GetSecretOptions { timeout: limit, ..Default::default() };
        match instance.get_secret(client, NO_SECRET, &options).await {
            Err(error) if kind(&error) == Some(ErrorKind::NotFound) => return Ok(CheckResult::ReadOnly),
            // The refusal of the list says as much.
            Ok(_) | Err(_) => {}
        }
    }
    Err(refusal)
}

async fn first_page(
    instance: &mut Instance,
    client: SecretClient,
    limit: Option<Duration>,
) -> Result<usize, CallError> {
    let list = instance.list_secrets(client, &ListOptions { timeout: limit, ..Default::default() }).await?;
    Ok(instance.next_page(list).await?.map_or(0, |page| page.len()))
}

fn kind(error: &CallError) -> Option<ErrorKind> {
    match error {
        CallError::Azure(error) => Some(error.kind),
        CallError::Trap(_) => None,
    }
}
