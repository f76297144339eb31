//! `keyfob doctor`: shows which identity an app would get here and why, and checks access to a vault.

mod checks;
mod diagnosis;
mod text;

use clap::Args;

use self::checks::run_checks;
use self::diagnosis::Diagnosis;
use crate::call::{CommonArgs, instantiate, with_timeout};
use crate::context::Target;
use crate::{CommandError, FAILED, SUCCESS, output};

const EXAMPLES: &str = "\
Examples:
  keyfob doctor --env-file .env
  keyfob doctor --vault-url https://my-vault.vault.azure.net
  keyfob doctor --dev --vault-url \"$KEYVAULT_URL\"

Without --vault-url no request is sent. With it, the command gets a token and lists the vault's secrets, and prints neither.
Exit status: 0 if a credential would be used and all checks succeeded, else 1.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Check access to this vault: get a token, and list its secrets
    #[arg(long, value_name = "URL")]
    vault_url: Option<String>,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Prints the diagnosis, and returns the exit status.
pub(super) async fn run(args: &Doctor) -> Result<u8, CommandError> {
    let CommonArgs { json, timeout, credential: credential_args, context: context_args } = &args.common;
    let context = context_args.context(Target::Vault(args.vault_url.as_deref())).await?;
    let host = context.host(args.vault_url.as_deref())?;
    let print_part = |part: &str| {
        if !json {
            output::print_styled(part);
        }
    };
    let (mut instance, credential, candidates) = with_timeout(*timeout, async {
        let mut instance = instantiate(&host).await?;
        let credential = instance.create_credential(&credential_args.spec()).await?;
        let candidates = instance.explain(credential).await?;
        Ok((instance, credential, candidates))
    })
    .await?;
    let mut diagnosis = Diagnosis::new(credential_args.credential_name(), candidates);
    print_part(&text::chain(&diagnosis, context_args.uses_developer_sign_in()));
    match &args.vault_url {
        None => print_part(&text::offline_note(context.environment.get("KEYVAULT_URL"))),
        // The first problem is found already.
        Some(_) if !diagnosis.is_ok() => {}
        Some(url) => {
            print_part(&text::vault_heading(url));
            let results = &mut diagnosis.results;
            let checked = run_checks(&mut instance, credential, url, *timeout, |check_result| {
                print_part(&text::check_result(&check_result));
                results.push(check_result);
            });
            match checked.await {
                Ok(()) => {}
                Err((check, CommandError::Call(report))) => {
                    print_part(&text::failed_check(&diagnosis, check, &report));
                    diagnosis.failed = Some((check, *report));
                }
                Err((_, usage)) => return Err(usage),
            }
        }
    }
    if *json {
        output::print_line(&diagnosis.json());
    }
    Ok(if diagnosis.is_ok() { SUCCESS } else { FAILED })
}
