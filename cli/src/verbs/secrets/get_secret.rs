//! `keyfob get-secret`: prints the values of secrets, or writes one to a file.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::Secret;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::spec::GetSecretOptions;
use serde_json::json;

use super::vault::VaultArgs;
use super::{CommandError, FAILED, SUCCESS, json, output, private_file, terminal};
use crate::output::ErrorReport;

const EXAMPLES: &str = "\
Examples:
  keyfob get-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob get-secret my-secret --env-file .env --managed-identity-system-assigned --json
  keyfob get-secret tls-key --output key.pem --env-file .env
  keyfob get-secret user password old-password/6b1c0a8e5f7d4c2d9e3f1a2b3c4d5e6f
  keyfob get-secret secret-a --fake-example vm

The vault can also be given in the variable KEYVAULT_URL. One value is written exactly, byte for byte, to --output or to a stdout
that is no terminal; on a terminal a newline follows. Several values are printed in the given order with a newline after each;
where a value has several lines itself, use --json, which prints one line for each secret. If one can't be read, its error goes
to stderr and the others are still printed.
Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GetSecret {
    /// The secret's name, NAME/VERSION, or its identifier; several secrets are read concurrently
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Read this version instead of the latest
    #[arg(long, value_name = "V")]
    version: Option<String>,
    /// Write the value of one secret exactly to this file, which only its owner can read; an existing file is replaced
    #[arg(long, value_name = "F", conflicts_with = "json")]
    output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &GetSecret) -> Result<u8, CommandError> {
    let GetSecret { names, version, output: file, vault: VaultArgs { common, .. } } = args;
    if version.is_some() && names.len() > 1 {
        return Err(CommandError::usage("--version works with one secret only: pass several as NAME/VERSION"));
    }
    if let Some(path) = file {
        if names.len() > 1 {
            return Err(CommandError::usage("--output works with one secret only: call get-secret for each"));
        }
        private_file::check("--output", path).map_err(CommandError::Usage)?;
    }
    let options = GetSecretOptions { version: version.clone(), timeout: common.timeout, ..Default::default() };
    let mut vault = args.vault.resolve().await?.connect().await?;
    let show = |secret: Secret| {
        output::print_line(&if common.json { json::secret(&secret).to_string() } else { secret.value });
    };
    if let [name] = names.as_slice() {
        let activity = format!("reading {name}");
        let secret =
            vault.call(&activity, async |instance, client| instance.get_secret(client, name, &options).await).await?;
        match file {
            Some(path) => private_file::write(secret.value.as_bytes(), path, true)
                .with_context(|| format!("--output {} can't be written", path.display()))
                .map_err(CommandError::Usage)?,
            None if common.json || std::io::stdout().is_terminal() => show(secret),
            None => output::print(&secret.value),
        }
        return Ok(SUCCESS);
    }
    let activity = format!("reading {} secrets", names.len());
    let read =
        vault.call(&activity, async |instance, client| instance.get_secrets(client, names, &options).await).await?;
    let mut status = SUCCESS;
    let mut failures = Failures::default();
    for (name, read) in names.iter().zip(read) {
        match read {
            Ok(secret) => show(secret),
            Err(error) => {
                status = FAILED;
                let report = ErrorReport::from(CallError::from(error));
                if common.json {
                    output::print_line(&json!({ "name": name, "error": report.error() }).to_string());
                } else {
                    failures.add(name, &report);
                }
            }
        }
    }
    failures.print_details();
    Ok(status)
}

/// Prints the errors of several secrets. What was tried and the fix stand after all errors that have them in common.
#[derive(Default)]
struct Failures {
    details: String,
}

impl Failures {
    fn add(&mut self, name: &str, report: &ErrorReport) {
        let details = report.details(terminal::stderr_width());
        if details != self.details {
            self.print_details();
            self.details = details;
        }
        terminal::error(&format!("{name}: {}", report.cause()));
    }

    fn print_details(&mut self) {
        if !self.details.is_empty() {
            terminal::print(&std::mem::take(&mut self.details));
        }
    }
}
