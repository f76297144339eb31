//! `keyfob get-secret`: the values of secrets.

use clap::Args;
use serde_json::json;

use super::vault::{Vault, VaultArgs};
use super::{DONE, FAILED, Failure, json, output, screen};
use crate::bindings::exports::keyfob::azure::secrets::Secret;
use crate::command::output::Report;
use crate::spec::GetSecretOptions;

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
pub(in crate::command) struct GetSecret {
    /// The secret's name, NAME/VERSION, or its identifier; several are read one after the other
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// This version instead of the latest
    #[arg(long, value_name = "V")]
    version: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

/// A secret as the caller names it.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    /// All of it.
    text: &'a str,
    name: &'a str,
    version: Option<&'a str>,
}

pub(super) async fn run(args: &GetSecret) -> Result<u8, Failure> {
    let wanted = args.wanted()?;
    let json = args.vault.common.json;
    let mut vault = args.vault.place().await?.open().await?;
    let read = get_all(&mut vault, &wanted).await;
    let alone = wanted.len() == 1;
    let mut status = DONE;
    let mut hint = None;
    for (named, read) in wanted.iter().zip(read) {
        match read {
            Ok(secret) => output::line(&if json { json::secret(&secret).to_string() } else { secret.value }),
            Err(Failure::Answer(report)) if !alone => {
                status = FAILED;
                if json {
                    output::line(&json!({ "name": named.text, "error": report.value() }).to_string());
                } else {
                    tell(named, &report, &mut hint);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(status)
}

/// What keeps one secret from being read. What keeps all of them is advised once.
fn tell(named: &Named<'_>, report: &Report, told: &mut Option<String>) {
    screen::error(&format!("{}: {}", named.text, report.message()));
    let hint = report.hint().map(str::to_owned);
    if let Some(hint) = hint.as_ref().filter(|_| hint != *told) {
        screen::hint(hint);
    }
    *told = hint;
}

/// Each secret, or why not, in their order.
async fn get_all(vault: &mut Vault<'_>, wanted: &[Named<'_>]) -> Vec<Result<Secret, Failure>> {
    let mut all = Vec::with_capacity(wanted.len());
    for Named { text, name, version } in wanted {
        let options =
            GetSecretOptions { version: version.map(str::to_owned), timeout: vault.timeout, ..Default::default() };
        let doing = format!("reading {text}");
        all.push(vault.call(&doing, async |it, client| it.get_secret(client, name, &options).await).await);
    }
    all
}

impl GetSecret {
    fn wanted(&self) -> Result<Vec<Named<'_>>, Failure> {
        let mut wanted: Vec<Named<'_>> = self.names.iter().map(|text| Named::of(text)).collect();
        if let Some(version) = &self.version {
            let [Named { version: named @ None, .. }] = wanted.as_mut_slice() else {
                return Err(Failure::usage(
                    "--version is for one secret that is named without a version; of several, name each as NAME/VERSION",
                ));
            };
            *named = Some(version);
        }
        Ok(wanted)
    }
}

impl<'a> Named<'a> {
    /// Identifiers and App Service's references have slashes of their own, and the component reads them.
    fn of(text: &'a str) -> Self {
        let short = !text.contains("://") && !text.starts_with('@');
        match text.split_once('/').filter(|_| short) {
            Some((name, version)) => Self { text, name, version: Some(version) },
            None => Self { text, name: text, version: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    #[test]
    fn a_version_may_follow_the_name() {
        for (text, name, version) in [
            ("secret-a", "secret-a", None),
            ("secret-a/0123", "secret-a", Some("0123")),
            ("secret-a/", "secret-a", Some("")),
            ("https://v.vault.azure.net/secrets/a/0123", "https://v.vault.azure.net/secrets/a/0123", None),
            (
                "@Microsoft.KeyVault(VaultName=v;SecretName=a/b)",
                "@Microsoft.KeyVault(VaultName=v;SecretName=a/b)",
                None,
            ),
        ] {
            assert_eq!(Named::of(text), Named { text, name, version });
        }
    }
}
