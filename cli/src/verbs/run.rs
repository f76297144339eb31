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
use crate::context::{Context, ContextArgs, NamedFolder, Target};
use crate::terminal::{self, Progress};
use crate::{CommandError, FAILED, SUCCESS};

const EXAMPLES: &str = "\
Examples:
  keyfob run app.wasm --env KEYVAULT_URL=https://my-vault.vault.azure.net -- --verbose
  keyfob run app.wasm --env-file .env --trust-env-file
  keyfob run app.wasm --inherit-env
  keyfob run server.wasm --addr 127.0.0.1:3000 --allow-host api.example.com --trace

An app that imports keyfob:azure is composed with Keyfob, and an app that imports wasi:config with keyfob-config. An app that
imports keyfob:azure@0.2, whose functions are async, must be of WASI 0.3: it exports wasi:cli/run@0.3 or wasi:http/handler@0.3.
A server of WASI 0.2 gets a new instance for each request; one of WASI 0.3 serves up to 16 at once in an instance, which share
Keyfob's tokens. wasmtime, which runs the app, calls its WASI 0.3 not ready for production.

The app gets the variables of --env and --env-file, the folders of --dir and --dir-rw, the hosts of --allow-host, with
--inherit-env this command's environment, and with --fake the variable KEYVAULT_URL. Keyfob in it gets the same, the variables
of --fake and --dev, and for identity and vault the hosts and folders that these variables name: the vault of KEYVAULT_URL and
KEYFOB_CONFIG_…, Entra, the identity endpoint, IMDS, and the folder of a token file or a certificate, which it can only read.
The app itself can use none of these. An app that was composed before, or does not import Keyfob, gets what the options name
and nothing else: with --fake all of the fake Azure, and no --dev.

A host or a folder that only an --env-file names is refused until a yes on the terminal, or --trust-env-file.
--dev serves tokens for the vaults of KEYVAULT_URL and KEYFOB_CONFIG_…, and for the scopes of --dev-scope.
--clean-env changes nothing here; given, there is no hint about variables of this command's environment that are left out.
Exit status: the app's own; 1 if it crashes.";

/// The default address of `wasmtime serve` has this port too.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// The app: a component of WASI 0.2 or 0.3, either a command or an HTTP server
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
    /// Give the app and Keyfob this command's whole environment; otherwise they get what --env and --env-file name
    #[arg(long, help_heading = "Environment", conflicts_with = "clean_env")]
    inherit_env: bool,
    /// Let Keyfob use the hosts and folders that only an --env-file names
    #[arg(long, help_heading = "Environment", requires = "env_file")]
    trust_env_file: bool,
    #[command(flatten)]
    surroundings: ContextArgs,
}

/// Runs the app, and returns the exit status.
pub(super) async fn run(args: &Run) -> Result<u8, CommandError> {
    let context = args.surroundings.context(Target::App { inherit_env: args.inherit_env }).await?;
    let named = |error: anyhow::Error| CommandError::usage(format!("{} {error:#}", args.app.display()));
    let file = args.read_app(&context).map_err(named)?;
    let denied = Box::new(|host: &str| print_denied_host("the app", host));
    let builder = if file.uses_keyfob { context.app_grants(denied) } else { context.grants_without_keyfob(denied) }?;
    let mut host = args.add_folders(builder).map_err(CommandError::Usage)?.inherit_stdio();
    if file.uses_keyfob {
        let denied = Box::new(|host: &str| print_denied_host("Keyfob", host));
        host = host.keyfob_grants(context.keyfob_grants(denied, &args.named_folders(), args.trust_env_file)?);
        print_variables_left_out(&context);
    }
    let app = args.compile_app(&file, &context).map_err(named)?;
    let entry = app.kind();
    let host = host.with_component(app);
    match entry {
        AppKind::Command => args.run_command(host).await,
        AppKind::Http => args.serve(host).await,
    }
}

/// The file of an app.
struct AppFile {
    bytes: Vec<u8>,
    kind: AppKind,
    /// The built-in Keyfob that fits it.
    keyfob: Build,
    /// Whether Keyfob or keyfob-config is put into it.
    uses_keyfob: bool,
}

impl Run {
    /// Reads the app. Error texts continue a sentence that starts with the app's name.
    fn read_app(&self, context: &Context<'_>) -> Result<AppFile> {
        let app = std::fs::read(&self.app).context("can't be read")?;
        let types = ComponentTypes::read(&app)?;
        let entry = AppKind::of(&types)?;
        match entry {
            AppKind::Command if self.addr.is_some() => bail!("is a command and does not listen: omit --addr"),
            AppKind::Http if !self.arguments.is_empty() => bail!("is an HTTP server and takes no arguments: omit them"),
            _ => {}
        }
        if context.component().is_some() && !types.imports_keyfob() {
            bail!("does not import Keyfob: omit --component");
        }
        let keyfob = Build::fitting(&types)?;
        let uses_keyfob = types.imports_keyfob() || types.imports_config();
        if self.surroundings.uses_developer_sign_in() && !uses_keyfob {
            bail!(
                "does not import Keyfob, and --dev gives your sign-in to Keyfob only: run the app as it is before it is \
                 composed, or give the app your sign-in with `keyfob dev-identity -- wasmtime run …`"
            );
        }
        Ok(AppFile { bytes: app, kind: entry, keyfob, uses_keyfob })
    }

    /// Composes and compiles the app. Error texts continue a sentence that starts with the app's name.
    fn compile_app(&self, file: &AppFile, context: &Context<'_>) -> Result<App> {
        let name = self.app.display();
        let keyfob = match context.component() {
            Some(path) => Cow::Owned(
                std::fs::read(path)
                    .map_err(|error| anyhow!("can't be composed: {} can't be read: {error}", path.display()))?,
            ),
            None => Cow::Borrowed(file.keyfob.bytes()),
        };
        let _progress = Progress::show(&format!("compiling {name}"));
        Ok(App::with_keyfob(&file.bytes, file.kind, &keyfob)?)
    }

    /// The folders of the options.
    fn named_folders(&self) -> Vec<NamedFolder<'_>> {
        let folder = |text| {
            let (host, guest) = split_folder(text);
            NamedFolder { host, guest }
        };
        self.dir.iter().chain(&self.dir_rw).map(|text| folder(text)).collect()
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
    let (host, guest) = split_folder(text);
    std::fs::read_dir(host)?;
    Ok((host, guest))
}

fn split_folder(text: &str) -> (&str, &str) {
    text.split_once("::").unwrap_or((text, text))
}

fn print_denied_host(who: &str, host: &str) {
    terminal::hint(&format!("a request of {who} to {host} was denied; to allow it: `--allow-host {host}`"));
}

/// Says which variables that Keyfob would use are set here and not given to it: without them the app would probably fail.
fn print_variables_left_out(context: &Context<'_>) {
    let names = context.variables_left_out();
    if !names.is_empty() {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        terminal::hint(&format!(
            "the app and Keyfob do not get {names} of this environment; to give them: `--env NAME=VALUE` for one, \
             `--inherit-env` for all"
        ));
    }
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
