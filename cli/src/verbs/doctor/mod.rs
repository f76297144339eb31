//! `keyfob doctor`: shows which identity an app would get here and why, and checks access to a vault.

mod checks;
mod diagnosis;
mod text;
mod verdict;

use clap::Args;

use self::checks::run_checks;
use self::diagnosis::Diagnosis;
use crate::call::{CommonArgs, instantiate, with_timeout};
use crate::context::Target;
use crate::{CommandError, FAILED, SUCCESS, output, terminal};

const EXAMPLES: &str = "\
Examples:
  keyfob doctor --env-file .env
  keyfob doctor --vault-url https://my-vault.vault.azure.net
  keyfob doctor --vault-url https://my-vault.vault.azure.net --secret my-secret
  keyfob doctor --dev --vault-url \"$KEYVAULT_URL\"

The first line is the verdict with what to change, then come the fix as a whole and what was found.
Without --vault-url and --secret no request is sent. With --vault-url the command gets a token, lists the names of the
vault's secrets, and asks for a secret that does not exist, which tells whether reading is allowed: listing and reading are
different permissions. An identity whose role is on single secrets needs --secret, which reads one. No value is printed.
Exit status: 0 if a credential would be used and all checks succeeded, else 1.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Check access to this vault: get a token, list the names of its secrets, and ask whether reading is allowed
    #[arg(long, value_name = "URL")]
    vault_url: Option<String>,
    /// Check by reading this secret of the vault (--vault-url or KEYVAULT_URL), and don't list; the value is not printed
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Prints the diagnosis, and returns the exit status.
pub(super) async fn run(args: &Doctor) -> Result<u8, CommandError> {
    let CommonArgs { json, timeout, credential: credential_args, context: context_args } = &args.common;
    let context = context_args.context(Target::Vault(args.vault_url.as_deref())).await?;
    let of_variable = context.environment.get("KEYVAULT_URL");
    let vault = match (&args.vault_url, &args.secret) {
        (Some(url), _) => Some(url.clone()),
        (None, Some(_)) => {
            let url = of_variable.ok_or_else(|| CommandError::usage("--secret needs --vault-url, or KEYVAULT_URL"))?;
            Some(url.to_owned())
        }
        (None, None) => None,
    };
    let host = context.host(vault.as_deref())?;
    let (mut instance, credential, candidates) = with_timeout(*timeout, async {
        let mut instance = instantiate(&host).await?;
        let credential = instance.create_credential(&credential_args.spec()).await?;
        let candidates = instance.explain(credential).await?;
        Ok((instance, credential, candidates))
    })
    .await?;
    let mut diagnosis = Diagnosis {
        credential: credential_args.credential_name(),
        candidates,
        vault,
        developer: context_args.uses_developer_sign_in(),
        results: Vec::new(),
        failed: None,
    };
    // Otherwise the first problem is found already.
    if let Some(vault_url) = diagnosis.vault.clone().filter(|_| diagnosis.is_ok()) {
        let target = checks::Target { vault_url: &vault_url, secret: args.secret.as_deref() };
        let results = &mut diagnosis.results;
        let checked = run_checks(&mut instance, credential, &target, *timeout, |check_result| {
            results.push(check_result);
        });
        match checked.await {
            Ok(()) => {}
            Err((check, CommandError::Call(report))) => diagnosis.failed = Some((check, *report)),
            Err((_, usage)) => return Err(usage),
        }
    }
    if *json {
        output::print_line(&diagnosis.json());
    } else {
        output::print_styled(&text::text(&diagnosis, of_variable, terminal::stdout_width()));
    }
    Ok(if diagnosis.is_ok() { SUCCESS } else { FAILED })
}
