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
    /// May it read secrets?
    Reading,
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
    /// The identity may not list secrets.
    ListRefused,
    /// It may read secrets: the vault looked for one.
    MayRead,
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
    if let Some(name) = target.secret {
        let _progress = Progress::show(&format!("reading {name}"));
        let secret = with_timeout(limit, read(instance, client, name, limit)).await.map_err(at(Check::Secret))?;
        on_result(secret);
        return Ok(());
    }
    // Reading needs no permission to list, and listing none to read.
    let _progress = Progress::show("listing secrets");
    let refusal = match with_timeout(limit, first_page(instance, client, limit)).await {
        Ok(count) => {
            on_result(CheckResult::Secrets { count, more: count == PAGE_SIZE });
            None
        }
        Err(error) if matches!(&error, CommandError::Call(report) if report.is_forbidden()) => Some(error),
        Err(error) => return Err(at(Check::Secrets)(error)),
    };
    match (with_timeout(limit, may_read(instance, client, limit)).await, refusal) {
        (Ok(()), None) => {}
        (Ok(()), Some(_)) => on_result(CheckResult::ListRefused),
        (Err(error), None) => return Err(at(Check::Reading)(error)),
        // The refusal of the list says as much.
        (Err(_), Some(refusal)) => return Err(at(Check::Secrets)(refusal)),
    }
    on_result(CheckResult::MayRead);
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

/// Whether the identity may read secrets. The vault refuses that before it looks for the secret.
async fn may_read(instance: &mut Instance, client: SecretClient, limit: Option<Duration>) -> Result<(), CallError> {
    let options = GetSecretOptions { timeout: limit, ..Default::default() };
    match instance.get_secret(client, NO_SECRET, &options).await {
        Err(CallError::Azure(error)) if error.kind == ErrorKind::NotFound => Ok(()),
        answered => answered.map(|_| ()),
    }
}

/// The number of secrets on the first page of the list.
async fn first_page(
    instance: &mut Instance,
    client: SecretClient,
    limit: Option<Duration>,
) -> Result<usize, CallError> {
    let list = instance.list_secrets(client, &ListOptions { timeout: limit, ..Default::default() }).await?;
    Ok(instance.next_page(list).await?.map_or(0, |page| page.len()))
}
