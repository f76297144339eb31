//! `keyfob get-token`.

use clap::Args;
use keyfob_host_test::spec::TokenOptions;

use crate::call::{CommonArgs, instantiate, with_timeout};
use crate::context::Target;
use crate::terminal::Progress;
use crate::{CommandError, SUCCESS, output};

const EXAMPLES: &str = "\
Examples:
  keyfob get-token --scope https://vault.azure.net/.default
  keyfob get-token --scope https://management.azure.com/.default --credential managed-identity --json

Exit status: 0 success, 1 error, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GetToken {
    /// The scope of the token, such as https://vault.azure.net/.default
    #[arg(long, value_name = "S")]
    scope: String,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: &GetToken) -> Result<u8, CommandError> {
    let context = args.common.context.context(Target::Scope(&args.scope)).await?;
    let host = context.host(None)?;
    let _progress = Progress::show("requesting a token");
    let token = with_timeout(args.common.timeout, async {
        let mut instance = instantiate(&host).await?;
        let credential = instance.create_credential(&args.common.credential.spec()).await?;
        let options = TokenOptions { timeout: args.common.timeout, ..Default::default() };
        instance.get_token(credential, &[&args.scope], &options).await
    })
    .await?;
    output::print_line(&if args.common.json { output::token_json(&token) } else { token.token });
    Ok(SUCCESS)
}
