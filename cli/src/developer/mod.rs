//! A developer's own sign-in, served to what runs on the developer's machine as if it were a managed identity.
//!
//! A component can't start `az`, and an app that is made for App Service should not have to know that it runs on a laptop.
//! So the host starts the tools that the official chain starts, in its order, and a [`Server`] on loopback speaks App
//! Service's protocol: the app sees `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`, and nothing else.
//!
//! ```no_run
//! use keyfob_host_test::developer::{Changes, Chain, Server};
//!
//! # async fn run() -> anyhow::Result<()> {
//! let server = Server::start(Chain::new(), None, |event| eprintln!("{event}")).await?;
//! let changes = Changes::of(&server, |name| std::env::var(name).ok());
//! let mut app = tokio::process::Command::new("spin");
//! app.arg("up").envs(changes.set);
//! for name in changes.unset {
//!     app.env_remove(name);
//! }
//! app.status().await?;
//! # Ok(())
//! # }
//! ```

mod azure_cli;
mod azure_developer_cli;
mod azure_powershell;
mod chain;
mod endpoint;
mod environment_changes;
mod event;
mod process;
mod redact;
mod resource;
mod server;
mod token_cache;
mod tool;

pub(crate) use self::chain::Chain;
pub(crate) use self::environment_changes::EnvironmentChanges;
pub(crate) use self::event::Event;
pub(crate) use self::server::Server;

use self::tool::Tool;

/// The tools, in the order of `DefaultAzureCredential`
/// (<https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>). What its chain has
/// beside them (Visual Studio Code, the brokers) is no command.
static TOOLS: [Tool; 3] = [azure_cli::TOOL, azure_powershell::TOOL, azure_developer_cli::TOOL];
