//! The two calls: host, credential, request, within the caller's patience.

use std::time::Duration;

use anyhow::Context;

use super::Failure;
use super::args::{Common, GetSecret, GetToken};
use super::environment::Environment;
use super::output::Report;
use super::{files, hosts};
use crate::bindings::exports::keyfob::azure::identity::AccessToken;
use crate::bindings::exports::keyfob::azure::secrets::Secret;
use crate::egress::{Egress, Sockets};
use crate::engine::Keyfob;
use crate::failure::CallError;
use crate::host::Host;
use crate::instance::Instance;
use crate::spec::{ClientOptions, GetSecretOptions, TokenOptions};

/// The component's own limits end a call first; this is for a component that does not.
const GRACE: Duration = Duration::from_secs(1);

/// The longest of the component's default limits (`get-token` in wit/identity.wit).
const DEFAULT_LIMIT: Duration = Duration::from_secs(100);

pub(super) async fn get_secret(args: &GetSecret) -> Result<Secret, Failure> {
    let environment = Environment::gather(&args.common)?;
    let vault_url = match &args.vault_url {
        Some(url) => url.clone(),
        None => environment
            .get("KEYVAULT_URL")
            .ok_or_else(|| Failure::usage("which vault? Give --vault-url URL, or set the variable KEYVAULT_URL"))?
            .to_owned(),
    };
    let host = host(&args.common, &environment, Some(&vault_url))?;
    within(args.common.timeout, async {
        let mut instance = instance(&host).await?;
        let credential = instance.credential(&args.common.credential()).await?;
        let client = instance.open(&vault_url, credential, &ClientOptions::default()).await?;
        let options = GetSecretOptions { version: args.version.clone(), timeout: args.common.timeout };
        instance.get_secret(client, &args.name, &options).await
    })
    .await
}

pub(super) async fn get_token(args: &GetToken) -> Result<AccessToken, Failure> {
    let environment = Environment::gather(&args.common)?;
    let host = host(&args.common, &environment, None)?;
    within(args.common.timeout, async {
        let mut instance = instance(&host).await?;
        let credential = instance.credential(&args.common.credential()).await?;
        let options = TokenOptions { timeout: args.common.timeout, ..Default::default() };
        instance.get_token(credential, &[&args.scope], &options).await
    })
    .await
}

fn host(common: &Common, environment: &Environment, vault_url: Option<&str>) -> Result<Host, Failure> {
    let mut egress = Egress::sockets(sockets(common).map_err(Failure::Usage)?);
    for allowed in hosts::named(environment, vault_url).iter().chain(&common.allow_host) {
        egress = egress.allow(allowed);
    }
    if common.trace {
        egress = egress.trace(|line| eprintln!("{line}"));
    }

    // After all that is read in no time: compiling takes most of a second.
    let keyfob = match &common.component {
        Some(path) => Keyfob::load(path),
        None => Keyfob::built(),
    }
    .map_err(Failure::Usage)?;

    let mut host = Host::new(&keyfob).envs(environment.iter()).egress(egress).show_stderr().files_apart();
    for folder in files::folders(environment).map_err(Failure::Usage)? {
        host = host.folder(folder.host, folder.guest);
    }
    Ok(host)
}

fn sockets(common: &Common) -> anyhow::Result<Sockets> {
    let mut sockets = Sockets::new();
    for rule in &common.connect_to {
        sockets = sockets.connect_to(rule).with_context(|| format!("--connect-to {rule}"))?;
    }
    for path in &common.cacert {
        let pem = std::fs::read(path).with_context(|| format!("--cacert {}", path.display()))?;
        sockets = sockets.ca_pem(&pem).with_context(|| format!("--cacert {}", path.display()))?;
    }
    Ok(sockets)
}

async fn instance(host: &Host) -> Result<Instance, CallError> {
    host.instantiate().await.map_err(CallError::Bug)
}

async fn within<T>(limit: Option<Duration>, call: impl Future<Output = Result<T, CallError>>) -> Result<T, Failure> {
    let patience = limit.unwrap_or(DEFAULT_LIMIT).saturating_add(GRACE);
    match tokio::time::timeout(patience, call).await {
        Ok(result) => result.map_err(|error| Failure::Answer(Box::new(error.into()))),
        Err(_) => Err(Failure::Answer(Box::new(Report::timed_out(patience)))),
    }
}
