//! `keyfob fake`: runs a command against a fake Azure, or serves it until Ctrl-C.

mod client_setup;
mod log;
mod plain_http;
mod reload;
mod reloadable_fake;
mod summary;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use fake_azure::Server;

use self::client_setup::ClientSetup;
use self::reload::Reloader;
use self::reloadable_fake::ReloadableFake;
use crate::child::{self, StopSignals};
use crate::fake::{Example, Folder, IDENTITY_VARIABLES, Source};
use crate::{SUCCESS, output};

const EXAMPLES: &str = "\
Examples:
  keyfob fake --example vm -- python app.py              runs the command, and stops when it ends
  keyfob fake --example app-service > fake.env           runs until Ctrl-C; in the app's shell: . ./fake.env
  keyfob fake --example app-service --print > azure.toml
  keyfob fake azure.toml --port 7070 --dir .azure-fake   keeps address and certificate for the next start
  keyfob fake azure.toml --plain-http -- wasmtime serve -S cli --env KEYVAULT_URL app.wasm
  keyfob fake azure.toml --plain-http --port 7070        prints the --env options of spin up

The app uses the same URLs as with real Azure. Its environment variables direct them to the fake: a proxy, a certificate
authority, and the platform's own variables. Vaults keep what an app writes until the command ends or the description
changes.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FakeAzure {
    /// The description of the fake Azure, in TOML; it is read again whenever it changes, which resets the vaults
    #[arg(value_name = "FILE", conflicts_with = "example")]
    file: Option<PathBuf>,
    /// Use a built-in description
    #[arg(long, value_name = "NAME")]
    example: Option<Example>,
    /// Print the example, as a start for your own description
    #[arg(long, requires = "example", conflicts_with_all = ["file", "command"])]
    print: bool,
    /// The port of 127.0.0.1 for the proxy and the identity endpoint [default: a free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Serve the first vault and Entra over plain HTTP, for Keyfob in hosts with fixed trusted authorities (wasmtime, wash)
    #[arg(long)]
    plain_http: bool,
    /// Keep the certificate authority and the platform's files in this folder, so that clients still trust it after a restart;
    /// refused if others can write to it
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Run this command with the fake's environment variables, and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Serves until Ctrl-C, or until the command ends. Returns the command's exit status.
pub(super) async fn run(args: &FakeAzure) -> Result<u8> {
    let Some(source) = Source::from_options(args.file.as_deref(), args.example) else {
        bail!("no description given: pass FILE or --example, such as --example app-service");
    };
    let text = source.text()?;
    if args.print {
        output::print(&text);
        return Ok(SUCCESS);
    }
    let served = Arc::new(ReloadableFake::new(source.parse(&text)?, args.plain_http));
    let folder = match &args.dir {
        Some(path) => Folder::persistent(path)?,
        None => Folder::temporary()?,
    };
    let domains = served.fake().domains();
    let authority = folder.authority(&domains)?;
    let ca = folder.ca_file();
    let untrusted_ca_message = {
        let ca = ca.clone();
        Box::new(move |why: &str| log::broken_connection(&client_setup::untrusted_ca_message(&ca, why)))
    };
    let server = Server::start_on(served.clone(), args.port.unwrap_or(0), authority, untrusted_ca_message).await?;
    served.set_port(server.plain_addr().port());
    let setup = ClientSetup { address: server.plain_addr(), ca, folder, domains, plain_http: args.plain_http };
    let variables = setup.environment(&served.fake())?;

    let reloader = Reloader::new(source.clone(), text, Arc::clone(&served), &setup, args.command.is_empty());
    log::print(&format!("Serving a fake Azure from {source}: {}.", summary::line(served.fake().description())));
    for line in summary::lines(served.fake().description()) {
        log::print(&format!("   {line}"));
    }
    for note in setup.notes(&served.fake()) {
        log::print(&format!("note: {note}"));
    }
    if args.command.is_empty() {
        let mut signals = StopSignals::listen()?;
        output::print_line(&crate::shell::export_lines(&variables));
        // As comments, because stdout is read by a shell, and because the log shows no secrets.
        if let Some(words) = setup.env_words(&variables) {
            output::print_line(&format!("# spin up and wasmtime: {words}"));
            output::print_line(&format!("# spin.toml: allowed_outbound_hosts = [\"http://{}\"]", setup.address));
        }
        log::print("Set the variables on stdout in the app's shell. Stop with Ctrl-C. Requests:");
        tokio::select! {
            never = reloader.watch(variables) => match never {},
            _ = signals.next() => Ok(SUCCESS),
        }
    } else {
        let mut child = child::start(&args.command, &variables, &IDENTITY_VARIABLES)?;
        tokio::select! {
            never = reloader.watch(variables) => match never {},
            status = child::wait(&mut child) => status,
        }
    }
}
