//! What a component may use: environment variables, files and hosts.

mod developer;
mod dotenv;
mod environment;
mod fake_backend;
mod folders;
mod hosts;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use keyfob_host_test::egress::{Egress, Sockets};
use keyfob_host_test::engine::Keyfob;
use keyfob_host_test::host::Host;

pub(super) use self::environment::Environment;
use self::fake_backend::FakeBackend;
use super::fake::{Example, Source};
use super::terminal::{self, Progress};
use crate::CommandError;
use crate::developer::Server;

#[derive(Args, Debug)]
pub(super) struct ContextArgs {
    /// Start from an empty environment, not from the caller's
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

    /// Also allow requests to this host (HOST or HOST:PORT)
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    allow_host: Vec<String>,
    /// Connect to ADDR:PORT instead of HOST:PORT; the TLS name and the Host header stay the same
    #[arg(long, value_name = "HOST:PORT=ADDR:PORT", help_heading = "Network")]
    connect_to: Vec<String>,
    /// Also trust the certificate authorities in this PEM file
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
    /// The environment variables that the component gets.
    pub(super) environment: Environment,
    fake_backend: Option<FakeBackend>,
    _developer: Option<Server>,
}

impl ContextArgs {
    /// Reads variables and files, and starts what the options need. Keep it for the duration of the call.
    pub(super) async fn context(&self) -> Result<Context<'_>, CommandError> {
        self.build(false).await
    }

    /// The same; with `--dev` each token request is printed to stderr, because an app may not report it.
    pub(super) async fn context_logging_requests(&self) -> Result<Context<'_>, CommandError> {
        self.build(true).await
    }

    async fn build(&self, log_requests: bool) -> Result<Context<'_>, CommandError> {
        let source = Source::from_options(self.fake.as_deref(), self.fake_example);
        let fake_backend = source
            .map(|source| FakeBackend::start(&source).context("--fake"))
            .transpose()
            .map_err(CommandError::Usage)?;
        let platform = fake_backend.as_ref().map(FakeBackend::environment);
        let mut environment = Environment::collect(self.clean_env, &self.env_file, platform, &self.env)?;
        let developer = match self.dev {
            true => Some(
                developer::serve(&mut environment, log_requests).await.context("--dev").map_err(CommandError::Usage)?,
            ),
            false => None,
        };
        Ok(Context { options: self, environment, fake_backend, _developer: developer })
    }

    /// Whether the developer's sign-in stands in for the managed identity.
    pub(super) fn uses_developer_sign_in(&self) -> bool {
        self.dev
    }

    fn sockets(&self) -> anyhow::Result<Sockets> {
        let mut sockets = Sockets::new();
        for rule in &self.connect_to {
            sockets = sockets.connect_to(rule).with_context(|| format!("--connect-to {rule}"))?;
        }
        for path in &self.cacert {
            let pem = std::fs::read(path).with_context(|| format!("--cacert {}", path.display()))?;
            sockets = sockets.ca_pem(&pem).with_context(|| format!("--cacert {}", path.display()))?;
        }
        Ok(sockets)
    }
}

impl Context<'_> {
    /// A host for the Keyfob component. It allows the hosts that environment, vault URL and options name.
    pub(super) fn host(&self, vault_url: Option<&str>) -> Result<Host, CommandError> {
        let builder = self.host_builder(vault_url, None)?;
        // Compile last: it takes most of a second, and everything before it may fail.
        let _progress = Progress::show("compiling Keyfob");
        let keyfob = match &self.options.component {
            Some(path) => Keyfob::load(path),
            None => Keyfob::bundled(),
        }
        .map_err(|error| CommandError::Usage(error.into()))?;
        Ok(builder.with_component(keyfob).inherit_stderr())
    }

    /// The same for a component that is chosen later. `denied` is called with each host that is refused.
    pub(super) fn host_builder(
        &self,
        vault_url: Option<&str>,
        denied: Option<LineSink>,
    ) -> Result<Host<()>, CommandError> {
        let mut egress = self.egress(vault_url).map_err(CommandError::Usage)?.without_recorder();
        if let Some(denied) = denied {
            egress = egress.on_denied(denied);
        }
        let mut host = Host::new(&()).envs(self.environment.iter()).egress(egress).file_io_on_threads();
        let fake_backend = self.fake_backend.as_ref().map(FakeBackend::folders).unwrap_or_default();
        let mut folders = folders::named_folders(&self.environment).map_err(CommandError::Usage)?;
        // This machine may have files of a real platform at the same paths.
        folders.retain(|folder| fake_backend.iter().all(|other| other.guest != folder.guest));
        for folder in folders.into_iter().chain(fake_backend) {
            host = host.preopened_dir(folder.host, folder.guest);
        }
        Ok(host)
    }

    /// The file of the Keyfob component to use instead of the built-in one.
    pub(super) fn component(&self) -> Option<&Path> {
        self.options.component.as_deref()
    }

    fn egress(&self, vault_url: Option<&str>) -> anyhow::Result<Egress> {
        let mut egress = match &self.fake_backend {
            Some(fake_backend) => fake_backend.egress(),
            None => Egress::sockets(self.options.sockets()?),
        };
        for allowed in hosts::allowed_hosts(&self.environment, vault_url).iter().chain(&self.options.allow_host) {
            egress = egress.allow(allowed);
        }
        if self.options.trace {
            egress = egress.trace(terminal::print_above_progress);
        }
        Ok(egress)
    }
}
