//! What a component may use: environment variables, files and hosts.

mod arc;
mod developer;
mod dotenv;
mod environment;
mod fake_backend;
mod folders;
mod hosts;
mod memory;
mod network;
mod trust;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use keyfob_host_test::egress::Egress;
use keyfob_host_test::engine::Keyfob;
use keyfob_host_test::host::Host;

pub(super) use self::environment::{Environment, not_unicode};
use self::fake_backend::FakeBackend;
use self::folders::MappedFolder;
use self::hosts::{AllowedHost, Vault};
use self::network::Sender;
use self::trust::FileGrant;
use super::fake::{Example, IDENTITY_VARIABLES, Source};
use super::terminal::{self, Progress};
use crate::CommandError;
use crate::developer::{AllowedResources, Server, sign_in};

#[derive(Args, Debug)]
pub(super) struct ContextArgs {
    /// Start from an empty environment, not from the caller's (`keyfob run` always does, unless --inherit-env is given)
    #[arg(long, help_heading = "Environment")]
    clean_env: bool,
    /// Set a variable; wins over everything else
    #[arg(long, value_name = "K=V", help_heading = "Environment")]
    env: Vec<String>,
    /// Read variables from a .env file, as python-dotenv does; variables that are already set win
    #[arg(long, value_name = "F", help_heading = "Environment")]
    env_file: Vec<PathBuf>,
    /// Use your own Azure sign-in (az, Azure PowerShell, azd) in place of the managed identity
    #[arg(long, help_heading = "Environment", conflicts_with_all = ["fake", "fake_example"])]
    dev: bool,
    /// With --dev, also serve tokens for this scope, not only for the vault
    #[arg(long, value_name = "S", help_heading = "Environment", requires = "dev")]
    dev_scope: Vec<String>,

    /// Also allow requests to this host (HOST or HOST:PORT)
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    allow_host: Vec<String>,
    /// Connect to ADDR:PORT instead of HOST:PORT; the TLS name and the Host header stay the same
    #[arg(long, value_name = "HOST:PORT=ADDR:PORT", help_heading = "Network")]
    connect_to: Vec<String>,
    /// Also trust the certificate authorities in this PEM file, as those of the command's SSL_CERT_FILE. Its HTTPS_PROXY, HTTP_PROXY
    /// and NO_PROXY are followed, also with --clean-env
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    cacert: Vec<PathBuf>,
    /// Print a line for each request to stderr, without secrets
    #[arg(long, help_heading = "Network")]
    trace: bool,

    /// Use the fake Azure that this file describes instead of the network (see `keyfob fake`)
    #[arg(long, value_name = "FILE", help_heading = "Fake Azure", conflicts_with_all = ["connect_to", "cacert"])]
    fake: Option<PathBuf>,
    /// Use the fake Azure of a built-in example instead of the network
    #[arg(long, value_name = "NAME", help_heading = "Fake Azure", conflicts_with_all = ["fake", "connect_to", "cacert"])]
    fake_example: Option<Example>,

    /// Use this Keyfob component instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Component")]
    component: Option<PathBuf>,
}

/// Receives a line of text.
pub(super) type LineSink = Box<dyn Fn(&str) + Send + Sync>;

/// Environment, fake Azure and developer sign-in as the options describe them. The vault is not known yet.
pub(super) struct Context<'a> {
    options: &'a ContextArgs,
    target: Target<'a>,
    /// The environment variables that the component gets.
    pub(super) environment: Environment,
    fake_backend: Option<FakeBackend>,
    _developer: Option<Server>,
}

/// What a context is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// Calls for the vault of this URL, or that of `KEYVAULT_URL`.
    Vault(Option<&'a str>),
    /// A token of this scope.
    Scope(&'a str),
    /// An app with Keyfob in it, which gets the caller's environment only if it is inherited.
    App {
        /// `--inherit-env`.
        inherit_env: bool,
    },
}

/// A folder on this machine that an option names, and its path in the component.
pub(super) struct NamedFolder<'a> {
    /// The folder.
    pub(super) host: &'a str,
    /// Its path in the component.
    pub(super) guest: &'a str,
}

impl ContextArgs {
    /// Reads variables and files, and starts what the options need. Keep it for the duration of the call. For an app, each
    /// token request with `--dev` is printed to stderr, because an app may not report it.
    pub(super) async fn context<'a>(&'a self, target: Target<'a>) -> Result<Context<'a>, CommandError> {
        let source = Source::from_options(self.fake.as_deref(), self.fake_example);
        let fake_backend = source
            .map(|source| FakeBackend::start(&source).context("--fake"))
            .transpose()
            .map_err(CommandError::Usage)?;
        let platform = fake_backend.as_ref().map(FakeBackend::environment);
        let mut environment = Environment::collect(self.inherits(target), &self.env_file, platform, &self.env)?;
        if self.inherits(target) && fake_backend.is_none() && !self.dev {
            environment.apply(arc::variables(&environment), &[]);
        }
        let developer = match self.dev {
            true => {
                let allowed = self.allowed_resources(target, &environment);
                let log_requests = matches!(target, Target::App { .. });
                let server = developer::serve(&mut environment, allowed, log_requests).await;
                Some(server.context("--dev").map_err(CommandError::Usage)?)
            }
            false => None,
        };
        Ok(Context { options: self, target, environment, fake_backend, _developer: developer })
    }

