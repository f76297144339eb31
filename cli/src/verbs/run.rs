//! `keyfob run`: runs an app that uses Keyfob: a command to its end, or an HTTP server until Ctrl-C.

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use keyfob_host_test::app::{App, AppKind};
use keyfob_host_test::compose::ComponentTypes;
use keyfob_host_test::engine::Build;
use keyfob_host_test::host::Host;
use tokio::net::TcpListener;

use crate::child::StopSignals;
use crate::context::{Context, ContextArgs};
use crate::terminal::{self, Progress};
use crate::{CommandError, FAILED, SUCCESS};

const EXAMPLES: &str = "\
Examples:
  keyfob run app.wasm --env-file .env
  keyfob run app.wasm --env KEYVAULT_URL=https://my-vault.vault.azure.net -- --verbose
  keyfob run server.wasm --addr 127.0.0.1:3000 --allow-host api.example.com --trace

An app that imports keyfob:azure is composed with Keyfob, and an app that imports wasi:config with keyfob-config.
The app may send requests to the hosts that its environment names (KEYVAULT_URL, KEYFOB_CONFIG_… and Azure's own variables)
and to those of --allow-host.
Exit status: the app's own; 1 if it crashes.";

/// The default address of `wasmtime serve` has this port too.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// The app: a WASI 0.2 component, either a command or an HTTP server
    #[arg(value_name = "APP.wasm")]
    app: PathBuf,
    /// Arguments for the app
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<String>,
    /// The address of an HTTP server; port 0 chooses a free port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    addr: Option<String>,
    /// Allow the app to read a folder, as GUEST or under the same path
    #[arg(long, value_name = "HOST[::GUEST]", help_heading = "Files")]
    dir: Vec<String>,
    /// Allow the app to read and change a folder
    #[arg(long, value_name = "HOST[::GUEST]", help_heading = "Files")]
    dir_rw: Vec<String>,
    #[command(flatten)]
    surroundings: ContextArgs,
}

/// Runs the app, and returns the exit status.
pub(super) async fn run(args: &Run) -> Result<u8, CommandError> {
    let context = args.surroundings.context_logging_requests().await?;
    let builder = context.host_builder(context.environment.get("KEYVAULT_URL"), Some(Box::new(print_denied_host)))?;
    let host = args.add_folders(builder).map_err(CommandError::Usage)?.inherit_stdio();
    let app =
        args.load_app(&context).map_err(|error| CommandError::usage(format!("{} {error:#}", args.app.display())))?;
    let entry = app.kind();
    let host = host.with_component(app);
    match entry {
        AppKind::Command => args.run_command(host).await,
        AppKind::Http => args.serve(host).await,
    }
}

impl Run {
    /// Reads, composes and compiles the app. Error texts continue a sentence that starts with the app's name.
    fn load_app(&self, context: &Context<'_>) -> Result<App> {
        let app = std::fs::read(&self.app).context("can't be read")?;
        let types = ComponentTypes::read(&app)?;
        let entry = AppKind::of(&types)?;
        match entry {
            AppKind::Command if self.addr.is_some() => bail!("is a command and does not listen: omit --addr"),
            AppKind::Http if !self.arguments.is_empty() => bail!("is an HTTP server and takes no arguments: omit them"),
            _ => {}
        }
        let name = self.app.display();
        let keyfob = match context.component() {
            Some(_) if !types.imports_keyfob() => bail!("does not import Keyfob: omit --component"),
            Some(path) => Cow::Owned(
                std::fs::read(path)
                    .map_err(|error| anyhow!("can't be composed: {} can't be read: {error}", path.display()))?,
            ),
            None => Cow::Borrowed(Build::WithCertificates.bytes()),
        };
        let _progress = Progress::show(&format!("compiling {name}"));
        Ok(App::with_keyfob(&app, entry, &keyfob)?)
    }

    fn add_folders(&self, mut builder: Host<()>) -> Result<Host<()>> {
        for text in &self.dir {
            let (host, guest) = folder(text).with_context(|| format!("--dir {text}"))?;
            builder = builder.preopened_dir(host, guest);
        }
        for text in &self.dir_rw {
            let (host, guest) = folder(text).with_context(|| format!("--dir-rw {text}"))?;
            builder = builder.preopened_dir_writable(host, guest);
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
            .with_context(|| format!("can't listen on {address} (--addr ADDR:PORT; port 0 chooses a free port)"))
            .map_err(CommandError::Usage)?;
        // Listen for signals before the address is printed: then others may stop this process.
        let mut signals = StopSignals::listen().map_err(CommandError::Usage)?;
        terminal::note(&format!("serving {} on http://{address}", self.app.display()));
        tokio::select! {
            ended = host.serve(listener, terminal::error) => match ended {
                Ok(never) => match never {},
                Err(error) => Err(CommandError::Usage(error.into())),
            },
            _ = signals.next() => Ok(SUCCESS),
        }
    }
}

/// Parses `HOST::GUEST`, or a path that is used for both. Fails if the folder can't be read.
fn folder(text: &str) -> std::io::Result<(&str, &str)> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    std::fs::read_dir(host)?;
    Ok((host, guest))
}

fn print_denied_host(host: &str) {
    terminal::hint(&format!("a request of the app to {host} was denied; to allow it: `--allow-host {host}`"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_parsed_and_checked() {
        // The working directory of a test is the crate's folder.
        assert_eq!(folder("src").expect("a folder"), ("src", "src"));
        assert_eq!(folder("./src::/data").expect("a folder"), ("./src", "/data"));
        for none in ["missing", "missing::/data", "Cargo.toml", ""] {
            assert!(folder(none).is_err(), "{none}");
        }
    }
}
