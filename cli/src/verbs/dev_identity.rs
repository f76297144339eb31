//! `keyfob dev-identity`: serves the developer's own sign-in to apps as a managed identity.

use std::env::VarError;
use std::ffi::OsString;

use anyhow::{Result, bail};
use clap::Args;

use crate::child::{self, StopSignals};
use crate::context::not_unicode;
use crate::developer::{Chain, EnvironmentChanges, Server};
use crate::shell::Syntax;
use crate::{SUCCESS, no_proxy, output, terminal};

const EXAMPLES: &str = "\
Examples:
  keyfob dev-identity -- python app.py
  keyfob dev-identity -- wasmtime run -S http --env IDENTITY_ENDPOINT --env IDENTITY_HEADER app.wasm
  keyfob dev-identity --shell fish

These tools are tried in order until one returns a token: Azure CLI (az login), Azure PowerShell (Connect-AzAccount), Azure
Developer CLI (azd auth login). AZURE_TOKEN_CREDENTIALS can select one by its credential, such as AzureCliCredential.
While this runs, everyone who knows IDENTITY_HEADER can get your tokens.";

/// Chooses the tool.
const TOKEN_CREDENTIALS: &str = "AZURE_TOKEN_CREDENTIALS";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DevIdentity {
    /// The port of 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Print the environment variables for this shell, or for a .env file
    #[arg(long, value_name = "NAME", value_enum, default_value_t, conflicts_with = "command")]
    shell: Syntax,
    /// Run this command with the environment variables set, and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Serves until Ctrl-C, or until the command ends. Returns the command's exit status.
pub(super) async fn run(args: &DevIdentity) -> Result<u8> {
    // Read as text, another value would count as not set: all tools would be asked, and a host be reached through a proxy.
    for name in [TOKEN_CREDENTIALS].iter().chain(&no_proxy::VARIABLES) {
        if let Err(VarError::NotUnicode(_)) = std::env::var(name) {
            bail!("{}", not_unicode(name));
        }
    }
    let environment = |name: &str| Some(std::env::var_os(name)?.to_string_lossy().into_owned());
    let chain = Chain::from_setting(environment(TOKEN_CREDENTIALS).as_deref());
    let server = Server::start(chain, args.port, |event| terminal::note(&event.to_string())).await?;
    let EnvironmentChanges { set, unset, notes } = EnvironmentChanges::for_server(&server, environment);
    for note in notes {
        terminal::note(&format!("note: {note}"));
    }
    if args.command.is_empty() {
        let mut signals = StopSignals::listen()?;
        output::print_line(&args.shell.lines(&set, &unset));
        terminal::note(
            "Set the variables on stdout for an app, and it gets your own tokens. Stop with Ctrl-C. Requests:",
        );
        signals.next().await;
        Ok(SUCCESS)
    } else {
        let mut child = child::start(&args.command, &set, &unset)?;
        child::wait(&mut child).await
    }
}
