//! `keyfob get-secret`: the values of secrets.

use clap::Args;
use serde_json::json;

use super::vault::VaultArgs;
use super::{CommandError, FAILED, SUCCESS, json, output, terminal};
use crate::output::ErrorReport;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::Secret;
use keyfob_host_test::failure::CallError;
use keyfob_host_test::spec::GetSecretOptions;

const EXAMPLES: &str = "\
Examples:
  keyfob get-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob get-secret my-secret --env-file .env --managed-identity-system-assigned --json
  keyfob get-secret user password old-password/6b1c0a8e5f7d4c2d9e3f1a2b3c4d5e6f
  keyfob get-secret secret-a --fake-example vm

The vault may stand in the variable KEYVAULT_URL. Of several secrets each is a line, in their order; one that can't be read
is told on stderr, and the others are printed all the same.
Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GetSecret {
    /// The secret's name, NAME/VERSION, or its identifier; several are read at the same time
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// This version instead of the latest
    #[arg(long, value_name = "V")]
    version: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

pub(super) async fn run(args: &GetSecret) -> Result<u8, CommandError> {
    let GetSecret { names, version, vault: VaultArgs { common, .. } } = args;
    if version.is_some() && names.len() > 1 {
        return Err(CommandError::usage("--version is for one secret; of several, name each as NAME/VERSION"));
    }
    let options = GetSecretOptions { version: version.clone(), timeout: common.timeout, ..Default::default() };
    let mut vault = args.vault.resolve().await?.connect().await?;
    let show = |secret: Secret| {
        output::print_line(&if common.json { json::secret(&secret).to_string() } else { secret.value });
    };
    if let [name] = names.as_slice() {
        let activity = format!("reading {name}");
        show(vault.call(&activity, async |instance, client| instance.get_secret(client, name, &options).await).await?);
        return Ok(SUCCESS);
    }
    let activity = format!("reading {} secrets", names.len());
    let read =
        vault.call(&activity, async |instance, client| instance.get_secrets(client, names, &options).await).await?;
    let mut status = SUCCESS;
    let mut hint = None;
    for (name, read) in names.iter().zip(read) {
        match read {
            Ok(secret) => show(secret),
            Err(error) => {
                status = FAILED;
                let report = ErrorReport::from(CallError::from(error));
                if common.json {
                    output::print_line(&json!({ "name": name, "error": report.error() }).to_string());
                } else {
                    report_failed_secret(name, &report, &mut hint);
                }
            }
        }
    }
    Ok(status)
}

/// What keeps one secret from being read. What keeps all of them is advised once.
fn report_failed_secret(name: &str, report: &ErrorReport, last_hint: &mut Option<String>) {
    terminal::error(&format!("{name}: {}", report.message()));
    let hint = report.hint().map(str::to_owned);
    if let Some(hint) = hint.as_ref().filter(|_| hint != *last_hint) {
        terminal::hint(hint);
    }
    *last_hint = hint;
}
