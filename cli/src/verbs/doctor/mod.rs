//! `keyfob doctor`: which identity an app would have here, why, and what keeps it from its secrets.

mod checks;
mod diagnosis;
mod text;

use clap::Args;

use self::checks::visit;
use self::diagnosis::Diagnosis;
use crate::call::{Common, instance, within};
use crate::{DONE, FAILED, Failure, output};

const EXAMPLES: &str = "\
Examples:
  keyfob doctor --env-file .env
  keyfob doctor --vault-url https://my-vault.vault.azure.net
  keyfob doctor --dev --vault-url \"$KEYVAULT_URL\"

It asks nobody, unless --vault-url is given: then it gets a token and lists the vault's secrets, and shows neither.
Exit status: 0 if a credential would be used and every question was answered, else 1.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Ask for a token for this vault, and for a list of its secrets
    #[arg(long, value_name = "URL")]
    vault_url: Option<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Prints what is found, and gives the exit status.
pub(super) async fn run(args: &Doctor) -> Result<u8, Failure> {
    let Common { json, timeout, identity, surroundings } = &args.common;
    let ground = surroundings.ground().await?;
    let host = ground.host(args.vault_url.as_deref())?;
    let say = |part: &str| {
        if !json {
            output::styled(part);
        }
    };
    let (mut instance, credential, candidates) = within(*timeout, async {
        let mut instance = instance(&host).await?;
        let credential = instance.credential(&identity.spec()).await?;
        let candidates = instance.explain(credential).await?;
        Ok((instance, credential, candidates))
    })
    .await?;
    let mut diagnosis = Diagnosis::new(identity.credential_name(), candidates);
    say(&text::chain(&diagnosis, surroundings.is_developer()));
    match &args.vault_url {
        None => say(&text::asked_nobody(ground.environment.get("KEYVAULT_URL"))),
        // The first thing that is wrong is found.
        Some(_) if !diagnosis.is_well() => {}
        Some(url) => {
            say(&text::vault(url));
            let answers = &mut diagnosis.answers;
            let visited = visit(&mut instance, credential, url, *timeout, |answer| {
                say(&text::answer(&answer));
                answers.push(answer);
            });
            match visited.await {
                Ok(()) => {}
                Err((question, Failure::Answer(report))) => {
                    say(&text::failed(&diagnosis, question, &report));
                    diagnosis.failed = Some((question, *report));
                }
                Err((_, usage)) => return Err(usage),
            }
        }
    }
    if *json {
        output::line(&diagnosis.json());
    }
    Ok(if diagnosis.is_well() { DONE } else { FAILED })
}
