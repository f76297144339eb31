//! What a component sees of the world: variables, files and the way out.

mod developer;
mod dotenv;
mod environment;
mod fake_backend;
mod folders;
mod hosts;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

pub(super) use self::environment::Environment;
use self::fake_backend::FakeBackend;
use super::fake::{Example, Source};
use super::terminal::{self, Progress};
use crate::CommandError;
use crate::developer::Server;
use keyfob_host_test::egress::{Egress, Sockets};
use keyfob_host_test::engine::Keyfob;
use keyfob_host_test::host::Host;

#[derive(Args, Debug)]
pub(super) struct ContextArgs {
    /// Start from an empty environment, not from the caller's
    #[arg(long, help_heading = "Environment")]
    clean_env: bool,
    /// Set a variable; wins over everything else
    #[arg(long, value_name = "K=V", help_heading = "Environment")]
    env: Vec<String>,
    /// Read variables from a .env file, as python-dotenv does; those that are set already win
    #[arg(long, value_name = "F", help_heading = "Environment")]
    env_file: Vec<PathBuf>,
    /// Be yourself: your own sign-in (az, Azure PowerShell, azd) answers for the managed identity
    #[arg(long, help_heading = "Environment", conflicts_with_all = ["fake", "fake_example"])]
    dev: bool,

    /// Also let requests go to this host (HOST or HOST:PORT)
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    allow_host: Vec<String>,
    /// Connect to another address than the URL says; the TLS name and the Host header stay
    #[arg(long, value_name = "HOST:PORT=ADDR:PORT", help_heading = "Network")]
    connect_to: Vec<String>,
    /// Also trust the certificate authorities of this PEM file
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    cacert: Vec<PathBuf>,
    /// Print a line for each request on stderr, without secrets
    #[arg(long, help_heading = "Network")]
    trace: bool,

    /// Live in the fake Azure of this description, and see nothing else (`keyfob fake` explains it)
    #[arg(long, value_name = "FILE", help_heading = "Fake Azure", conflicts_with_all = ["connect_to", "cacert"])]
    fake: Option<PathBuf>,
    /// Live in the fake Azure of an example
    #[arg(long, value_name = "NAME", help_heading = "Fake Azure", conflicts_with_all = ["fake", "connect_to", "cacert"])]
    fake_example: Option<Example>,

    /// Use this Keyfob component instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Component")]
    component: Option<PathBuf>,
}

/// Where a line goes.
pub(super) type LineSink = Box<dyn Fn(&str) + Send + Sync>;

/// The surroundings that the options describe, as far as they are known before the vault is.
pub(super) struct Context<'a> {
    options: &'a ContextArgs,
    /// What the component sees of variables.
    pub(super) environment: Environment,
    fake_backend: Option<FakeBackend>,
    _developer: Option<Server>,
}

impl ContextArgs {
    /// Reads variables and files. It has to live as long as the call.
    pub(super) async fn context(&self) -> Result<Context<'_>, CommandError> {
        self.build(false).await
    }

    /// The same for an app, whose own report may be short: stderr hears what `--dev` answers.
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

    /// Whether the developer answers for the managed identity.
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
    /// The host of a component that may ask what environment, vault URL and options name.
    pub(super) fn host(&self, vault_url: Option<&str>) -> Result<Host, CommandError> {
        let builder = self.host_builder(vault_url, None)?;
        // After all that is read in no time: compiling takes most of a second.
        let _progress = Progress::show("compiling Keyfob");
        let keyfob = match &self.options.component {
            Some(path) => Keyfob::load(path),
            None => Keyfob::built(),
        }
        .map_err(CommandError::Usage)?;
        Ok(builder.around(keyfob).show_stderr())
    }

    /// The same surroundings for a component that is still to be found. `denied` is told the hosts that it may not ask.
    pub(super) fn host_builder(
        &self,
        vault_url: Option<&str>,
        denied: Option<LineSink>,
    ) -> Result<Host<()>, CommandError> {
        let mut egress = self.egress(vault_url).map_err(CommandError::Usage)?.unrecorded();
        if let Some(denied) = denied {
            egress = egress.tell_denied(denied);
        }
        let mut host = Host::new(&()).envs(self.environment.iter()).egress(egress).files_apart();
        let fake_backend = self.fake_backend.as_ref().map(FakeBackend::folders).unwrap_or_default();
        let mut folders = folders::named_folders(&self.environment).map_err(CommandError::Usage)?;
        // The machine may be what the fake only plays, with files of its own.
        folders.retain(|folder| fake_backend.iter().all(|other| other.guest != folder.guest));
        for folder in folders.into_iter().chain(fake_backend) {
            host = host.folder(folder.host, folder.guest);
        }
        Ok(host)
    }

    /// The Keyfob component to put into an app instead of the built-in one.
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
