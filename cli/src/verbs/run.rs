//! An app with Keyfob in it: a command to its end, or an HTTP server until Ctrl-C.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use tokio::net::TcpListener;

use crate::child::StopSignals;
use crate::context::{Context, ContextArgs};
use crate::terminal::{self, Progress};
use crate::{CommandError, FAILED, SUCCESS};
use keyfob_host_test::app::{App, Entry};
use keyfob_host_test::compose::{Outline, compose, configure};
use keyfob_host_test::engine::Build;
use keyfob_host_test::host::Host;

const EXAMPLES: &str = "\
Examples:
  keyfob run app.wasm --env-file .env
  keyfob run app.wasm --env KEYVAULT_URL=https://my-vault.vault.azure.net -- --verbose
  keyfob run server.wasm --addr 127.0.0.1:3000 --allow-host api.example.com --trace

Keyfob is put into an app that imports it, and keyfob-config in front of one that reads wasi:config.
The app may ask the hosts that its environment names (KEYVAULT_URL, KEYFOB_CONFIG_… and Azure's own variables) and those of
--allow-host.
Its exit status becomes keyfob's; 1 too if it crashes.";

/// The port that `wasmtime serve` has too.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// The app: a WASI 0.2 component, a command or one that serves HTTP
    #[arg(value_name = "APP.wasm")]
    app: PathBuf,
    /// The app's own arguments
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<String>,
    /// Where an app that serves HTTP listens; port 0 is any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    addr: Option<String>,
    /// Let the app read a folder, as GUEST or under the same path
    #[arg(long, value_name = "HOST[::GUEST]", help_heading = "Files")]
    dir: Vec<String>,
    /// Let the app read and change a folder
    #[arg(long, value_name = "HOST[::GUEST]", help_heading = "Files")]
    dir_rw: Vec<String>,
    #[command(flatten)]
    surroundings: ContextArgs,
}

/// Runs the app, and gives the exit status.
pub(super) async fn run(args: &Run) -> Result<u8, CommandError> {
    let context = args.surroundings.context_logging_requests().await?;
    let builder = context.host_builder(context.environment.get("KEYVAULT_URL"), Some(Box::new(print_denied_host)))?;
    let host = args.add_folders(builder).map_err(CommandError::Usage)?.inherit_streams();
    let app =
        args.load_app(&context).map_err(|error| CommandError::usage(format!("{} {error:#}", args.app.display())))?;
    let entry = app.entry();
    let host = host.around(app);
    match entry {
        Entry::Command => args.run_command(host).await,
        Entry::Http => args.serve(host).await,
    }
}

impl Run {
    /// Reads, composes and compiles. The error completes a sentence that begins with the app's name.
    fn load_app(&self, context: &Context<'_>) -> Result<App> {
        let app = std::fs::read(&self.app).context("can't be read")?;
        let app = configure(&app)?.unwrap_or(app);
        let types = Outline::read(&app)?;
        let entry = Entry::of(&types)?;
        match entry {
            Entry::Command if self.addr.is_some() => bail!("is a command and listens nowhere: leave --addr out"),
            Entry::Http if !self.arguments.is_empty() => bail!("serves HTTP and takes no arguments: leave them out"),
            _ => {}
        }
        let name = self.app.display();
        let composed = if types.imports_keyfob() {
            let _progress = Progress::show(&format!("putting Keyfob into {name}"));
            match context.component() {
                Some(path) => {
                    let keyfob = std::fs::read(path)
                        .map_err(|error| anyhow!("can't be given Keyfob: {} can't be read: {error}", path.display()))?;
                    compose(&app, &keyfob)?
                }
                None => compose(&app, Build::WithCertificates.bytes())?,
            }
        } else if context.component().is_some() {
            bail!("does not import Keyfob, so --component has no place in it: leave it out");
        } else {
            None
        };
        let _progress = Progress::show(&format!("compiling {name}"));
        App::compile(composed.as_deref().unwrap_or(&app), entry)
    }

    fn add_folders(&self, mut builder: Host<()>) -> Result<Host<()>> {
        for text in &self.dir {
            let (host, guest) = folder(text).with_context(|| format!("--dir {text}"))?;
            builder = builder.folder(host, guest);
        }
        for text in &self.dir_rw {
            let (host, guest) = folder(text).with_context(|| format!("--dir-rw {text}"))?;
            builder = builder.writable_folder(host, guest);
        }
        Ok(builder)
    }

    async fn run_command(&self, host: Host<App>) -> Result<u8, CommandError> {
        let name = self.app.to_string_lossy().into_owned();
        let arguments: Vec<String> = [name].into_iter().chain(self.arguments.iter().cloned()).collect();
        match host.run(&arguments).await {
            Ok(ended) => Ok(u8::try_from(ended.status).unwrap_or(FAILED)),
            Err(stopped) => {
                terminal::error(&format!("{stopped:#}"));
                Ok(FAILED)
            }
        }
    }

    async fn serve(&self, host: Host<App>) -> Result<u8, CommandError> {
        let address = self.addr.as_deref().unwrap_or(DEFAULT_ADDRESS);
        let listen = async {
            let listener = TcpListener::bind(address).await?;
            listener.local_addr().map(|address| (listener, address))
        };
        let (listener, address) = listen
            .await
            .with_context(|| format!("can't listen on {address} (--addr ADDR:PORT, port 0 is any free one)"))
            .map_err(CommandError::Usage)?;
        // Before anybody can know that it serves, and stop it.
        let mut signals = StopSignals::listen().map_err(CommandError::Usage)?;
        terminal::note(&format!("serving {} on http://{address}", self.app.display()));
        tokio::select! {
            ended = host.serve(listener, terminal::error) => match ended {
                Ok(never) => match never {},
                Err(error) => Err(CommandError::Usage(error)),
            },
            _ = signals.next() => Ok(SUCCESS),
        }
    }
}

/// `HOST::GUEST`, or a path that is the same on both sides, of a folder that can be read.
fn folder(text: &str) -> std::io::Result<(&str, &str)> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    std::fs::read_dir(host)?;
    Ok((host, guest))
}

fn print_denied_host(host: &str) {
    terminal::hint(&format!("the app asked {host} and was denied; `--allow-host {host}` allows it"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_two_names() {
        // Tests run in the crate's folder.
        assert_eq!(folder("src").expect("a folder"), ("src", "src"));
        assert_eq!(folder("./src::/data").expect("a folder"), ("./src", "/data"));
        for none in ["missing", "missing::/data", "Cargo.toml", ""] {
            assert!(folder(none).is_err(), "{none}");
        }
    }
}