    fn inherits(&self, target: Target<'_>) -> bool {
        match target {
            Target::App { inherit_env } => inherit_env,
            Target::Vault(_) | Target::Scope(_) => !self.clean_env,
        }
    }

    /// The resources that `--dev` serves tokens for.
    fn allowed_resources(&self, target: Target<'_>, environment: &Environment) -> AllowedResources {
        let mut scopes = self.dev_scope.clone();
        let vault = match target {
            Target::Vault(Some(url)) => Vault::Url(url),
            Target::Vault(None) | Target::App { .. } => Vault::Variable,
            Target::Scope(scope) => {
                scopes.push(scope.to_owned());
                Vault::None
            }
        };
        let host = |AllowedHost { host, .. }: AllowedHost| match host.rsplit_once(':') {
            Some((host, _)) => host.to_owned(),
            None => host,
        };
        AllowedResources::Named { vaults: hosts::vaults(environment, vault).map(host).collect(), scopes }
    }

    /// Whether the developer's sign-in stands in for the managed identity.
    pub(super) fn uses_developer_sign_in(&self) -> bool {
        self.dev
    }
}

impl Context<'_> {
    /// A host for the Keyfob component. It allows the hosts that environment, vault URL and options name.
    pub(super) fn host(&self, vault_url: Option<&str>) -> Result<Host, CommandError> {
        let builder = self.keyfob(Sender::Keyfob, vault_url.map_or(Vault::None, Vault::Url), None, &[])?;
        // Compile last: it takes most of a second, and everything before it may fail.
        let _progress = Progress::show("compiling Keyfob");
        let keyfob = match &self.options.component {
            Some(path) => Keyfob::load(path),
            None => Keyfob::bundled(),
        }
        .map_err(|error| CommandError::Usage(error.into()))?;
        // Errors then name the command's options.
        Ok(builder.env("KEYFOB_LANGUAGE", "command").with_component(keyfob).inherit_stderr())
    }

    /// What Keyfob inside an app gets: the hosts and folders that the environment names for identity and vault, and what the
    /// app's options name. Fails if only a .env file names a host or a folder, unless `trust_env_file`, or the user says yes
    /// on the terminal. `denied` is called with each host that is refused.
    pub(super) fn keyfob_grants(
        &self,
        denied: LineSink,
        folders: &[NamedFolder<'_>],
        trust_env_file: bool,
    ) -> Result<Host<()>, CommandError> {
        if !trust_env_file {
            trust::require(&self.file_grants(folders).map_err(CommandError::Usage)?)?;
        }
        self.keyfob(Sender::KeyfobInApp, Vault::Variable, Some(denied), folders)
    }

    /// What the app itself gets: the variables of the options, and the hosts of `--allow-host`.
    pub(super) fn app_grants(&self, denied: LineSink) -> Result<Host<()>, CommandError> {
        let egress = self.egress(Sender::App, &[]).map_err(CommandError::Usage)?.on_denied(denied);
        Ok(Host::new(&()).envs(self.environment.for_app()).egress(egress).file_io_on_threads())
    }

    /// What an app gets that was composed with Keyfob before, or needs none. A fake Azure is the app's, with its variables,
    /// hosts and files: nothing in it is a real secret, and no request leaves this process.
    pub(super) fn grants_without_keyfob(&self, denied: LineSink) -> Result<Host<()>, CommandError> {
        let Some(fake_backend) = &self.fake_backend else { return self.app_grants(denied) };
        let hosts = hosts::allowed_hosts(&self.environment, Vault::Variable);
        let egress = self.egress(Sender::App, &hosts).map_err(CommandError::Usage)?.on_denied(denied);
        let host = Host::new(&()).envs(self.environment.iter()).egress(egress).file_io_on_threads();
        Ok(fake_backend.folders().into_iter().fold(host, |host, folder| host.preopened_dir(folder.host, folder.guest)))
    }

    /// The variables of the caller that Keyfob would use, and that the app and Keyfob were not given. None if the caller's
    /// environment is inherited, or if `--clean-env` says that this is meant.
    pub(super) fn variables_left_out(&self) -> BTreeSet<String> {
        if self.options.inherits(self.target) || self.options.clean_env {
            return BTreeSet::new();
        }
        let replaced = self.options.dev || self.fake_backend.is_some();
        let is_used = |name: &str| match name {
            "AZURE_CLIENT_ID" | "AZURE_TOKEN_CREDENTIALS" | "KEYVAULT_URL" => true,
            _ if IDENTITY_VARIABLES.contains(&name) => !replaced,
            _ => name.starts_with("KEYFOB_") && name != memory::VARIABLE,
        };
        let set =
            std::env::vars_os().filter(|(_, value)| !value.is_empty()).filter_map(|(name, _)| name.into_string().ok());
        set.filter(|name| is_used(name) && !self.environment.has(name)).collect()
    }

    /// A host with Keyfob's grants.
    fn keyfob(
        &self,
        sender: Sender,
        vault: Vault<'_>,
        denied: Option<LineSink>,
        folders: &[NamedFolder<'_>],
    ) -> Result<Host<()>, CommandError> {
        let allowed = hosts::allowed_hosts(&self.environment, vault);
        let mut egress = self.egress(sender, &allowed).map_err(CommandError::Usage)?;
        if let Some(denied) = denied {
            egress = egress.on_denied(denied);
        }
        let mut host = Host::new(&())
            .envs(self.environment.iter())
            .egress(egress)
            .max_memory(memory::limit()?)
            .file_io_on_threads();
        // Keyfob changes no file, whatever the app may do.
        for NamedFolder { host: folder, guest } in folders {
            host = host.preopened_dir(folder, *guest);
        }
        let fake_backend = self.fake_backend.as_ref().map(FakeBackend::folders).unwrap_or_default();
        let named = self.identity_folders(folders).map_err(CommandError::Usage)?.into_iter().map(|(folder, _)| folder);
        // This machine may have files of a real platform at the same paths.
        let named =
            named.filter(|folder| fake_backend.iter().all(|other| other.guest != folder.guest)).collect::<Vec<_>>();
        for folder in named.into_iter().chain(fake_backend) {
            host = host.preopened_dir(folder.host, folder.guest);
        }
        Ok(host)
    }

    /// The folders that only variables name.
    fn identity_folders(&self, folders: &[NamedFolder<'_>]) -> anyhow::Result<Vec<(MappedFolder, &'static str)>> {
        let mut named = folders::named_folders(&self.environment)?;
        let mut known: BTreeSet<String> = folders.iter().map(|folder| folder.guest.to_owned()).collect();
        named.retain(|(folder, _)| known.insert(folder.guest.clone()));
        Ok(named)
    }

    /// The folders and hosts of this machine that only a .env file names.
    fn file_grants(&self, folders: &[NamedFolder<'_>]) -> anyhow::Result<Vec<FileGrant>> {
        let grant = |variable: &str, what: String| {
            let file = self.environment.file_of(variable)?.to_owned();
            Some(FileGrant { file, variable: variable.to_owned(), what })
        };
        let mut grants = Vec::new();
        for (folder, variable) in self.identity_folders(folders)? {
            grants.extend(grant(variable, format!("the folder {}", trust::shown(&folder.host))));
        }
        // A fake Azure gets every request itself.
        if self.fake_backend.is_none() {
            let hosts = hosts::allowed_hosts(&self.environment, Vault::Variable);
            let is_from_file = |host: &AllowedHost| {
                host.variable.as_deref().is_some_and(|variable| self.environment.file_of(variable).is_some())
            };
            for host in hosts.iter().filter(|host| is_from_file(host)) {
                let named_otherwise = hosts.iter().any(|other| other.host == host.host && !is_from_file(other))
                    || self.options.allow_host.iter().any(|allowed| allows(allowed, &host.host));
                if let (false, Some(variable)) = (named_otherwise, &host.variable) {
                    grants.extend(grant(variable, format!("the host {}", host.host)));
                }
            }
        }
        Ok(grants)
    }

    /// The file of the Keyfob component to use instead of the built-in one.
    pub(super) fn component(&self) -> Option<&Path> {
        self.options.component.as_deref()
    }

    /// The way out to these hosts and to those of `--allow-host`.
    fn egress(&self, sender: Sender, hosts: &[AllowedHost]) -> anyhow::Result<Egress> {
        let mut egress = match &self.fake_backend {
            Some(fake_backend) => fake_backend.egress(),
            None => Egress::sockets(network::sockets(self.options, sender)?),
        };
        for allowed in hosts.iter().map(|allowed| &allowed.host).chain(&self.options.allow_host) {
            egress = egress.allow(allowed);
        }
        if self.options.trace {
            egress = egress.trace(terminal::print_above_progress);
        }
        Ok(egress.on_response(sign_in::record).without_recorder())
    }
}

/// Whether an entry of `--allow-host`, `HOST` or `HOST:PORT`, allows `HOST:PORT`.
fn allows(entry: &str, host: &str) -> bool {
    let without_port = host.rsplit_once(':').map_or(host, |(name, _)| name);
    entry.eq_ignore_ascii_case(host) || entry.eq_ignore_ascii_case(without_port)
}
